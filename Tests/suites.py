#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Runs the test suites of `make test`, three at a time, and reports how long each took.

`suites.py` runs all, `suites.py web echo` those whose path has one of the words. The Swift tests run first and print as they go;
what a Python suite prints goes to .build/suites, and is shown if the suite fails. `--jobs N` runs N at a time; `--verbose` shows
the output of suites that pass, too."""

import argparse
import dataclasses
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / ".build" / "suites"


@dataclasses.dataclass
class Suite:
    """A command: `swift test`, or a script in this folder with its arguments."""

    name: str
    arguments: list = dataclasses.field(default_factory=list)
    """Names of suites that must not run at the same time."""
    apart: tuple = ()
    """Whether nothing else may run, since the suite measures times."""
    alone: bool = False
    status: int | None = None
    took: float = 0

    @property
    def command(self):
        if self.name == "swift test":
            return ["swift", "test", "--skip-build", *self.arguments]
        return [sys.executable, f"Tests/{self.name}", *self.arguments]

    @property
    def log(self):
        return LOGS / (self.name.replace("/", "-").replace(" ", "-") + ".log")


# In the order in which they start. The Swift tests use all cores: beside them run suites in virtual time, or without any time.
SUITES = [
    Suite("swift test"),
    Suite("Network/floods.py"),
    Suite("Network/restarts.py"),
    Suite("Network/hostile_peers.py"),
    # It removes hello.elf, to see it built again.
    Suite("Package/own_system.py", apart=("Boot/emulated.py", "Boot/hello.py", "Package/readme.py")),
    Suite("Network/leases.py"),
    Suite("Network/instructions.py"),
    Suite("Oracle/compare_with_sdfgen.py", [".build/debug/serval", ".build/oracle/python"]),
    Suite("Package/documents.py"),
    Suite("Package/embedded_files.py"),
    Suite("Package/new_packages.py"),
    Suite("Package/first_run.py"),
    Suite("Package/certificates.py"),
    Suite("Package/repository.py"),
    Suite("Cryptography/target.py"),
    Suite("Boot/emulated.py"),
    # Each nfs-ganesha registers its ports with the machine's one port mapper, in place of those of another.
    Suite("Boot/webserver.py", apart=("swift test", "Boot/edited_site.py")),
    Suite("Boot/edited_site.py", apart=("swift test",)),
    Suite("Boot/restarts.py", apart=("swift test", "Boot/webserver.py", "Boot/edited_site.py")),
    Suite("Network/echo.py"),
    Suite("Network/web.py"),
    Suite("Network/web_memory.py"),
    Suite("Network/archiver.py"),
    Suite("Package/readme.py"),
    Suite("Boot/hello.py"),
    Suite("Boot/runtime.py"),
    Suite("Boot/entropy.py"),
    Suite("Boot/thief.py"),
    Suite("Boot/https.py"),
    Suite("Boot/examples.py"),
    Suite("Network/crowd.py", alone=True),
    Suite("Network/bogo.py"),
    Suite("Network/tls.py", alone=True),
    Suite("Network/https.py", alone=True),
    Suite("Network/handshakes.py", alone=True),
    Suite("Network/websocket.py", alone=True),
]


class Runner:
    def __init__(self, suites, jobs, verbose):
        self.waiting = sorted(suites, key=lambda suite: suite.alone)
        self.jobs, self.verbose = jobs, verbose
        self.running = []
        self.changed = threading.Condition()

    def next(self):
        """The next suite that may start beside those that run; None if there is none yet."""
        # Most suites wait more than they compute; the Swift tests do not.
        limit = min(self.jobs, 2) if any(suite.name == "swift test" for suite in self.running) else self.jobs
        if len(self.running) >= limit or any(suite.alone for suite in self.running):
            return None
        for suite in self.waiting:
            if suite.alone and self.running:
                continue
            if not any(other.name in suite.apart or suite.name in other.apart for other in self.running):
                return suite
        return None

    def run(self):
        with self.changed:
            while self.waiting or self.running:
                suite = self.next()
                if suite is None:
                    self.changed.wait()
                    continue
                self.waiting.remove(suite)
                self.running.append(suite)
                threading.Thread(target=self.execute, args=[suite]).start()

    def execute(self, suite):
        start = time.monotonic()
        try:
            if suite.name == "swift test":
                suite.status = subprocess.run(suite.command, cwd=ROOT).returncode
            else:
                with open(suite.log, "w") as log:
                    suite.status = subprocess.run(
                        suite.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
        except OSError as problem:
            print(f"{suite.name}: {problem}", file=sys.stderr)
            suite.status = 127
        suite.took = time.monotonic() - start
        with self.changed:
            self.report(suite)
            self.running.remove(suite)
            self.changed.notify_all()

    def report(self, suite):
        if suite.log.exists() and (suite.status or self.verbose):
            print(f"--- {suite.name}\n{suite.log.read_text(errors='replace')}", end="")
        result = "FAILED" if suite.status else "passed"
        print(f"--- {suite.name}: {result} after {suite.took:.0f} s{summary(suite)}", flush=True)


def summary(suite):
    """What a Python suite says last: how many tests it ran and skipped."""
    if not suite.log.exists():
        return ""
    lines = [line.strip() for line in suite.log.read_text(errors="replace").splitlines()]
    said = [line for line in lines if line.startswith(("Ran ", "OK", "FAILED ("))]
    return f" ({'; '.join(said[-2:])})" if said else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="run only suites whose names have one of these words")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("SERVAL_TEST_JOBS", "3")))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    suites = [suite for suite in SUITES if not options.words or any(word in suite.name for word in options.words)]
    if not suites:
        parser.error(f"no suite's name has {' or '.join(options.words)}")
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    LOGS.mkdir(parents=True, exist_ok=True)
    for suite in suites:
        suite.log.unlink(missing_ok=True)
    start = time.monotonic()
    Runner(suites, options.jobs, options.verbose).run()
    print(f"\n{'suite':34}{'seconds':>8}")
    for suite in sorted(suites, key=lambda suite: -suite.took):
        print(f"{suite.name:34}{suite.took:8.0f}{'  FAILED' if suite.status else ''}")
    print(f"{'together':34}{time.monotonic() - start:8.0f}")
    sys.exit(any(suite.status for suite in suites))


if __name__ == "__main__":
    main()
