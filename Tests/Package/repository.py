#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Rules for the repository's own files: where `unsafe` may be used, an index of the
tests, and commit messages with a short subject and a body. Tests/suites.py must not pass without running anything."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SWIFT = [path for place in ("Sources", "Tests", "systems", "dts", "Plugins", "docs/examples")
         for path in sorted((ROOT / place).rglob("*.swift")) if ".build" not in path.parts]


# The last commit before messages were held to the rule; its ancestors have long subjects.
LAST_FREE_COMMIT = "19a19715adc8755b0ef8007331b85b401a664076"
SUBJECT_LIMIT = 72


def git(repository, *arguments):
    return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, text=True)


def faulty_messages(repository, last_free):
    """Commits, merges apart, whose subject is too long or which have no body; None without a history. `last_free` and its
    ancestors are exempt. A clone that does not contain it is too shallow to contain its ancestors."""
    exempt = [f"^{last_free}"] if git(repository, "cat-file", "-e", f"{last_free}^{{commit}}").returncode == 0 else []
    result = git(repository, "log", "--no-merges", "--format=%h%x00%s%x00%b%x01", "HEAD", *exempt)
    if result.returncode != 0:
        return None
    faults = []
    for entry in result.stdout.split("\x01")[:-1]:
        commit, subject, body = entry.strip("\n").split("\x00")
        if len(subject) > SUBJECT_LIMIT:
            faults.append(f"{commit}: the subject has {len(subject)} characters, over {SUBJECT_LIMIT}: {subject}")
        if not body.strip():
            faults.append(f"{commit}: there is no body: {subject}")
    return faults


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
        found = {
            str(path.relative_to(ROOT)) for path in SWIFT
            if re.search(r'(?<!")\bunsafe\b', without_comments(path.read_text()))}
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

    def test_commits_have_a_short_subject_and_a_body(self):
        faults = faulty_messages(ROOT, LAST_FREE_COMMIT)
        if faults is None:
            self.skipTest("there is no git history")
        self.assertEqual(faults, [])

    def test_the_check_of_commits_finds_faults(self):
        with tempfile.TemporaryDirectory() as folder:
            git(folder, "init", "--quiet")

            def commit(*paragraphs):
                options = [option for text in paragraphs for option in ("-m", text)]
                result = git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", *options)
                self.assertEqual(result.returncode, 0, result.stderr)
                return git(folder, "rev-parse", "HEAD").stdout.strip()

            free = commit("a" * 80)
            self.assertEqual(faulty_messages(folder, free), [])
            commit("b" * 72, "body")
            self.assertEqual(faulty_messages(folder, free), [])
            commit("c" * 73, "body")
            commit("d")
            no_body, long = faulty_messages(folder, free)
            self.assertIn("there is no body: d", no_body)
            self.assertIn("the subject has 73 characters", long)
            # Without the exempt commit, as in a shallow clone, all are checked.
            self.assertEqual(len(faulty_messages(folder, "0" * 40)), 4)


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
