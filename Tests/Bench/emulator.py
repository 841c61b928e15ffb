#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Measures the speed of the same programs under `serval run` and, if MICROKIT_SDK and QEMU are available, in QEMU:
emulator.py SERVAL."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "Tests" / "EmulatorTests" / "Programs"

# Name, number of instructions in a round, and code of each loop. The programs report when they start and end.
LOOPS = {
    "two memory accesses in six": (6, "ldr x1, [%1]; str x1, [%1]; add x2, x2, #1; sub x3, x3, #1;"),
    "no memory accesses": (6, "add x1, x1, #1; add x2, x2, #2; eor x3, x3, x2; sub x3, x3, #1;"),
}
IPC = """
static int left = ROUNDS;
void init(void) { if (microkit_name[0] == 'a') { puts("start\\n"); notify(0); } }
void notified(word c) { if (left-- > 0) notify(0); else puts("done\\n"); }
"""


def loop(body, rounds):
    return f"""
    static word cell;
    void init(void) {{
      puts("start\\n");
      __asm__ volatile("1: {body} subs %0, %0, #1; b.ne 1b"
                       :: "r"({rounds}ul), "r"(&cell) : "x1", "x2", "x3", "memory", "cc");
      puts("done\\n");
    }}
    void notified(word c) {{}}
    """


def sdk():
    path = os.environ.get("MICROKIT_SDK")
    return pathlib.Path(path) if path else None


def version():
    if not sdk():
        return "2.3.0"
    file = sdk() / "VERSION"
    return file.read_text().split()[0] if file.exists() else "1.4.1"


def build(directory, source, domains, channels=""):
    (directory / "p.c").write_text(source)
    number = "".join(part.zfill(2) for part in version().split(".")).lstrip("0")
    subprocess.run(
        ["clang", "-target", "aarch64-none-elf", "-mcpu=cortex-a53", "-mstrict-align", "-ffreestanding", "-nostdlib",
         "-static", "-fuse-ld=lld", "-O1", "-w", f"-DDOMAIN_SDK={number}", "-include", PROGRAMS / "domain.h",
         "-T", PROGRAMS / "domain.ld", directory / "p.c", "-o", directory / "p.elf"], check=True)
    system = "".join(
        f'<protection_domain name="{name}" priority="{priority}"><program_image path="p.elf"/></protection_domain>'
        for name, priority in domains)
    (directory / "p.system").write_text(f"<system>{system}{channels}</system>")


def seconds(command, limit=600):
    """Seconds from the line "start" to the line "done"."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        started, deadline = None, time.monotonic() + limit
        for line in process.stdout:
            if line.strip().endswith(b"start"):
                started = time.monotonic()
            if line.strip().endswith(b"done") and started:
                return time.monotonic() - started
            if time.monotonic() > deadline:
                break
        raise SystemExit(f"{command[0]} did not get to the end")
    finally:
        process.kill()
        process.wait()


def emulated(serval, directory):
    return seconds([serval, "run", directory / "p.system", "--sdk", version(), "--config", "debug"])


def in_qemu(directory):
    image = directory / "loader.img"
    subprocess.run(
        [sdk() / "bin" / "microkit", directory / "p.system", "--search-path", directory, "--board",
         "qemu_virt_aarch64", "--config", "debug", "-o", image, "-r", directory / "report.txt"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return seconds(
        ["qemu-system-aarch64", "-machine", "virt,virtualization=on", "-cpu", "cortex-a53", "-m", "size=2G",
         "-display", "none", "-monitor", "none", "-serial", "stdio", "-device",
         f"loader,file={image},addr=0x70000000,cpu-num=0"])


def measure(serval, title, unit, amount, source, domains, channels=""):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        build(directory, source, domains, channels)
        mine = amount / emulated(serval, directory)
        text = f"{title:30} {mine:10.1f} {unit} emulated"
        if sdk():
            other = amount / in_qemu(directory)
            text += f", {other:10.1f} in QEMU: {mine / other:.2f} of it"
        print(text)


def main():
    serval = sys.argv[1]
    for title, (instructions, body) in LOOPS.items():
        rounds = 100_000_000
        measure(serval, title, "M instructions/s", rounds * instructions / 1e6, loop(body, rounds), [("p", 1)])
    rounds = 100_000
    measure(
        serval, "notifications there and back", "thousand/s", rounds / 1e3, IPC.replace("ROUNDS", str(rounds)),
        [("a", 9), ("b", 8)], '<channel><end pd="a" id="0"/><end pd="b" id="0"/></channel>')


if __name__ == "__main__":
    main()
