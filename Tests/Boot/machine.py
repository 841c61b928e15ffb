# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Boot images of Serval's systems, and the QEMU that runs one."""

import functools
import os
import pathlib
import re
import select
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / ".build" / "images"
SERVAL = ROOT / ".build" / "debug" / "serval"
BOARD = "qemu_virt_aarch64"


def why_not():
    """What is missing to boot anything, as a reason to skip; None if nothing is."""
    if not os.environ.get("MICROKIT_SDK"):
        return "MICROKIT_SDK is not set"
    if not shutil.which("qemu-system-aarch64"):
        return "qemu-system-aarch64 is not installed"
    return None


def sdk():
    return pathlib.Path(os.environ["MICROKIT_SDK"])


def configurations(board=BOARD):
    return [c for c in ("debug", "release", "benchmark") if (sdk() / "board" / board / c).is_dir()]


def build(system, board, configuration, output, images=IMAGES, tool=SERVAL, options=()):
    """Makes a boot image in directory `output`; its path."""
    target = ["--board", board, "--config", configuration]
    generate = [tool, "generate", system, *target, "--images", images, "--output", output / "system", *options]
    subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)
    image = output / "loader.img"
    pack = [sdk() / "bin" / "microkit", output / "system" / f"{system}.system"]
    pack += ["--search-path", output / "system", *target, "-o", image, "-r", output / "report.txt"]
    result = subprocess.run(pack, capture_output=True, text=True)
    if result.returncode != 0:
        raise AssertionError(f"the Microkit tool refused {system}: {result.stderr or result.stdout}")
    return image


class Console:
    """A running program with a machine's console; colours are taken out of what it prints. Standard error is
    part of it, unless it goes to a file."""

    def __init__(self, command, errors=subprocess.STDOUT):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self.raw = b""
        self.output = ""
        # Whole lines, and what is behind the last: a console of a night is not looked through anew for each of its lines.
        self._lines, self._rest = "", b""
        self.position = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\r")
        self.process.stdin.flush()

    def expect(self, pattern, seconds=30):
        """Waits for the next text that matches, after the one expected last."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.compile(pattern).search(self.output, self.position)
            if found:
                self.position = found.end()
                return found
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"no '{pattern}' within {seconds} s; the console:\n{self.output}")

    def _read(self, seconds):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if not ready:
            return False
        text = os.read(self.process.stdout.fileno(), 65536)
        if not text:
            return False
        self.raw += text
        whole, end, self._rest = (self._rest + text).rpartition(b"\n")
        self._lines += self._plain(whole + end)
        self.output = self._lines + self._plain(self._rest)
        return True

    @staticmethod
    def _plain(text):
        return re.sub(r"\x1b\[[0-9;]*m?", "", text.decode(errors="replace"))


class Machine(Console):
    """QEMU with a boot image."""

    def __init__(self, image, *arguments):
        command = ["qemu-system-aarch64", "-machine", "virt,virtualization=on", "-cpu", "cortex-a53"]
        command += ["-m", "size=2G", "-display", "none", "-monitor", "none", "-serial", "stdio"]
        super().__init__([*command, "-device", f"loader,file={image},addr=0x70000000,cpu-num=0", *arguments])


def boots(system, **options):
    """A decorator: runs `test(self, configuration, console)` on a fresh boot of `system` in each configuration
    that the SDK has."""

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for name in configurations():
                with self.subTest(name), tempfile.TemporaryDirectory() as output:
                    image = build(system, BOARD, name, pathlib.Path(output), **options)
                    with Machine(image) as console:
                        test(self, name, console)

        return run

    return decorate
