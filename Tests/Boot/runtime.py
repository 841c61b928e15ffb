#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The runtime on seL4 in QEMU: a system of three programs that report what they saw."""

import shutil
import tempfile
import unittest
import pathlib

import machine

TOOL = machine.SERVAL.with_name("test-systems")


def all_images():
    """A directory with the programs of the tests and of all systems."""
    directory = pathlib.Path(tempfile.mkdtemp())
    unittest.addModuleCleanup(shutil.rmtree, directory)
    for source in (machine.IMAGES, machine.IMAGES / "tests"):
        for image in source.glob("*.elf"):
            (directory / image.name).symlink_to(image)
    return directory


@unittest.skipIf(machine.why_not(), machine.why_not())
class Runtime(unittest.TestCase):
    @machine.boots("runtime", images=all_images(), tool=TOOL)
    def test_every_step(self, configuration, console):
        console.expect("all done")
        results = [line.strip() for line in console.output.splitlines() if ": ok" in line or ": FAILED" in line]
        self.assertEqual([line for line in results if "FAILED" in line], [])
        self.assertEqual(len(results), 19, results)


if __name__ == "__main__":
    # Verbose, so that skipped tests give their reason.
    unittest.main(verbosity=2)
