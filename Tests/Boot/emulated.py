#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `hello` under `serval run`: the same images that boot on seL4, for both boards and every SDK,
without any of them. With an SDK and QEMU at hand, the transcripts are compared."""

import functools
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import machine

SDKS = ["1.4.1", "2.0.1", "2.1.0", "2.2.0", "2.3.0"]
BOARDS = ["qemu_virt_aarch64", "odroidc4"]
CONFIGURATIONS = ["debug", "release"]


@functools.cache
def generated(board, sdk, configuration, system="hello", tool=machine.SERVAL):
    """A directory with the system and its patched images; it goes with the process."""
    directory = tempfile.TemporaryDirectory()
    # The programs of the tests and those of every system, in one place.
    images = pathlib.Path(directory.name, "images")
    images.mkdir()
    for source in (machine.IMAGES, machine.IMAGES / "tests"):
        for image in source.glob("*.elf"):
            (images / image.name).symlink_to(image)
    command = [tool, "generate", system, "--board", board, "--sdk", sdk, "--config", configuration]
    command += ["--images", images, "--output", f"{directory.name}/system"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return directory


def run(typed, *arguments, board=BOARDS[0], sdk="2.3.0", configuration="debug", system="hello", tool=machine.SERVAL):
    """What the console shows, without colours."""
    file = f"{generated(board, sdk, configuration, system, tool).name}/system/{system}.system"
    command = [machine.SERVAL, "run", file, "--sdk", sdk, "--config", configuration]
    result = subprocess.run([*command, *arguments], input=typed.encode(), capture_output=True, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"status {result.returncode}: {result.stderr.decode()}")
    return plain(result.stdout)


def plain(console):
    return re.sub(r"\x1b\[[0-9;]*m?", "", console.decode(errors="replace")).replace("\r", "")


def every(test, boards=BOARDS):
    for board in boards:
        for sdk in SDKS:
            for configuration in CONFIGURATIONS:
                with test.subTest(board=board, sdk=sdk, configuration=configuration):
                    yield {"board": board, "sdk": sdk, "configuration": configuration}


class EmulatedRuntime(unittest.TestCase):
    def test_every_step(self):
        tool = machine.SERVAL.with_name("test-systems")
        for target in every(self, BOARDS[:1]):
            console = run("", "--for", "60s", system="runtime", tool=tool, **target)
            self.assertEqual(console.count(": ok"), 19, console)
            self.assertNotIn("FAILED", console)
            self.assertIn("all done", console)


class EmulatedHello(unittest.TestCase):
    def assert_in_order(self, console, *patterns):
        position = 0
        for pattern in patterns:
            found = re.compile(pattern).search(console, position)
            self.assertTrue(found, f"no '{pattern}' in its place in:\n{console}")
            position = found.end()

    def test_banner_ticks_and_echo(self):
        for target in every(self):
            console = run("What you typed\r", "--for", "3500ms", **target)
            self.assert_in_order(
                console, "Begin input", "hello from Swift on seL4", r"restarts so far: 0\n",
                "you typed: What you typed\n", r"tick 1 at 100\d ms", r"tick 2 at 200\d ms", r"tick 3 at 300\d ms")
            self.assertNotIn("tick 4", console)

    def test_a_child_that_faults_is_restarted_with_fresh_data(self):
        for target in every(self):
            console = run("fault\rtrap\roverflow\rwrite-text\rexecute-data\rstill here\r", "--for", "2s", **target)
            # What the kernel prints for the child may come between.
            self.assertEqual(len(re.findall("restarting it", console)), 5)
            self.assert_in_order(
                console, "bad access to 0x4 at 0x20", "trap at 0x20", "bad access to 0xff", "bad access to 0x200004",
                r"bad access to (0xff\w+) at \1", "restarts so far: 5", "still here", "tick 1")

    def refused(self, directory, *arguments):
        command = [machine.SERVAL, "run", f"{directory}/hello.system", "--sdk", "2.3.0", *arguments]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 1, result.stderr)
        return result.stderr

    def test_images_for_another_kernel_are_refused(self):
        directory = generated(BOARDS[0], "2.3.0", "debug").name
        errors = self.refused(f"{directory}/system", "--config", "release")
        self.assertIn("made for another kernel than that of Microkit 2.3.0, release", errors)

    def test_a_record_of_another_version_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(f"{generated(BOARDS[0], '2.3.0', 'debug').name}/system", directory, dirs_exist_ok=True)
            image = pathlib.Path(directory, "serial_driver.elf")
            contents = image.read_bytes()
            # sDDF's records begin with "sDDF" and a number for their kind.
            self.assertIn(b"sDDF\x03", contents)
            image.write_bytes(contents.replace(b"sDDF\x03", b"sDDF\x63"))
            errors = self.refused(directory, "--config", "debug")
            self.assertIn("protection domain 'serial_driver'", errors)
            self.assertIn("serial_driver.elf: record serial_driver_config", errors)

    def test_two_runs_are_the_same(self):
        with tempfile.TemporaryDirectory() as directory:
            def one(name):
                trace = pathlib.Path(directory, name)
                console = run("hello\rfault\r", "--for", "3s", "--trace", trace, board="odroidc4")
                return console, trace.read_bytes()

            self.assertEqual(one("first"), one("second"))

    def test_an_hour_takes_seconds(self):
        start = time.monotonic()
        console = run("", "--for", "1h")
        self.assertIn("tick 3599 at", console)
        self.assertLess(time.monotonic() - start, 60)

    @unittest.skipIf(machine.why_not(), machine.why_not())
    def test_the_transcript_is_seL4s(self):
        """Line by line, the ticks left out: when they come between others depends on how fast QEMU is."""
        with tempfile.TemporaryDirectory() as output:
            image = machine.build("hello", BOARDS[0], "release", pathlib.Path(output))
            with machine.Machine(image) as console:
                console.expect("restarts so far: 0")
                for line in ["What you typed", "fault", "execute-data"]:
                    console.type(line)
                    console.expect(r"you typed: .*\n|restarts so far: [1-9]")
                console.expect(r"tick \d+ at")
                real = plain(console.raw)
        sdk = machine.version(machine.default_sdk())
        emulated = run("What you typed\rfault\rexecute-data\r", "--for", "2s", sdk=sdk, configuration="release")

        def lines(console):
            console = console[console.index("Begin input"):]
            return [line for line in console.split("\n") if line and "tick" not in line]

        self.assertEqual(lines(emulated), lines(real))


if __name__ == "__main__":
    unittest.main(verbosity=2)
