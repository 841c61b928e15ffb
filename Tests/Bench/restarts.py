#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""What restartability costs when nothing dies: instructions for each page, memory, and the time until the web server listens, under
`serval run` with and without a supervisor."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import restarts  # noqa: E402
import virtual  # noqa: E402

SECONDS = 2


def figures(choice):
    """Instructions for each page, bytes of memory regions, and seconds until the machine has both addresses."""
    system = restarts.Emulated(restarts.systems.BOARD, restarts.machine.SERVAL, choice)
    totals, answers, ready = [], 0, 0
    for pages in (0, 16):
        load = restarts.Load(3 + SECONDS, downloads=0, pages=pages)
        _, errors = virtual.run(system, load.stations, f"{3 + SECONDS}s", "--stats")
        lines = errors.split("bytes of stack")[0].splitlines()
        totals.append(sum(int(line.split()[1]) for line in lines if re.match(r"\w+ +\d+ +\d+ +\d+", line)))
        answers = sum(len(visitor.answers) for visitor in load.pages)
        ready = max(load.stations.announced)[0]
    text = system.file.read_text()
    memory = sum(int(size, 16) for size in re.findall(r'<memory_region [^>]*? size="(0x[0-9a-f]+)"', text))
    memory += sum(int(size, 16) for size in re.findall(r'<protection_domain [^>]*stack_size="(0x[0-9a-f]+)"', text))
    return (totals[1] - totals[0]) / answers, totals[0] / (3 + SECONDS), memory, ready


def main():
    rows = {choice: figures(choice) for choice in ("no", "yes")}
    names = "instructions for a page", "instructions a second without visitors", "bytes of regions and stacks", "seconds to both addresses"
    print(f"{'':40} {'without':>12} {'with':>12} {'more':>8}")
    for index, name in enumerate(names):
        without, more = rows["no"][index], rows["yes"][index]
        print(f"{name:40} {without:12.6g} {more:12.6g} {(more / without - 1) * 100:7.2f}%")


if __name__ == "__main__":
    main()
