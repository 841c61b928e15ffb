#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Compares the section sizes of the protection domains' programs with the budget in sizes.txt.

The budget is two-sided: a program must not exceed it, and the budget of a program that has become much smaller must be lowered, so
that later growth shows. `sizes.py DIRECTORY` checks and prints the table; `sizes.py DIRECTORY --update` rewrites the budget.
The budget holds for the compiler version that it names; with another, nothing is compared.
"""

import pathlib
import re
import struct
import subprocess
import sys

BUDGET = pathlib.Path(__file__).with_name("sizes.txt")
COLUMNS = ["text", "rodata", "data", "bss"]
# Text of sDDF 0.7.0's C components for QEMU, in bytes. Ours must stay below twice that, without RESTARTS.
SDDF_TEXT = {
    "serial_driver_pl011": 2662,
    "serial_virt_tx": 4506,
    "timer_driver_arm": 3891,
    "net_copier": 2662,
    "ethernet_driver_virtio": 15872,
}
# Parts of the symbols of functions with which a domain begins again, or notices that a peer did, which sDDF's components cannot.
RESTARTS = ("compareEpochs", "SupervisionV", "SupervisedLoop", "LinkServerV", "LinkClientV", "refuse_if_given_up")
GROWTH, SHRINKAGE = 1.02, 0.95


def sections(path):
    """The sizes of the loaded sections of an ELF64 file, by name."""
    data = path.read_bytes()
    offset, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, offset + i * size) for i in range(count)]
    strings = headers[names][4]
    found = {}
    for name, _, flags, _, _, length in headers:
        if flags & 2:
            start = strings + name
            found[data[start : data.index(b"\0", start)].decode()] = length
    return found


def restart_size(path):
    """Bytes of an ELF64 file's functions whose symbols have a part of RESTARTS."""
    data = path.read_bytes()
    offset, = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
    found = {}
    for _, kind, _, _, start, length, link, *_ in heads:
        if kind != 2:
            continue
        for place in range(start, start + length, 24):
            name, info, _, _, address, bytes_count = struct.unpack_from("<IBBHQQ", data, place)
            at = heads[link][4] + name
            text = data[at:data.index(b"\0", at)].decode()
            if info & 15 == 2 and any(part in text for part in RESTARTS):
                found[address] = bytes_count
    return sum(found.values())


def measure(directory):
    table = {}
    for path in sorted(pathlib.Path(directory).glob("*.elf")):
        found = sections(path)
        table[path.stem] = [found.pop(f".{column}", 0) for column in COLUMNS] + [sum(found.values())]
    return table


def compiler():
    text = subprocess.run(["swiftc", "--version"], capture_output=True, text=True).stdout
    return re.search(r"Swift version (\d+\.\d+)", text).group(1)


def read_budget():
    lines = BUDGET.read_text().splitlines()
    version = lines[0].split()[-1]
    return version, {f[0]: [int(n) for n in f[1:]] for f in map(str.split, lines[2:]) if f}


def render(version, table):
    width = max(map(len, table))
    rows = [f"{'program':{width}}" + "".join(f"{c:>9}" for c in COLUMNS + ["other"])]
    rows += [f"{name:{width}}" + "".join(f"{n:9}" for n in row) for name, row in table.items()]
    return f"Bytes of the programs' sections, built by Swift {version}\n" + "\n".join(rows) + "\n"


def main():
    table = measure(sys.argv[1])
    if not table:
        sys.exit(f"sizes: no images in {sys.argv[1]}; make images builds them")
    version = compiler()
    if "--update" in sys.argv:
        _, budget = read_budget()
        if missing := sorted(budget.keys() - table.keys()):
            print(f"sizes: no image, budget kept: {', '.join(missing)}; delete the line of a program that is gone")
        BUDGET.write_text(render(version, dict(sorted((budget | table).items()))))
        return
    print(render(version, table), end="")
    wanted_version, budget = read_budget()
    wrong = [
        f"{name}: {table[name][0]} bytes of text, sDDF's C component has {limit}: more than twice as much"
        for name, limit in SDDF_TEXT.items()
        if table[name][0] - restart_size(pathlib.Path(sys.argv[1], f"{name}.elf")) > 2 * limit
    ]
    if version != wanted_version:
        print(f"sizes: the budget is for Swift {wanted_version}, not {version}: not compared")
    else:
        for name in sorted(table.keys() | budget.keys()):
            if name not in table or name not in budget:
                wrong.append(f"{name}: only in {'the budget' if name in budget else 'the images'}")
                continue
            for column, size, limit in zip(COLUMNS + ["other"], table[name], budget[name]):
                if size > limit * GROWTH + 16:
                    wrong.append(f"{name}: {size} bytes of {column}, the budget is {limit}")
                elif size < limit * SHRINKAGE - 16:
                    wrong.append(f"{name}: {size} bytes of {column}, budgeted {limit}: lower the budget")
    for line in wrong:
        print(f"FAILED: {line}")
    if wrong:
        sys.exit("sizes: python3 Tests/Embedded/sizes.py .build/images --update writes a new budget")


if __name__ == "__main__":
    main()
