# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Code and constants of each module in a linked program, by the names of its symbols: sizes.py ELF MODULE...

What the linker has inlined counts for the function that it was inlined into, and what it has taken out of several functions
(OUTLINED_FUNCTION) for `shared`."""

import re
import subprocess
import sys

modules = {name: [0, 0] for name in [*sys.argv[2:], "shared"]}
table = subprocess.run(["llvm-nm", "-S", "--defined-only", sys.argv[1]], capture_output=True, text=True, check=True)
for line in table.stdout.splitlines():
    words = line.split()
    if len(words) != 4:
        continue
    name = words[3]
    # As in `$e4HTTP10HeadParserO`: the length of the module's name, and the name.
    if found := re.match(r"\$[es](\d+)", name):
        start = found.end()
        name = name[start:start + int(found[1])]
    elif name.startswith("OUTLINED_FUNCTION"):
        name = "shared"
    if name in modules:
        modules[name][0 if words[2] in "tTwW" else 1] += int(words[1], 16)
for name, (text, other) in modules.items():
    print(f"{name}: {text} bytes of code, {other} of constants and data")
