#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Compares Deflate and CRC-32 with zlib on a bare AArch64 machine in QEMU: sizes, instructions per byte, MB/s, as the tables in
docs/archives.md. Fails if Deflate is over 5 % larger or executes more. Needs qemu-system-aarch64, and zlib for AArch64:
SERVAL_ZLIB_AARCH64 names its libz.a (Debian: zlib1g-dev:arm64)."""

import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LEVELS = [("fast", "zlib -1"), ("good", "zlib -6")]
MOST = 1 << 20


def files():
    """Sources of this package, and an image if there is one, in the form that Bench.swift reads."""
    sources = b"".join(path.read_bytes() for path in sorted((ROOT / "Sources").rglob("*.swift")))
    found = {"sources": sources}
    image = ROOT / ".build" / "images" / "web_server.elf"
    if image.exists():
        found["image"] = image.read_bytes()
    blob = b""
    for name, data in found.items():
        data = data[:MOST]
        blob += struct.pack("<16sQ", name.encode(), len(data)) + data + bytes(-len(data) % 8)
    return blob + bytes(24)


def run(directory, library, *options):
    """The numbers that Bench.swift reports, by kind of data."""
    path = pathlib.Path(directory, "files")
    path.write_bytes(files())
    text = subprocess.run(
        [ROOT / "Tests" / "Bench" / "Deflate" / "run.sh", directory, path, library, *options],
        check=True, capture_output=True, text=True).stdout
    if "wrong" in text or not text.strip():
        raise SystemExit(f"the machine says:\n{text}")
    return {fields[0]: [int(field) for field in fields[1:]] for fields in map(str.split, text.splitlines())}


def fastest(runs):
    """The smallest numbers of several runs."""
    return {name: [min(numbers) for numbers in zip(*(run[name] for run in runs))] for name in runs[0]}


def main():
    library = os.environ.get("SERVAL_ZLIB_AARCH64")
    if not library or not shutil.which("qemu-system-aarch64"):
        print("Deflate is not measured: set SERVAL_ZLIB_AARCH64 to zlib's libz.a for AArch64 (Debian: zlib1g-dev:arm64), "
              "and install qemu-system-aarch64")
        return
    with tempfile.TemporaryDirectory() as directory:
        # An instruction takes a nanosecond of virtual time, and the counter's ticks are reported in nanoseconds.
        counted = run(directory, library, "-icount", "shift=0")
        timed = fastest([run(directory, library) for _ in range(3)])
    faults = []
    for index, (level, zlib) in enumerate(LEVELS):
        print(f"\n| data | `{level}` | `{zlib}` | instructions | zlib | MB/s | zlib |\n|---|" + "---:|" * 6)
        for name, (size, *numbers) in counted.items():
            own, ticks, other, other_ticks = numbers[4 * index:4 * index + 4]
            _, time, _, other_time = timed[name][4 * index + 1:4 * index + 5]
            print(f"| {name} | {100 * own / size:.1f} % | {100 * other / size:.1f} % "
                  f"| {ticks / size:.0f} | {other_ticks / size:.0f} | {1000 * size / time:.1f} | {1000 * size / other_time:.1f} |")
            if own > 1.05 * other:
                faults.append(f"{name}: {level} is more than 5 % larger than {zlib}")
            if ticks > other_ticks:
                faults.append(f"{name}: {level} executes more instructions than {zlib}")
    size, *_, own, other = counted["text"]
    print(f"\nCRC-32: {own / size:.2f} instructions per byte, zlib {other / size:.2f}")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
