#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Finds array literals that a program could take for each other: literals.py DIRECTORY, which has the object files of a build.

Swift 6.3 makes a static array of a literal of constants, and numbers those of a function in the order in which it comes upon them. In
Embedded mode, a function is compiled again in each module that calls it, and there the order may be another; but the arrays' names
are the same, and the linker keeps one of each name. A program then has one literal in place of the other, without a word. The cure is to
have one such literal in a function, inlined functions included (`@inline(never)`).
"""

import collections
import pathlib
import re
import struct
import subprocess
import sys

NAME = re.compile(r"Tv\d*_r?$")
NOBITS, SYMBOLS = 8, 2
# A global variable in LLVM's language: its name, and its value with what the linker is told.
GLOBAL = re.compile(r'^@"?([^"\s]+)"? = (.*)$', re.MULTILINE)


def literals(path):
    """Names and contents of the static arrays in an object file, which may be bitcode."""
    data = path.read_bytes()
    if data[:4] == b"BC\xc0\xde":
        yield from literals_in_bitcode(path, data)
    if data[:4] != b"\x7fELF":
        return
    offset, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQII", data, offset + index * size) for index in range(count)]
    for _, kind, _, _, start, length, link, _ in sections:
        if kind != SYMBOLS:
            continue
        for place in range(start, start + length, 24):
            name, _, _, section, value, bytes_ = struct.unpack_from("<IBBHQQ", data, place)
            first = sections[link][4] + name
            text = data[first:data.index(b"\0", first)].decode()
            if 0 < section < count and NAME.search(text) and sections[section][1] != NOBITS:
                begin = sections[section][4] + value
                yield text, data[begin:begin + bytes_]


def literals_in_bitcode(path, data):
    # The names are there as they are. Few objects have one.
    if not re.search(rb"Tv\d*_", data):
        return
    text = subprocess.run(
        ["clang", "-S", "-emit-llvm", "-Wno-override-module", "-x", "ir", path, "-o", "-"], capture_output=True, text=True,
        check=True).stdout
    for name, value in GLOBAL.findall(text):
        if NAME.search(name) and not value.startswith("external "):
            # The numbers and texts in it. Names of types differ between modules, and so do remarks for the linker.
            yield name, tuple(re.findall(r'\bi\d+ -?\d+|\bc"[^"]*"|\b(?:true|false|null|zeroinitializer)\b', value))


def main():
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.o")):
        for name, content in literals(path):
            found[name][content].add(path.parent.name.removesuffix(".build"))
    wrong = {name: contents for name, contents in found.items() if len(contents) > 1}
    for name, contents in wrong.items():
        modules = " and ".join(", ".join(sorted(places)) for places in contents.values())
        print(f"{name}: one array in {modules}; see Tests/Embedded/literals.py")
    if not found:
        print(f"literals.py: no static array in {sys.argv[1]}: has it object files?")
    sys.exit(1 if wrong or not found else 0)


if __name__ == "__main__":
    main()
