# The commands of README.md. Needs Python 3.11 or newer and make, nothing else.
#
#   make run PORT=8600                  the dashboard on another port
#   make run PYTHON=/path/to/python3.12 another Python
#   make test PARTS="sql"               one part of the suite: sql, browser or rest
#   make test PARTS="sql rest" EXAMPLES=50   with more made-up desks and files
#   make mutate QUERIES="rules.scope"   the faults of one query; QUERIES="--since main" of what differs from main

PORT   ?= 8501
# Only this machine can look; ADDRESS=0.0.0.0 opens it to the network, without any log-in.
ADDRESS ?= localhost
PYTHON ?= $(shell for python in python3 python python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$python" && break; done)
PARTS  ?=
QUERIES ?=
SEED   ?= 1
TICKETS ?= 200000

# Through .venv/bin/python, never through its scripts: those hold the path the folder had when they were made.
VENV := .venv
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip install -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help run test lint format mutate bench screenshots demo clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/run.stamp ## set up, load the sample where nothing is loaded yet, start the dashboard on http://localhost:8501
	@$(PY) -m etl sample
	@echo "The dashboard: http://localhost:$(PORT) (stop it with Ctrl-C)"
	@$(PY) -m streamlit run dashboard/app.py --server.address $(ADDRESS) --server.port $(PORT)

test: $(VENV)/test.stamp ## lint, then every test: SQL and ETL, pages, browser (finds or installs Chromium)
	@$(PY) tests/suite.py $(PARTS)

lint: $(VENV)/test.stamp ## ruff: rules and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: $(VENV)/test.stamp ## put every Python file into the house's format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

mutate: $(VENV)/test.stamp ## put small faults into facts and rules, and see which ones no case notices
	@$(PY) -m tests.mutate $(QUERIES)

bench: $(VENV)/test.stamp ## speed and memory at 200,000 tickets; TICKETS=1000000 for a million
	@$(PY) -m benchmarks --tickets $(TICKETS)

screenshots: $(VENV)/test.stamp ## every page in light and dark, wide and narrow, into screenshots/
	@$(PY) -m tests.screenshots

demo: $(VENV)/run.stamp ## write the exports of a made-up desk with known answers into build/demo
	@$(PY) -m etl demo --seed $(SEED) --out build/demo

clean: ## remove what these commands made; your exports and warehouse stay
	rm -rf $(VENV) build screenshots .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and its packages again whenever the pins change.
$(VENV)/made.stamp:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(if $(PYTHON),$(PYTHON) is no Python 3.11 or newer.,No Python 3.11 or newer was found.)" >&2; \
		echo "Install one, or name it: make $(firstword $(MAKECMDGOALS)) PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt $(VENV)/made.stamp
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	@$(PIP) -r requirements-dev.txt
	@touch $@
