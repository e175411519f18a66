"""Run the whole suite: lint, then the parts, each against its budget on two cores.

`python tests/suite.py [PART...]`. A part's output is printed whole when the part is done, so that
the closing line of pytest stands under what it closes; the last line adds the parts up. Exits with
1 if lint, any test or the time limit of a part fails, or if no test ran.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import chromium

ROOT = Path(__file__).parent.parent
LINT = (["ruff", "check", "."], ["ruff", "format", "--check", "."])
# A part over its budget is said to be; one that takes this many times its budget hangs, and is stopped.
PATIENCE = 6

# What is in neither of these is in "sql", so that a new file of tests cannot be left out.
BROWSER = ["tests/browser"]
# Setting up, the store of decisions, what is printed, sent, explained or tried out of what the SQL has said, and every
# file that asks for a page without a browser.
REST = [
    "tests/test_setup.py",
    "tests/test_decisions.py",
    "tests/test_commands.py",
    "tests/test_deliver.py",
    "tests/test_explain.py",
    "tests/test_what_if.py",
    *(
        f"tests/{file.name}"
        for file in sorted(Path(__file__).parent.glob("test_*.py"))
        if "open_page" in file.read_text("utf-8")
    ),
]


# Each part keeps two cores busy, so they run one after the other.
WORKERS = ["-n", "2", "--dist", "worksteal"]


@dataclass(frozen=True)
class Part:
    """A share of the suite: what pytest is given, and how long it may take on two cores."""

    title: str
    arguments: list[str]
    budget_seconds: int


PARTS = {
    "sql": Part("SQL and ETL", ["tests", *(f"--ignore={path}" for path in BROWSER + REST)], 120),
    "browser": Part("browser", BROWSER, 240),
    "rest": Part("the rest", REST, 120),
}


@dataclass(frozen=True)
class Outcome:
    """How a part went: its exit code, what it printed, how long it took, and its closing counts."""

    part: Part
    code: int
    output: str
    seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of pytest's closing line by word ("passed", "failed", "skipped", ...)."""
        closing = next((line for line in reversed(self.output.splitlines()) if re.search(r" in [\d.]+s", line)), "")
        return {
            word.rstrip("s") if word == "errors" else word: int(n) for n, word in re.findall(r"(\d+) ([a-z]+)", closing)
        }

    @property
    def is_good(self) -> bool:
        """All of its tests passed, and there were some."""
        return self.code == 0 and self.counts.get("passed", 0) > 0


def run(part: Part, environment: dict[str, str]) -> Outcome:
    """Run one part in a pytest of its own and print its output when it is done."""
    limit = part.budget_seconds * PATIENCE
    started = time.monotonic()
    # Into a file: a pipe stays open for as long as any process a test has left behind.
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "--color=no", *WORKERS, *part.arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(limit)
            note = f"\npytest was ended by signal {-code}\n" if code < 0 else ""
        except subprocess.TimeoutExpired:
            code, note = 1, f"\nstopped after {limit} s\n"
            stop(process)
        printed.seek(0)
        output = printed.read().decode("utf-8", "replace") + note
    outcome = Outcome(part, code, output, time.monotonic() - started)
    print(f"\n--- {part.title} ---\n{output}", flush=True)
    return outcome


def stop(process: subprocess.Popen) -> None:
    """Interrupt pytest, so that it says where it hung and ends what its fixtures started; then kill it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(wanted: list[str]) -> int:
    """Run lint and the wanted parts (all if none is named); return the exit code."""
    unknown = set(wanted) - PARTS.keys()
    if unknown:
        print(f"no part named {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts = [part for name, part in PARTS.items() if not wanted or name in wanted]

    for command in LINT:
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            return 1

    # Planning a query takes and gives back thousands of small pieces of memory, of which Linux's own allocator keeps
    # seven of a size at hand: with more, building all queries takes an eighth less.
    environment = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000", **os.environ}
    if PARTS["browser"] in parts:
        browser = chromium.provide()
        if browser is None:
            print(chromium.HELP, file=sys.stderr)
            return 1
        environment["CHROMIUM"] = browser

    outcomes = [run(part, environment) for part in parts]

    print()
    for outcome in outcomes:
        budget = outcome.part.budget_seconds
        over = "" if outcome.seconds <= budget else ", OVER ITS BUDGET"
        state = "passed" if outcome.is_good else "FAILED"
        print(f"{outcome.part.title:12} {state}: {outcome.seconds:.0f} s of {budget} s{over}")
    added = {
        word: sum(outcome.counts.get(word, 0) for outcome in outcomes)
        for word in ("passed", "failed", "error", "skipped")
    }
    print(f"{added['passed']} passed, {added['failed'] + added['error']} failed, {added['skipped']} skipped")
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
