# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Builds boot images of Serval's systems, and runs them in QEMU."""

import functools
import os
import pathlib
import random
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / ".build" / "images"
SERVAL = ROOT / ".build" / "debug" / "serval"
BOARD = "qemu_virt_aarch64"
"""Cores that systems use. With more than one, tests run on the SDK's kernel for several, in its smp- configurations."""
CORES = int(os.environ.get("SERVAL_CORES", "1"))
"""Cores of the machine, all of which the multicore kernel waits for."""
MACHINE_CORES = 4


"""The SDKs that Serval knows."""
VERSIONS = ("1.4.1", "2.0.1", "2.1.0", "2.2.0", "2.3.0", "2.3.1")


def free_port():
    """A TCP port on which nothing listens, below those that Linux gives to outgoing connections (32,768 and up)."""
    while True:
        port = random.randrange(30_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def version(path):
    """The version of the SDK at `path`; 1.4.1 has no VERSION file."""
    file = path / "VERSION"
    return (file.read_text().split() or [""])[0] if file.exists() else "1.4.1"


@functools.cache
def _installed():
    """The directories of the SDKs to test with, by version; and the names of those that are skipped."""
    found = []
    if os.environ.get("MICROKIT_SDK"):
        found.append(pathlib.Path(os.environ["MICROKIT_SDK"]))
    if os.environ.get("MICROKIT_SDKS"):
        found += sorted(pathlib.Path(os.environ["MICROKIT_SDKS"]).glob("microkit-sdk-*"))
    found = [path for path in found if (path / "bin" / "microkit").exists()]
    # MICROKIT_SDK comes first, and hides others of its version.
    known = {}
    for path in found:
        if version(path) in VERSIONS:
            known.setdefault(version(path), path)
    skipped = [f"{path} (version {version(path)!r})" for path in found if version(path) not in VERSIONS]
    if skipped:
        print(f"skipped, as their versions are not known: {', '.join(skipped)}", file=sys.stderr)
    return known, skipped


def sdks():
    """The SDKs to test with, by version: MICROKIT_SDK and each microkit-sdk-* in MICROKIT_SDKS. SDKs of unknown versions are
    named on standard error, once, and left out."""
    return _installed()[0]


def default_sdk():
    """The SDK for tests that use only one: MICROKIT_SDK, or the newest."""
    return next(iter(sdks().values())) if os.environ.get("MICROKIT_SDK") else sdks()[max(sdks())]


def why_not():
    """What is missing to boot seL4, as a reason to skip; None if nothing is."""
    known, skipped = _installed()
    if not known:
        return f"no known version: {', '.join(skipped)}" if skipped else "neither MICROKIT_SDK nor MICROKIT_SDKS has an SDK"
    if not shutil.which("qemu-system-aarch64"):
        return "qemu-system-aarch64 is not installed"
    return None


def on_each_sdk(name, make):
    """Test classes by name, for `globals()`: `make(name, sdk)` for each SDK, or a single class that is skipped with the
    reason."""
    if why_not():
        return {name: unittest.skip(why_not())(make(name, None))}
    if len(sdks()) == 1:
        return {name: make(name, default_sdk())}
    names = {f"{name}_{number.replace('.', '_')}": path for number, path in sdks().items()}
    return {name: make(name, path) for name, path in names.items()}


def configurations(board=BOARD, sdk=None):
    place = (sdk or default_sdk()) / "board" / board
    return [c for c in ("debug", "release", "benchmark") if (place / kernel(c)).is_dir()]


def kernel(configuration):
    """The SDK's name of a configuration for CORES."""
    return configuration if CORES == 1 else f"smp-{configuration}"


def build(system, board, configuration, output, images=IMAGES, tool=SERVAL, options=(), sdk=None):
    """Builds a boot image in directory `output`, and returns its path."""
    sdk = sdk or default_sdk()
    # The Microkit tool uses this variable to find its own SDK.
    environment = {**os.environ, "MICROKIT_SDK": str(sdk)}
    target = ["--board", board, "--config", kernel(configuration)]
    generate = [tool, "generate", system, *target, "--sdk", version(sdk)]
    generate += ["--images", images, "--output", output / "system", *options]
    if CORES > 1:
        generate += ["--cores", str(CORES)]
    subprocess.run(generate, check=True, env=environment, stdout=subprocess.DEVNULL)
    image = output / "loader.img"
    pack = [sdk / "bin" / "microkit", output / "system" / f"{system}.system"]
    pack += ["--search-path", output / "system", *target, "-o", image, "-r", output / "report.txt"]
    result = subprocess.run(pack, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        raise AssertionError(f"the Microkit tool refused {system}: {result.stderr or result.stdout}")
    return image


class Console:
    """A running program that prints a machine's console. `output` has no colours, and includes standard error unless `errors`
    says otherwise."""

    def __init__(self, command, errors=subprocess.STDOUT):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self.raw = b""
        self.output = ""
        # Whole lines and the unfinished one are kept apart, so that a long console is not processed again for each line.
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
        """Waits for text that matches, after the last match."""
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
        if CORES > 1:
            command += ["-smp", str(MACHINE_CORES)]
        super().__init__([*command, "-device", f"loader,file={image},addr=0x70000000,cpu-num=0", *arguments])


def boots(system, **options):
    """A decorator that runs `test(self, configuration, console)` on a fresh boot of `system`, with each SDK in each of its
    configurations."""

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for number, sdk in sdks().items():
                for name in configurations(sdk=sdk):
                    with self.subTest(name, sdk=number), tempfile.TemporaryDirectory() as output:
                        image = build(system, BOARD, name, pathlib.Path(output), sdk=sdk, **options)
                        with Machine(image) as console:
                            test(self, name, console)

        return run

    return decorate
