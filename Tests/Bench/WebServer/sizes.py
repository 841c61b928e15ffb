# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Code and constants of each module in a linked program, from lld's map file."""

import sys

modules = {name: [0, 0] for name in sys.argv[2:]}
with open(sys.argv[1]) as lines:
    for line in lines:
        words = line.split()
        if len(words) != 5 or ".o:(" not in words[4]:
            continue
        file, section = words[4].split(":(")
        name = file.rsplit("/", 1)[-1][:-2]
        size = int(words[2], 16)
        if name in modules:
            modules[name][0 if section.startswith(".text") else 1] += size
for name, (text, other) in modules.items():
    print(f"{name}: {text} bytes of code, {other} of constants and data")
