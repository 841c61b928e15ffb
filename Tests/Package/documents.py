# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Keeps the documents true: links lead somewhere, docs/README.md reaches every page, Swift code compiles, commands and their
options exist, and phrases that we avoid stay away. readme.py runs the README's commands."""

import functools
import io
import os
import pathlib
import re
import subprocess
import tokenize
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVAL = ROOT / ".build" / "debug" / "serval"
INDEX = ROOT / "docs" / "README.md"
# Where a Swift file is compiled by a build that `make test` runs.
COMPILED = ["Sources", "Tests", "systems", "dts", "docs/examples"]
# Folders whose comments and docstrings, in Swift and Python, must not have phrases that we avoid either.
COMMENTED = ["Sources", "Tests", "Plugins", "systems", "dts", "docs/examples"]
# Options of other programs that documents name.
FOREIGN_OPTIONS = {"--triple", "--toolset", "--device"}


@functools.cache
def documents():
    """Every Markdown file of the repository."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "out"]
        found += [pathlib.Path(folder, file) for file in files if file.endswith(".md")]
    return sorted(found)


def name(path):
    return str(path.relative_to(ROOT))


def pages():
    """The README and everything in docs."""
    return [path for path in documents() if path == ROOT / "README.md" or ROOT / "docs" in path.parents]


def blocks(path, language):
    """Code blocks of `language` in a document: the line where each begins, and its text."""
    found, lines, start = [], path.read_text().split("\n"), None
    for number, line in enumerate(lines, 1):
        if start is None and line.startswith("```"):
            start, kind = number, line[3:].strip()
        elif start is not None and line.startswith("```"):
            if kind == language:
                found.append((start, "\n".join(lines[start:number - 1])))
            start = None
    return found


def prose(path):
    """The text without code: blocks and spans are blanked, and lines keep their numbers."""
    text = re.sub(r"^```.*?^```", lambda match: "\n" * match[0].count("\n"), path.read_text(), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "``", text)


def comments(path):
    """The comments and docstrings of a Swift or Python file, without code spans; lines keep their numbers."""
    text = path.read_text()
    if path.suffix == ".py":
        lines = [""] * (text.count("\n") + 2)
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT or token.type == tokenize.STRING and token.line.lstrip().startswith('"""'):
                for number, line in enumerate(token.string.split("\n"), token.start[0] - 1):
                    lines[number] += line
    else:
        lines = [match[1] if (match := re.search(r"(?<!:)//+(.*)", line)) else "" for line in text.split("\n")]
    return re.sub(r"`[^`\n]*`", "``", "\n".join(lines))


def links(path):
    """Relative links of a document: the file and the anchor, either of which may be empty."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            yield target, (path.parent / file).resolve() if file else path, anchor


def anchors(path):
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ +(.*?) *$", path.read_text(), flags=re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


class Links(unittest.TestCase):
    def test_each_leads_somewhere(self):
        for path in documents():
            for target, file, anchor in links(path):
                with self.subTest(document=name(path), link=target):
                    self.assertTrue(file.exists(), "there is no such file")
                    if anchor and file.suffix == ".md":
                        self.assertIn(anchor, anchors(file))

    def test_the_index_reaches_every_page(self):
        reached, waiting = set(), [INDEX]
        while waiting:
            path = waiting.pop()
            if path in reached or path.suffix != ".md" or not path.exists():
                continue
            reached.add(path)
            waiting += [file for _, file, _ in links(path)]
        self.assertEqual([name(path) for path in documents() if path not in reached], [])

    def test_the_index_lists_every_page_itself(self):
        listed = {file for _, file, _ in links(INDEX)}
        self.assertEqual([name(path) for path in pages() if path not in listed | {INDEX}], [])

    def test_paths_in_code_spans_exist(self):
        """`Sources/...`, `Tests/...` and the like, in the documents of this list."""
        for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", INDEX]:
            for span in re.findall(r"`((?:Sources|Tests|docs|systems|dts|make)/[\w./+-]*)`", path.read_text()):
                if "NAME" not in span:
                    self.assertTrue((ROOT / span).exists(), f"{name(path)}: {span}")


class SwiftCode(unittest.TestCase):
    def test_each_block_is_part_of_a_file_that_is_compiled(self):
        sources = [
            path.read_text() for folder in COMPILED for path in (ROOT / folder).rglob("*.swift")
            if ".build" not in path.parts]
        for path in pages():
            for line, block in blocks(path, "swift"):
                with self.subTest(document=name(path), line=line):
                    self.assertTrue(
                        any(block in source for source in sources),
                        "no compiled file contains this code: put it into a program or a test, and copy it from there")


@functools.cache
def help_of(command):
    return subprocess.run([SERVAL, "help", *command], check=True, capture_output=True, text=True).stdout


class Commands(unittest.TestCase):
    """Options, goals and files that documents name; readme.py runs the README's commands."""

    def lines(self):
        for path in documents():
            for language in ("sh", "yaml"):
                for start, block in blocks(path, language):
                    for number, line in enumerate(block.replace("\\\n", "").split("\n"), start + 1):
                        yield f"{name(path)}:{number}", line

    def test_options_of_serval(self):
        known = set(re.findall(r"^  (\w+) ", help_of(()).split("SUBCOMMANDS:")[1], flags=re.M))
        for place, line in self.lines():
            for words in re.findall(r"\b(?:my-)?serval ([a-z]+\b[^|&;#]*)", line):
                command, *rest = words.split()
                if command not in known:
                    continue
                with self.subTest(place=place):
                    # Before it runs a package, the plugin generates its system.
                    text = help_of((command,)) + (help_of(("generate",)) if "package serval run" in line else "")
                    for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", " ".join(rest)):
                        self.assertRegex(text, rf"(?m)(^|\s|, ){re.escape(option)}\b")

    def test_options_in_code_spans(self):
        """A span such as `--net user` begins with an option of some command."""
        commands = re.findall(r"^  (\w+) ", help_of(()).split("SUBCOMMANDS:")[1], flags=re.M)
        options = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", "".join(help_of((command,)) for command in commands)))
        for path in pages():
            for option in re.findall(r"`(--[a-z][a-z-]*)", path.read_text()):
                with self.subTest(document=name(path)):
                    self.assertIn(option, options | FOREIGN_OPTIONS)

    def test_goals_of_make(self):
        makefiles = "".join((ROOT / file).read_text() for file in ("Makefile", "make/images.mk"))
        goals = set(re.findall(r"^([\w-]+):", makefiles, flags=re.M))
        for place, line in self.lines():
            for words in re.findall(r"(?:^|&& |= )make\b([^|&;#]*)", line):
                for word in words.split():
                    if "=" not in word and not word.startswith(("-", "$", "...")):
                        self.assertIn(word, goals, place)

    def test_scripts_exist(self):
        for place, line in self.lines():
            for script in re.findall(r"\b(?:python3|sh|bash) ((?:Tests|make)/[\w./]+)", line):
                self.assertTrue((ROOT / script).exists(), f"{place}: {script}")


class Versions(unittest.TestCase):
    def test_the_changelog_and_the_tool_agree(self):
        printed = subprocess.run([SERVAL, "--version"], check=True, capture_output=True, text=True).stdout.split()
        releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
        self.assertEqual(printed, ["serval", releases[0]])
        package = (ROOT / "docs/examples/own-system/Package.swift").read_text()
        self.assertIn(f'from: "{releases[0]}"', package)

    def test_versions_of_other_software(self):
        sdfgen = re.search(r"sdfgen==([\d.]+)", (ROOT / "Makefile").read_text())[1]
        self.assertIn(f"sdfgen {sdfgen}", (ROOT / "README.md").read_text())
        swift = re.search(r"container: swift:([\d.]+)", (ROOT / "docs" / "ci.md").read_text())[1]
        self.assertIn(f"Swift {swift} toolchain", (ROOT / "README.md").read_text())

    def test_the_changelog_is_in_order(self):
        headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
        self.assertEqual(headings[0], "[Unreleased]")
        versions = [tuple(map(int, re.findall(r"\d+", heading)[:3])) for heading in headings[1:]]
        self.assertEqual(versions, sorted(versions, reverse=True))
        kinds = set(re.findall(r"^### (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.M))
        self.assertLessEqual(kinds, {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"})


class Wording(unittest.TestCase):
    """Phrases that were this project's own, and that no reader knew."""

    def test_phrases_that_we_avoid(self):
        sources = [
            path for folder in COMMENTED for pattern in ("*.swift", "*.py") for path in (ROOT / folder).rglob(pattern)
            if ".build" not in path.parts]
        for path in documents() + sources:
            found = []
            text = prose(path) if path.suffix == ".md" else comments(path)
            for number, line in enumerate(text.split("\n"), 1):
                found += [f"{name(path)}:{number}: {match[0]}" for match in AVOIDED.finditer(line)]
            with self.subTest(document=name(path)):
                self.assertEqual(found, [])


AVOIDED = re.compile(
    "|".join([
        r"\b(he|him|his)\b",
        r"\b(any|some|every)body\b",
        r"\bnobody\b",
        r"\bwho then\b",
        r"\bwho waits for\b",
        r"\bwhoever\b",
        r"\bone that has none\b",
        r"\bthat there is not\b",
        r"(?<!there )(?<!there\n)\bis no (?!longer\b|more\b|less\b|better\b|worse\b|way\b|need\b|such\b)",
        r"(?<!there )\bare no (?!longer\b|more\b|less\b|better\b|worse\b)",
        r"(?<!there )\bis (?-i:none)\b",
        r"\bof one's own\b",
        r"\bits like\b",
        r"\bwhat it is of\b",
        r"\bgives? up its place\b",
        r"\bto be had\b",
        r"\bsays? how much\b",
        r"\bwants nothing\b",
        r"\bin the place of (one|whatever)\b",
        r"\bfor ever\b",
        r"\bwithout end\b",
        r"\banew\b",
        r"\bwould be other\b",
        r"\btakes? (it|them) for\b",
        r"\b(comes?|came) to nothing\b",
        r"\bmade up again\b",
        r"\bwhere (it|that|there) is (not|none)\b",
        r"\bgo(es)? on with\b",
        r"\b(is|are) of (one|the|another) (client|file|program|region|version)\b",
    ]), re.IGNORECASE)


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main(verbosity=2)
