#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Measures the network of system `echo`, in instructions per echoed packet and bytes per second: network.py SERVAL. Runs in QEMU
if MICROKIT_SDK is set, and under `serval run`; compares with sDDF's lwIP server if SERVAL_C_ECHO names the directory of its
images. docs/testing-network.md describes the rows."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import counting  # noqa: E402
import private  # noqa: E402
import systems  # noqa: E402
import workloads  # noqa: E402
from testnet import Network  # noqa: E402

SCALE = float(os.environ.get("SERVAL_BENCH_SCALE", "1"))
MEGABYTE = 1_000_000


def scaled(count):
    return max(int(count * SCALE), 10)


IDLE = "idle, a second"
LOSS = "TCP streaming, 2 % loss"
# Name, workload, and whether it is also measured in bytes per second.
COSTS = [
    (IDLE, lambda m: workloads.idle(m, 5), False),
    ("UDP 64 bytes, one at a time", lambda m: workloads.udp_one_at_a_time(m, 64, scaled(2000)), False),
    ("UDP 64 bytes, bursts of 128", lambda m: workloads.udp_bursts(m, 64, scaled(100)), True),
    ("UDP 1,400 bytes, bursts of 128", lambda m: workloads.udp_bursts(m, 1400, scaled(100)), True),
    ("TCP 1,448 bytes, one at a time", lambda m: workloads.tcp_one_at_a_time(m, 1448, scaled(2000)), False),
    *[(f"TCP streaming, {n} connection{'s' * (n > 1)}",
       lambda m, n=n: workloads.tcp_stream(m, scaled(32 * MEGABYTE), n), True) for n in (1, 8, 64)],
    *[(f"TCP 64 bytes in turn, {n} open",
       lambda m, n=n: workloads.tcp_in_turn(m, 64, max(scaled(2000), n), n), False)
      for n in (1, 8, 64, 256, 1000)],
]


def perform(work, counter=None):
    """Runs a workload. Returns its packets, bytes, seconds and instructions, the last None without a counter."""
    next(work)
    before, start = counter.read() if counter else None, time.monotonic()
    try:
        next(work)
    except StopIteration as end:
        packets, size = end.value
    took = time.monotonic() - start
    return packets, size, took, counter.read() - before if counter else None


def costs(machine, counter):
    """Instructions per packet, by row and program."""
    found = {}
    for name, work, _ in COSTS:
        try:
            packets, _, _, counts = perform(work(machine), counter)
            found[name] = {program: count / packets for program, count in counts.items()}
        except (AssertionError, OSError) as error:
            print(f"  {machine.service.name}: {name}: {error}", flush=True)
    return found


def speeds(machine):
    """Bytes per second, by row."""
    found = {}
    for name, work, is_measured in COSTS:
        if is_measured:
            try:
                _, size, took, _ = perform(work(machine))
                found[name] = size / took
            except (AssertionError, OSError) as error:
                print(f"  {machine.service.name}: {name}: {error}", flush=True)
    return found


def lossy(system, size):
    try:
        with Network(cable=True) as network, system.start(network) as machine:
            return workloads.lossy_stream(network, machine, scaled(size), loss=2)
    except (AssertionError, OSError) as error:
        print(f"  {system}: {LOSS}: {error}", flush=True)
        return None


def in_qemu(service, tool):
    system = systems.OnSeL4(service, tool=tool)
    with Network(cable=False) as network, system.start(network) as machine:
        measured = speeds(machine)
    measured[LOSS] = lossy(system, (20 if service is systems.SERVAL else 2) * MEGABYTE)
    counter = counting.Plugin(system.programs)
    system.arguments = counter.arguments
    with Network(cable=False) as network, system.start(network) as machine:
        return costs(machine, counter), measured


def emulated(service, tool, board):
    system = systems.Emulated(service, board=board, tool=tool)
    with Network(cable=False) as network, system.start(network) as machine:
        measured = speeds(machine)
    measured[LOSS] = lossy(system, (20 if service is systems.SERVAL else 2) * MEGABYTE)
    table = counting.Table()
    system.arguments = ["--stats"]
    with Network(cable=False) as network, system.start(network, errors=table.errors) as machine:
        table.process = machine.console.process
        return costs(machine, table), measured


def row(title, values, unit):
    cells = []
    for value in values:
        if value is None:
            cells.append(f"{'-':>12}")
        else:
            cells.append(f"{value / MEGABYTE:12.2f}" if unit else f"{value:12,.0f}")
    if len(values) > 1:
        ratio = values[0] / values[1] if values[0] and values[1] else None
        cells.append(f"{ratio:8.2f}" if ratio is not None else f"{'-':>8}")
    print(f"{title:40}" + "".join(cells), flush=True)


def total(counts, with_kernel=True):
    return sum(count for program, count in counts.items() if with_kernel or program != counting.KERNEL)


def report(title, results):
    """Prints a table. `results` has the name, costs and speeds of each service."""
    names = "".join(f"{name:>12}" for name, _, _ in results)
    print(f"\n{title}\n{'instructions for each packet':40}{names}" + (f"{'ratio':>8}" if len(results) > 1 else ""))
    has_kernel = any(counting.KERNEL in counts for _, found, _ in results for counts in found.values())
    for name, _, _ in COSTS:
        rows = [found.get(name) for _, found, _ in results]
        row(name, [None if counts is None else total(counts) for counts in rows], "")
        if has_kernel:
            row("  outside the kernel", [None if counts is None else total(counts, False) for counts in rows], "")
        if name in (COSTS[0][0], COSTS[1][0]):
            programs = sorted({program for counts in rows if counts for program in counts} - {counting.KERNEL})
            for program in programs:
                values = [None if counts is None else counts.get(program, 0) for counts in rows]
                if any(value and value >= 1 for value in values):
                    row(f"    {program}", values, "")
    print("MB a second, there and back")
    for name in [name for name, _, is_measured in COSTS if is_measured] + [LOSS]:
        row(name, [speed.get(name) for _, _, speed in results], "MB")


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    reason = private.why_not() or systems.why_not_run(tool)
    if reason:
        print(f"network: skipped, {reason}")
        return
    services = [systems.SERVAL]
    if os.environ.get("SERVAL_C_ECHO"):
        services.append(systems.lwip(os.environ["SERVAL_C_ECHO"]))
    if systems.why_not_boot() is None:
        results = [(service.name, *in_qemu(service, tool)) for service in services]
        report(f"echo in QEMU, seL4 release, {systems.machine.default_sdk().name}", results)
    for board in (systems.BOARD, "odroidc4"):
        # SERVAL_C_ECHO holds images for QEMU only.
        chosen = services if board == systems.BOARD else services[:1]
        results = [(service.name, *emulated(service, tool, board)) for service in chosen]
        report(f"echo under serval run, {board}", results)


if __name__ == "__main__":
    main()
