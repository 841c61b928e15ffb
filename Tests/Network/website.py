# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` on a tap device, with nfs-ganesha on Linux's side: on seL4 in QEMU, or under `serval run`."""

import dataclasses
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import ganesha  # noqa: E402
import machine  # noqa: E402
import private  # noqa: E402
import site_checks  # noqa: E402
import systems  # noqa: E402
import testnet  # noqa: E402

PORT = 80


def why_not_run(tool=machine.SERVAL):
    """What is missing to run anything, as a reason to skip; None if nothing is."""
    if not (machine.IMAGES / "web_server.elf").exists():
        return "there is no web_server.elf in .build/images: make images"
    return private.why_not() or ganesha.why_not() or systems.why_not_run(tool)


def lay_out(directory, big=10_000_000):
    """The sample site, with files of 1 KB, 100 KB and `big` bytes."""
    site_checks.lay_out(directory, 0)
    pathlib.Path(directory, "medium.bin").write_bytes(site_checks.pattern(100_000))
    with open(pathlib.Path(directory, "big.bin"), "wb") as file:
        for block in blocks(big):
            file.write(block)


def blocks(size):
    """Bytes that do not repeat, in pieces, for files too large to hold in memory."""
    seed = 1
    while size:
        block = site_checks.pattern(min(size, 10_000_000), seed)
        yield block
        size -= len(block)
        seed += 1


def options(server, *more):
    """Options of `serval generate` for a site that a `ganesha.Ganesha` exports in folder `site`."""
    choices = {
        "nfs-server": testnet.LINUX, "nfs-directory": server.export, "website-dir": "site",
        "nfs-ports": f"{server.files}:{server.mount}"}
    return [word for name, value in choices.items() for word in ("--set", f"{name}={value}")] + list(more)


class OnSeL4:
    """QEMU with seL4 from `sdk`, or from machine.default_sdk()."""

    def __init__(self, server, *more, configuration="release", tool=machine.SERVAL, sdk=None):
        self.configuration, self._sdk = configuration, sdk or machine.default_sdk()
        self.directory = tempfile.TemporaryDirectory()
        self._image = machine.build(
            "webserver", machine.BOARD, configuration, pathlib.Path(self.directory.name), tool=tool,
            options=options(server, *more), sdk=self._sdk)

    def __str__(self):
        return f"seL4, {self._sdk.name}, {self.configuration}, QEMU"

    def start(self, network, arguments=()):
        return Run(systems.boot(self._image, network, *arguments))


class Emulated:
    """`serval run` with virtual time that follows wall time."""

    def __init__(self, server, *more, board=machine.BOARD, configuration="release", tool=machine.SERVAL):
        self.board, self._tool = board, tool
        self._target = ["--sdk", "2.3.0", "--config", configuration]
        self.directory = tempfile.TemporaryDirectory()
        self._system = pathlib.Path(self.directory.name, "system")
        subprocess.run(
            [tool, "generate", "webserver", "--board", board, *self._target, "--images", machine.IMAGES,
             "--output", self._system, *options(server, *more)], check=True, stdout=subprocess.DEVNULL)

    def __str__(self):
        return f"serval run, {self.board}"

    def start(self, network, arguments=()):
        command = [self._tool, "run", self._system / "webserver.system", "--board", self.board, *self._target]
        command += ["--net", f"tap:{network.machine_tap}", "--realtime", *arguments]
        return Run(machine.Console(command))


@dataclasses.dataclass
class Usage:
    """Bytes in use, the most ever in use, and the total."""

    used: int
    peak: int
    capacity: int


class Run:
    """A running web server: its address and its console, on which `domain` prints the address."""

    domain = "web_server"

    def __init__(self, console):
        self.console, self.address = console, None
        self.started = time.monotonic()
        self._lock = threading.Lock()

    def __enter__(self):
        try:
            found = self.console.expect(rf"{self.domain}: address ([\d.]+)/", 60)
        except AssertionError:
            self.__exit__()
            raise
        self.address = found[1]
        self._position = self.console.position
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self.console.__exit__()

    def _drain(self):
        """Reads the machine's output continuously, so that it never blocks."""
        while self.console.process.poll() is None:
            try:
                if not self.console._read(0.2):
                    time.sleep(0.05)
            except (OSError, ValueError):
                return

    @property
    def is_alive(self):
        return self.console.process.poll() is None

    def text(self):
        return self.console.output

    def memory(self):
        """Memory usage from `serval run --stats`, by domain and kind, such as "web_server heap"."""
        since = len(self.text())
        os.kill(self.console.process.pid, signal.SIGUSR1)
        self.wait_for(r"virtual time: .*\n", 10, since)
        rows = re.findall(r"^(\w+ \w+) +(\d+) +(\d+) +(\d+)\s*$", self.text()[since:], re.MULTILINE)
        return {name: Usage(*map(int, figures)) for name, *figures in rows}

    def wait_for(self, pattern, seconds, since=0):
        """Waits until the console matches after position `since`, and returns the match."""
        deadline = time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.text(), since)):
            if time.monotonic() > deadline:
                raise AssertionError(f"no '{pattern}' within {seconds} s; the console:\n{self.text()[-3000:]}")
            time.sleep(0.05)
        return found


def first_answer(address, seconds=60, path="/small.txt"):
    """Sends requests until a page comes, and returns the time."""
    deadline = time.monotonic() + seconds
    request = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    last = None
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((address, PORT), timeout=2) as connection:
                connection.sendall(request)
                last = connection.recv(65536)
                if last.startswith(b"HTTP/1.1 200"):
                    return time.monotonic()
        except OSError as error:
            last = error
        time.sleep(0.02)
    raise AssertionError(f"no page within {seconds} s, but {last!r}")
