# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Benchmarks of the generator and the checker, as ratios measured in one run.

    generator.py SERVAL SDFGEN_PYTHON [RUNS]

1. `serval generate webserver` with its records, against the sdfgen wheel doing the same: wall time and
   peak memory of whole processes, run alternately. Both read the same compiled device tree; our own tree,
   which dtc compiles on the way, is a line of its own. Once into new directories in memory, which leaves
   the disk out of it, and once again and again into the same directory on disk, as a build does.
2. `serval check` on a system of 63 protection domains and 2,000 maps: CPU time.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def measure(command):
    """Wall and CPU seconds and peak resident KiB of a process."""
    start = time.perf_counter()
    pid = os.posix_spawn(
        command[0], [str(word) for word in command], os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{command[0]}: status {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def large_system(path, domains=63, maps=2000):
    regions = maps // 2
    lines = ["<system>"]
    lines += [f'<memory_region name="region{i}" size="0x1000" />' for i in range(regions)]
    # Each region has two users, so that nothing is unused and everything is shared.
    users = [[] for _ in range(domains)]
    for index in range(maps):
        users[index % domains].append(index % regions)
    for number, mapped in enumerate(users):
        lines.append(f'<protection_domain name="pd{number}" priority="{number}">')
        lines.append(f'<program_image path="pd{number}.elf" />')
        for slot, region in enumerate(mapped):
            lines.append(f'<map mr="region{region}" vaddr="{0x20000000 + slot * 0x2000:#x}" perms="rw" />')
        lines.append("</protection_domain>")
    for number in range(domains - 1):
        lines.append(f'<channel><end pd="pd{number}" id="0" /><end pd="pd{number + 1}" id="1" /></channel>')
    lines.append("</system>")
    path.write_text("\n".join(lines))


def compare(title, commands, output_of, runs):
    results = {name: [] for name in commands}
    for number in range(runs):
        for name, command in commands.items():
            results[name].append(measure(command(output_of(number, name))))
    medians = {
        name: [statistics.median(run[i] for run in measured) for i in range(3)]
        for name, measured in results.items()
    }
    base = medians["sdfgen 0.35.1"]
    print(f"generate webserver with its records, {title}; median of {runs} runs")
    print(f"{'':18}{'wall':>10}{'of sdfgen':>11}{'peak memory':>14}{'of sdfgen':>11}")
    for name, (wall, _, memory) in medians.items():
        print(
            f"{name:18}{wall * 1000:8.1f} ms{wall / base[0]:11.3f}"
            f"{memory / 1024:10.1f} MiB{memory / base[2]:11.3f}")


def main():
    serval, python = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 15
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        dtb = scratch / "board.dtb"
        source = ROOT / "dts" / "qemu_virt_aarch64.dts"
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb, source], check=True)
        generate = [
            serval, "generate", "webserver", "--board", "qemu_virt_aarch64", "--sdk", "2.0.1",
            "--nfs-server", "10.0.2.2", "--nfs-directory", "/export", "--website-dir", "www",
            "--set", "lwip-pools=yes", "--output",
        ]
        commands = {
            "serval": lambda output: generate + [output, "--dtb", dtb],
            "serval, own tree": lambda output: generate + [output],
            "sdfgen 0.35.1": lambda output: [
                python, ROOT / "Tests/Oracle/sdfgen_systems.py", "webserver", "qemu_virt_aarch64",
                dtb, output,
            ],
        }
        def directory(base, name):
            return base / "".join(filter(str.isalnum, name))

        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        with tempfile.TemporaryDirectory(dir=memory) as fresh:
            compare(
                "new directories in memory", commands,
                lambda number, name: directory(pathlib.Path(fresh), f"{name}{number}"), runs)
        compare("the same directory on disk", commands,
                lambda number, name: directory(scratch, name), runs)

        large = scratch / "large.system"
        large_system(large)
        checked = [measure([serval, "check", large, "--sdk", "2.3.0"]) for _ in range(runs)]
        cpu = statistics.median(run[1] for run in checked)
        print(f"check, 63 protection domains and 2,000 maps: {cpu * 1000:.1f} ms of CPU (goal: below 100)")


if __name__ == "__main__":
    main()
