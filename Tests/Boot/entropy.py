#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The entropy service: several clients draw random numbers in each way that programs have, under `serval run` on both boards, and
on seL4 in QEMU with each SDK, with the generator and without."""

import collections
import pathlib
import re
import tempfile
import unittest

import machine
from emulated import BOARDS, run

TOOL = machine.SERVAL.with_name("test-systems")
SYSTEM = "entropy_probes"
CLIENTS = ["first", "second", "third"]
NO_DEVICE = "1"
"""The modern transport, as on the command lines of Serval's systems."""
MODERN = ["-global", "virtio-mmio.force-legacy=false"]
GENERATOR = [*MODERN, "-device", "virtio-rng-device,bus=virtio-mmio-bus.8"]


def numbers(console):
    """The numbers that each program has printed, by program and kind."""
    result = collections.defaultdict(lambda: collections.defaultdict(list))
    for program, kind, number in re.findall(r"^(\w+) (\w+) 0x([0-9a-f]+)\r?$", console, re.MULTILINE):
        result[program][kind].append(number)
    return result


class Checks(unittest.TestCase):
    def check_clients(self, console):
        """Every client got all that it asked for, and no number came twice, to one client or to two."""
        drawn = numbers(console)
        seen = collections.Counter()
        for name in CLIENTS:
            kinds = drawn[name]
            self.assertEqual((len(kinds["seed"]), len(kinds["bytes"]), len(kinds["system"])), (80, 5, 8), console)
            self.assertEqual(kinds["refused"], [])
            for kind in ["seed", "bytes", "system"]:
                seen.update(kinds[kind])
        self.assertEqual([number for number, count in seen.items() if count > 1], [])
        self.check_without(drawn["alone"])

    def check_without(self, kinds):
        """A program without the service is refused, and Swift's generator works all the same."""
        self.assertEqual((kinds["refused"], len(kinds["system"]), kinds["seed"]), ([NO_DEVICE], 8, []))


class Emulated(Checks):
    def console(self, *arguments, board=BOARDS[0], sdk="2.3.0"):
        return run("", "--for", "2s", *arguments, board=board, sdk=sdk, configuration="release", system=SYSTEM, tool=TOOL)

    def test_clients(self):
        for board in BOARDS:
            for sdk in ["1.4.1", "2.3.0"]:
                with self.subTest(board=board, sdk=sdk):
                    self.check_clients(self.console(board=board, sdk=sdk))

    def test_the_seed_decides(self):
        for board in BOARDS:
            with self.subTest(board=board):
                first = self.console(board=board)
                self.assertEqual(self.console("--seed", "1", board=board), first)
                drawn = [numbers(self.console("--seed", seed, board=board)) for seed in ["2", "3"]]
                drawn.append(numbers(first))
                seeds = [number for run in drawn for name in CLIENTS for number in run[name]["seed"]]
                self.assertEqual(len(set(seeds)), len(seeds))

    def test_time_of_a_seed(self):
        """Three clients ask at once, and an instruction takes a nanosecond: some 85,000 for each seed."""
        for board in BOARDS:
            took = numbers(self.console(board=board))["first"]["microseconds"]
            self.assertLess(int(took[0], 16), 3 * 120, board)


@unittest.skipIf(machine.why_not(), machine.why_not())
class OnSeL4(Checks):
    def console(self, sdk, configuration, *arguments):
        with tempfile.TemporaryDirectory() as output:
            images = pathlib.Path(output, "images")
            images.mkdir()
            for source in (machine.IMAGES, machine.IMAGES / "tests"):
                for image in source.glob("*.elf"):
                    (images / image.name).symlink_to(image)
            image = machine.build(
                SYSTEM, machine.BOARD, configuration, pathlib.Path(output), images=images, tool=TOOL, sdk=sdk)
            with machine.Machine(image, *arguments) as console:
                for _ in range(len(CLIENTS) + 1):
                    console.expect(r"\w+ done 0x0", 60)
                return console.output

    def every(self):
        for number, sdk in machine.sdks().items():
            for configuration in machine.configurations(sdk=sdk):
                with self.subTest(sdk=number, configuration=configuration):
                    yield sdk, configuration

    def test_clients(self):
        for sdk, configuration in self.every():
            first, second = (self.console(sdk, configuration, *GENERATOR) for _ in range(2))
            self.check_clients(first)
            self.check_clients(second)
            # Nothing comes again after a restart of the machine.
            both = [number for text in (first, second) for name in CLIENTS for number in numbers(text)[name]["seed"]]
            self.assertEqual(len(set(both)), len(both))

    def test_without_a_generator(self):
        for sdk, configuration in self.every():
            console = self.console(sdk, configuration, *MODERN)
            for name in [*CLIENTS, "alone"]:
                self.check_without(numbers(console)[name])
            if configuration == "debug":
                self.assertIn("entropy: there is no generator", console)

    def test_a_legacy_device(self):
        """The driver takes only the modern transport, and refuses with another."""
        sdk = machine.default_sdk()
        console = self.console(sdk, "debug", "-device", "virtio-rng-device,bus=virtio-mmio-bus.8")
        self.check_without(numbers(console)["first"])


if __name__ == "__main__":
    unittest.main()
