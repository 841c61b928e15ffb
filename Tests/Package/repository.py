#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Rules for the repository's own files: where `unsafe` may be used, an index of the
tests, and commit subjects of at most 72 characters. Tests/suites.py must not pass without running anything."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SWIFT = [path for place in ("Sources", "Tests", "systems", "dts", "Plugins", "docs/examples")
         for path in sorted((ROOT / place).rglob("*.swift")) if ".build" not in path.parts]


def without_comments(text):
    return re.sub(r"//.*", "", text)


class Repository(unittest.TestCase):
    maxDiff = None

    def test_unsafe_is_only_used_where_it_is_listed(self):
        listed = {}
        for line in (ROOT / "Tests" / "Embedded" / "unsafe-files.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                path, _, reason = line.partition(" ")
                self.assertTrue(reason.strip(), f"{path} has no reason")
                listed[path] = reason
        found = {str(path.relative_to(ROOT)) for path in SWIFT if re.search(r"\bunsafe\b", without_comments(path.read_text()))}
        self.assertEqual(sorted(found - listed.keys()), [], "not in Tests/Embedded/unsafe-files.txt")
        self.assertEqual(sorted(listed.keys() - found), [], "listed, but has no `unsafe` any more")

    def test_every_folder_of_tests_is_in_the_index(self):
        index = (ROOT / "Tests" / "README.md").read_text()
        for folder in sorted((ROOT / "Tests").iterdir()):
            if folder.is_dir() and any(folder.rglob("*.*")) and folder.name != "__pycache__":
                self.assertTrue(f"`{folder.name}`" in index, f"{folder.name} is not in Tests/README.md")

    def test_every_script_is_run_or_named(self):
        """A Python suite is in Tests/suites.py; a tool is named in Tests/README.md."""
        index = (ROOT / "Tests" / "README.md").read_text()
        suites = (ROOT / "Tests" / "suites.py").read_text()
        for script in sorted((ROOT / "Tests").rglob("*.py")):
            if "unittest.main" in script.read_text() and script.resolve() != pathlib.Path(__file__).resolve():
                name = str(script.relative_to(ROOT / "Tests"))
                self.assertTrue(name in suites, f"{name} is not in Tests/suites.py")
            self.assertTrue(script.name in index, f"{script.name} is not in Tests/README.md")

    def test_commit_subjects_are_short(self):
        """Checked where there is a history, for commits since the rule is held."""
        command = ["git", "-C", ROOT, "log", "--no-merges", "--since=2026-11-29T00:00:00Z", "--format=%h %s"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            self.skipTest("there is no git history")
        long = [line for line in result.stdout.splitlines() if len(line.partition(" ")[2]) > 72]
        self.assertEqual(long, [], "subjects of more than 72 characters")


class Suites(unittest.TestCase):
    """Runs of Tests/suites.py that must fail, and end."""

    def run_suites(self, *arguments, path=None):
        environment = {"PATH": path} if path else None
        command = [sys.executable, ROOT / "Tests" / "suites.py", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def test_a_word_that_no_suite_has(self):
        result = self.run_suites("nosuchsuite")
        self.assertEqual(result.returncode, 2)
        self.assertIn("nosuchsuite", result.stderr)

    def test_no_jobs(self):
        self.assertEqual(self.run_suites("swift test", "--jobs", "0").returncode, 2)

    def test_a_suite_that_cannot_start(self):
        result = self.run_suites("swift test", path="/nonexistent")
        self.assertEqual(result.returncode, 1)
        self.assertIn("swift test: FAILED", result.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
