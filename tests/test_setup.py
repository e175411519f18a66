"""The set-up keeps its promises: what README.md names exists, every package is pinned, nothing reaches out."""

import ast
import importlib.metadata
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import chromium
import suite
from etl.__main__ import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

# What README.md names and a fresh clone does not hold, because using the product makes it.
MADE_BY_USE = {
    ".venv",
    "build",
    "data/aliases.csv",
    "data/own_policy.csv",
    "data/exports",
    "data/not_the_same.csv",
    "data/product_aliases.csv",
    "data/warehouse",
    "data/warehouse.decisions.sqlite",
    "screenshots",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.M))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> list[str]:
    lines = [line.strip() for line in (ROOT / file).read_text("utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def pinned(file: str) -> dict[str, Requirement]:
    requirements = [Requirement(line) for line in pins(file)]
    return {normal(requirement.name): requirement for requirement in requirements}


def direct(file: str) -> set[str]:
    """The packages listed before the first comment about what those bring along."""
    text = (ROOT / file).read_text("utf-8").split("# What those bring along.")[0]
    return {normal(Requirement(line).name) for line in text.splitlines() if line and not line.startswith(("#", "-r"))}


# --- README.md ------------------------------------------------------------------------------------


def test_every_make_target_the_readme_names_exists():
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(re.findall(r"`[^`]+`|^    .*$", README, re.M))))
    assert {"run", "test"} <= named
    assert named <= targets()


def test_every_path_the_readme_names_exists():
    folders = "|".join(sorted({file.relative_to(ROOT).parts[0] for file in tracked() if file.parent != ROOT}))
    named = set(re.findall(rf"(?<![\w/.])((?:{folders})/[\w./-]*\w)", README)) | set(
        re.findall(r"\]\(([\w.]+)\)", README)
    )
    assert len(named) > 10
    missing = [
        path
        for path in named
        if not (ROOT / path).exists()
        and "NAME" not in path  # of what a reader is about to add
        and not any(path == made or path.startswith(f"{made}/") for made in MADE_BY_USE)
    ]
    assert missing == []


def usage(capsys, *command: str) -> str:
    """Return what `python -m etl COMMAND --help` prints."""
    with pytest.raises(SystemExit):
        parser().parse_args([*command, "--help"])
    return capsys.readouterr().out


def test_every_command_the_readme_names_exists(capsys):
    named = set(re.findall(r"python -m etl ([a-z]+)", README))
    assert {"load", "explain"} <= named
    assert named <= set(re.findall(r"[a-z]+", usage(capsys)))


def test_the_readmes_options_exist(capsys):
    """Every --option written behind a command in README.md is one that command takes."""
    for command, rest in re.findall(r"python -m etl ([a-z]+)([^`\n|]*)", README):
        assert set(re.findall(r"--[a-z-]+", rest)) <= set(re.findall(r"--[a-z-]+", usage(capsys, command))), command


def test_the_readmes_picture_is_small():
    pictures = [ROOT / path for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)]
    assert len(pictures) == 1
    assert all(picture.stat().st_size < 300_000 for picture in pictures)


# --- Packages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_to_one_version(file):
    unpinned = [line for line in pins(file) if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+(; .+)?", line)]
    assert unpinned == []
    names = [normal(Requirement(line).name) for line in pins(file)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("files", [["requirements.txt"], ["requirements.txt", "requirements-dev.txt"]])
def test_whatever_a_package_needs_is_pinned_too(files):
    known = {name: requirement for file in files for name, requirement in pinned(file).items()}
    wanting = []
    for requirement in known.values():
        if requirement.marker and not requirement.marker.evaluate():
            continue
        needs = [Requirement(need) for need in importlib.metadata.requires(requirement.name) or []]
        wanting += [
            f"{requirement.name} needs {need.name}"
            for need in needs
            if (need.marker is None or need.marker.evaluate({"extra": ""})) and normal(need.name) not in known
        ]
    assert wanting == []


def test_the_installed_packages_are_the_pinned_ones():
    known = pinned("requirements.txt") | pinned("requirements-dev.txt")
    off = [
        f"{requirement} but {importlib.metadata.version(requirement.name)} is installed"
        for requirement in known.values()
        if not (requirement.marker and not requirement.marker.evaluate())
        and not requirement.specifier.contains(importlib.metadata.version(requirement.name))
    ]
    assert off == []


def imported(folders: list[str]) -> set[str]:
    """The distributions that the Python files of these folders import, by normalised name."""
    files = [file for file in tracked() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in folders]
    modules = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(node.module.partition(".")[0])
    distributions = importlib.metadata.packages_distributions()
    return {
        normal(distributions[module][0])
        for module in modules
        if module not in sys.stdlib_module_names and module in distributions
    }


def test_what_the_product_imports_is_what_requirements_lists():
    used = imported(["etl", "dashboard"])
    assert used - pinned("requirements.txt").keys() == set()
    # tzdata is data: zoneinfo reads it where the system has no time zones.
    assert direct("requirements.txt") - used - {"tzdata"} == set()


def test_what_the_tests_import_is_what_requirements_lists():
    used = imported(["tests", "benchmarks", "conftest.py"])
    assert used - (pinned("requirements.txt") | pinned("requirements-dev.txt")).keys() == set()


# --- Commands -------------------------------------------------------------------------------------


def test_ci_runs_the_tests_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert script.read_text("utf-8").splitlines()[-1] == "exec make test"
    assert script.stat().st_mode & 0o111


def test_help_lists_every_target():
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.M)[1].split())
    assert phony == targets()


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("", "No Python 3.11 or newer was found."),
        ("no-such-python", "no-such-python is no Python 3.11 or newer."),
        ("./old", "./old is no Python 3.11 or newer."),
    ],
)
def test_make_says_which_python_it_needs(python, message, tmp_path):
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    # An interpreter that finds itself too old.
    (tmp_path / "old").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    (tmp_path / "old").chmod(0o755)
    done = subprocess.run(
        ["make", "run", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "make run PYTHON=/path/to/python3.12" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_clean_leaves_the_users_data():
    recipe = re.search(r"^clean:.*\n((?:\t.*\n)+)", MAKEFILE, re.M)[1]
    assert "data" not in recipe


# --- The suite itself -----------------------------------------------------------------------------


def test_no_test_reaches_the_network():
    # An address reserved for documentation: it answers nowhere.
    with socket.socket() as client, pytest.raises(RuntimeError, match=r"for the network: socket\.connect 192\.0\.2\.1"):
        client.settimeout(1)
        client.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"for the network: socket\.getaddrinfo example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_server_on_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_every_file_of_tests_is_in_one_part():
    files = {file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("test_*.py")}
    apart = {
        file for file in files for path in suite.BROWSER + suite.REST if file == path or file.startswith(f"{path}/")
    }
    assert set(suite.REST) <= files
    assert "tests/test_setup.py" in apart
    *_, folder = [argument for argument in suite.PARTS["sql"].arguments if not argument.startswith("--ignore=")]
    ignored = [argument for argument in suite.PARTS["sql"].arguments if argument.startswith("--ignore=")]
    assert folder == "tests"
    assert ignored == [f"--ignore={path}" for path in suite.BROWSER + suite.REST]
    assert files - apart


@pytest.mark.parametrize(
    ("code", "closing", "counts", "is_good"),
    [
        (0, "===== 12 passed in 3.40s =====", {"passed": 12}, True),
        (
            0,
            "== 9 passed, 2 skipped, 1 warning in 62.10s (0:01:02) ==",
            {"passed": 9, "skipped": 2, "warning": 1},
            True,
        ),
        (1, "===== 1 failed, 11 passed, 2 errors in 3.40s =====", {"failed": 1, "passed": 11, "error": 2}, False),
        (5, "===== no tests ran in 0.01s =====", {}, False),
        (0, "===== 3 skipped in 0.01s =====", {"skipped": 3}, False),
        (1, "INTERNALERROR> something broke", {}, False),
    ],
)
def test_the_suite_reads_the_closing_line(code, closing, counts, is_good):
    outcome = suite.Outcome(suite.PARTS["sql"], code, f"collected 12 items\n3 passed\n{closing}\n", 3.4)
    assert outcome.counts == counts
    assert outcome.is_good is is_good


def test_a_part_nobody_knows_is_refused(capsys):
    assert suite.main(["sqll"]) == 2
    assert capsys.readouterr().err == "no part named sqll; there are sql, browser, rest\n"


def test_the_named_chromium_is_taken(tmp_path, monkeypatch):
    browser = tmp_path / "my-chromium"
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert chromium.provide() is None  # named but not there: never silently another one
    browser.touch()
    assert chromium.provide() == str(browser)


def test_the_systems_chromium_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("google-chrome", "chromium"):
        (tmp_path / name).touch(0o755)
        assert chromium.find() == str(tmp_path / name)


# --- What is in the repository --------------------------------------------------------------------


def test_no_file_names_this_machine_or_a_package_index():
    folder, home = (f"{path}/" for path in (ROOT, Path.home()))
    options = re.compile(r"--(extra-)?" + r"index-url|--find-" + r"links|--trusted-" + r"host")
    found = []
    for file in tracked():
        text = file.read_text("utf-8", errors="ignore")
        if folder in text or (home.count("/") > 1 and home in text) or options.search(text):
            found.append(file.relative_to(ROOT).as_posix())
    assert found == []


def test_the_licence_is_there():
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n\nCopyright (c) 2026 The authors\n")
    assert "[MIT](LICENSE)" in README
