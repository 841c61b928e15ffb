#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `hello` on seL4 in QEMU, with each SDK in each of its configurations; and boot images for the Odroid-C4, which are only
built."""

import pathlib
import tempfile
import unittest

import machine


@unittest.skipIf(machine.why_not(), machine.why_not())
class Hello(unittest.TestCase):
    @machine.boots("hello")
    def test_banner_ticks_and_echo(self, configuration, console):
        console.expect("Begin input")
        console.expect("hello from Swift on seL4")
        console.expect(r"restarts so far: 0\r?\n")
        for tick in range(1, 4):
            at = int(console.expect(rf"tick {tick} at (\d+) ms").group(1))
            self.assertGreaterEqual(at, tick * 1000)
            self.assertLess(at, tick * 1000 + 900)
        console.type("What you typed")
        console.expect("you typed: What you typed\r?\n")
        # The memory for the line has been freed.
        console.type("heap")
        console.expect(r"heap: 0 of 3\d{4} bytes in 0 blocks, at most \d{2,3}\r?\n")

    @machine.boots("hello")
    def test_a_child_that_faults_is_restarted_with_fresh_data(self, configuration, console):
        # Commands, and what the parent sees. The addresses of data and of the stack's end vary with the SDK.
        faults = [
            ("fault", r"bad access to 0x4 at 0x20\w+"),
            ("trap", r"trap at 0x20\w+"),
            ("overflow", r"bad access to 0xff\w+ at 0x20\w+"),
            ("write-text", r"bad access to 0x200004 at 0x20\w+"),
            ("execute-data", r"bad access to (0xff\w+) at \1"),
            ("exhaust", r"bad access to 0x0 at 0x20\w+"),
            # The heap is empty again, although its memory is not cleared.
            ("exhaust", r"bad access to 0x0 at 0x20\w+"),
        ]
        console.expect("tick 1 ")
        for count, (command, fault) in enumerate(faults, start=1):
            console.type(command)
            if command == "trap" and configuration == "debug":
                console.expect(r"hello_child: arithmetic overflow at \S*hello_child/Mistakes.swift:\d+")
            if command == "exhaust" and configuration == "debug":
                console.expect("hello_child: the heap is exhausted")
            console.expect(f"hello_child: {fault}, restarting it")
            console.expect(rf"restarts so far: {count}\r?\n")
        # The other domains still work.
        console.expect(r"tick \d+ ")
        console.type("still here")
        console.expect("you typed: still here")

    @machine.boots("hello")
    def test_a_program_that_gives_up_says_so(self, configuration, console):
        console.expect("tick 1 ")
        console.type("die")
        if configuration == "debug":
            console.expect("hello: as you wish")
            console.expect("faulting PD: hello")
        with self.assertRaises(AssertionError):
            console.expect("tick [2-9]", seconds=3)

    def test_boot_images_for_the_odroid_link(self):
        for version, sdk in machine.sdks().items():
            for configuration in machine.configurations("odroidc4", sdk):
                with self.subTest(configuration, sdk=version), tempfile.TemporaryDirectory() as output:
                    image = machine.build("hello", "odroidc4", configuration, pathlib.Path(output), sdk=sdk)
                    self.assertGreater(image.stat().st_size, 0)


if __name__ == "__main__":
    # Verbose, so that skipped tests give their reason.
    unittest.main(verbosity=2)
