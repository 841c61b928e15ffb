#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The Microkit SDKs' examples, in C and with libmicrokit: the console under `serval run` must equal that on seL4 in QEMU."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import machine

BOARD = machine.BOARD
FIRST_LINES = r"restarter: starting|SERVER\|INFO: init|hello, world|p1 starts"


def example(sdk, name):
    """The directory of an example; None if the SDK does not have it."""
    for place in (sdk / "example" / name, sdk / "board" / BOARD / "example" / name):
        if place.is_dir():
            return place
    return None


def compile_all(source, sdk, output):
    headers = sdk / "board" / BOARD / "debug"
    for file in source.glob("*.c"):
        program = output / f"{file.stem}.elf"
        subprocess.run(
            ["clang", "-target", "aarch64-none-elf", "-mcpu=cortex-a53", "-mstrict-align", "-ffreestanding",
             "-fno-delete-null-pointer-checks", "-nostdlib", "-static", "-O2", "-w", "-fuse-ld=lld",
             f"-I{headers}/include", f"-L{headers}/lib",
             "-T", headers / "lib" / "microkit.ld", file, "-lmicrokit", "-o", program], check=True)


def on_seL4(system, sdk, output):
    image = output / "loader.img"
    # The tool uses this variable to find its own SDK.
    environment = {**os.environ, "MICROKIT_SDK": str(sdk)}
    subprocess.run(
        [sdk / "bin" / "microkit", system, "--search-path", output, "--board", BOARD, "--config", "debug",
         "-o", image, "-r", output / "report.txt"], check=True, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    with machine.Machine(image) as console:
        console.expect(FIRST_LINES)
        # The examples do not announce their end.
        try:
            console.expect("this never comes", seconds=4)
        except AssertionError:
            return console.raw.decode(errors="replace")


def emulated(system, sdk, output):
    command = [machine.SERVAL, "run", system, "--sdk", machine.version(sdk), "--config", "debug", "--search-path", output, "--for", "2s"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if result.returncode != 0:
        raise AssertionError(result.stderr.decode())
    return result.stdout.decode(errors="replace")


def lines(console):
    """The console's lines from the first domain's first words on, without the kernel's own messages, whose addresses differ, and
    without a capability number that depends on the layout of all capabilities."""
    text = console.replace("\r", "")
    text = re.sub(r"\x1b\[0m\x1b\[.*<<.*>>\x1b\[0m\n", "\n", text)
    text = re.sub(r"tcb cap: \w+", "", text[re.search(FIRST_LINES, text).start():])
    return [line for line in text.split("\n") if line]


@unittest.skipIf(machine.why_not(), machine.why_not())
class Examples(unittest.TestCase):
    def compare(self, name):
        for number, sdk in machine.sdks().items():
            source = example(sdk, name)
            if not source:
                continue
            with self.subTest(sdk=number), tempfile.TemporaryDirectory() as directory:
                output = pathlib.Path(directory)
                compile_all(source, sdk, output)
                system = next(source.glob("*.system"))
                self.assertEqual(lines(emulated(system, sdk, output)), lines(on_seL4(system, sdk, output)))

    def test_hello(self):
        self.compare("hello")

    def test_hierarchy(self):
        self.compare("hierarchy")

    def test_passive_server(self):
        self.compare("passive_server")


if __name__ == "__main__":
    unittest.main(verbosity=2)
