# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Shows where a bench's instructions go: profile.py ELF QEMU...

QEMU logs the address of every instruction. Those between bench_profile_begin and bench_profile_end are
counted for each function, with and without the functions it called.
"""

import bisect
import collections
import re
import subprocess
import sys

elf, qemu = sys.argv[1], sys.argv[2:]
table = subprocess.run(["llvm-nm", "-S", "--defined-only", elf], capture_output=True, text=True)
symbols = {}
for line in table.stdout.splitlines():
    words = line.split()
    # What copy.S names inside memcpy is memcpy.
    if words[-1] in ("large", "done") or words[-1].startswith("tail"):
        continue
    if words[-2] in "tTwW":
        symbols[int(words[0], 16)] = words[-1]
demangled = subprocess.run(
    ["swift", "demangle", "--compact", "--simplified"], input="\n".join(symbols.values()),
    capture_output=True, text=True).stdout.splitlines()
symbols = dict(zip(symbols, demangled))
starts = sorted(symbols)
begin = next(a for a in starts if symbols[a] == "bench_profile_begin")
end = next(a for a in starts if symbols[a] == "bench_profile_end")

own = collections.Counter()
total = collections.Counter()
calls = collections.Counter()
edges = collections.Counter()
counting = False
stack, previous, seen = [], None, 0
process = subprocess.Popen(
    qemu + ["-serial", "null", "-accel", "tcg,thread=single", "-singlestep", "-d", "exec,nochain"],
    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
trace = re.compile(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
for line in process.stdout:
    match = trace.match(line)
    if not match:
        continue
    address = int(match[1], 16)
    if address == begin:
        counting, stack, previous = True, [], None
        continue
    if address == end:
        counting = False
        continue
    if not counting:
        continue
    seen += 1
    index = bisect.bisect_right(starts, address) - 1
    function = symbols[starts[index]]
    if previous is not None and address != previous + 4:
        if stack and address == stack[-1][1]:
            stack.pop()
        elif address == starts[index]:
            caller = symbols[starts[bisect.bisect_right(starts, previous) - 1]]
            calls[function] += 1
            edges[caller, function] += 1
            stack.append((function, previous + 4))
        else:
            # A tail call's return, or a jump inside a function.
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][1] == address:
                    del stack[depth:]
                    break
    own[function] += 1
    for inside in {entry[0] for entry in stack} | {function}:
        total[inside] += 1
    previous = address
    if seen > 600_000:
        break
process.kill()
print(f"{seen} instructions")
for title, counter in (("alone", own), ("with what they call", total)):
    print(f"\n{title}")
    for function, count in counter.most_common(45):
        print(f"{100 * count / max(seen, 1):6.2f} % {count:9} {calls[function]:7}x  {function[:150]}")
print("\ncalls of the heap and of memory functions")
for (caller, function), count in edges.most_common(400):
    if function in ("swift_allocObject", "posix_memalign", "memcpy", "memmove", "memset", "memcmp",
                    "swift_retain", "swift_release", "swift_slowAlloc", "bench_free"):
        print(f"{count:7}x {function} from {caller[:130]}")
