#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Measures the upload service: memory for each upload under `serval run`, MB/s of one upload by curl, there and on seL4 in QEMU if
MICROKIT_SDK is set, and the sizes of its program and boot image."""

import os
import pathlib
import sys
import tempfile
import time

for place in ("Network", "Boot", "Embedded"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / place))

import archiver  # noqa: E402
import archives  # noqa: E402
import machine  # noqa: E402
import sizes  # noqa: E402


def rate(target, folder, megabytes):
    """MB/s of a file that deflates by a third, sent and read back by curl."""
    archives.write(folder / "noise", archives.noise, megabytes * 500_000)
    archives.write(folder / "words", archives.words, megabytes * 500_000)
    start = time.monotonic()
    archives.curl(
        "-F", f"a=@{folder}/noise", "-F", f"b=@{folder}/words", f"http://127.0.0.1:{target.port}/upload", "-o", folder / "a.zip",
        seconds=3600)
    return megabytes / (time.monotonic() - start)


def memory(target):
    """Bytes of the heap for each of eight uploads that wait in the middle, the connection included."""
    before = target.memory()
    body = archives.form([("f", "a", archives.noise(100_000))])
    clients = []
    for _ in range(8):
        client = archives.Client(target.port, "POST", "/upload", length=len(body))
        client.send(body[:50_000])
        clients.append(client)
    time.sleep(1)
    held = (target.memory() - before) / len(clients)
    for client in clients:
        client.close()
    return held


def main():
    print("\narchiver")
    text = sizes.measure(machine.IMAGES)["archiver"][0]
    print(f"text of the program       {text:>12,} bytes")
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        target = archiver.Emulated(machine.BOARD)
        print(f"memory of an upload       {memory(target):>12,.0f} bytes; at most {archiver.MEMORY:,} and its connection")
        print(f"serval run                {rate(target, folder, 3):>12.2f} MB/s")
        target.close()
        if not os.environ.get("MICROKIT_SDK"):
            print("seL4 is not measured: set MICROKIT_SDK")
            return
        sdk = machine.default_sdk()
        image = machine.build("archiver", machine.BOARD, "release", folder, sdk=sdk)
        print(f"boot image                {image.stat().st_size:>12,} bytes")
        target = archiver.OnSeL4(sdk)
        print(f"seL4 in QEMU              {rate(target, folder, 50):>12.2f} MB/s")
        target.close()


if __name__ == "__main__":
    main()
