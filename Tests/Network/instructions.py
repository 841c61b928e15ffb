#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Instructions of system `webserver` for a request and for a byte, under `serval run` in virtual time, where each run is the
same: none may be more than 2 % above Tests/Network/instructions.txt. `--update` writes that table; `--profile FILE` writes
where the instructions of a kept-alive request go, by function."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import exported
import streams
import systems
import virtual

import machine

TABLE = pathlib.Path(__file__).with_suffix(".txt")
TOLERANCE = 1.02
SERVER = "web_server"
WEB_SERVER = bytes.fromhex("525401000011")
CACHED = {"small.txt": b"a" * 1024, "medium.bin": bytes(range(256)) * 400}
"""Files that are read once, so that no cache has them."""
LARGE = {f"large{number}.bin": bytes(range(255)) * 4000 for number in range(2)}
REQUEST = "GET /%s HTTP/1.1\r\nHost: 10.7.0.10\r\nUser-Agent: bench/1.0 (of instructions)\r\nAccept: */*\r\n\r\n"
SECOND = 1_000_000_000


class Visitor:
    """A client: sends requests on its connection, one after the other, and counts what comes back."""

    def __init__(self, host, address):
        self._host, self._address = host, address
        self._stream = None
        self._names, self._body, self._head = [], 0, b""
        self._done = None

    def open(self, done):
        self._stream = self._host.connect(self._address, 80, self._received, lambda _: done())

    def get(self, name, count, done):
        """Asks for a file `count` times, then calls `done`."""
        self._names, self._done = [name] * count, done
        self._ask()

    def get_each(self, names, done):
        self._names, self._done = list(names), done
        self._ask()

    def close(self):
        self._stream.close()

    def _ask(self):
        self._head, self._body = b"", None
        self._stream.send((REQUEST % self._names.pop(0)).encode())

    def _received(self, _, data):
        if self._body is None:
            self._head += data
            if b"\r\n\r\n" not in self._head:
                return
            head, data = self._head.split(b"\r\n\r\n", 1)
            assert head.startswith(b"HTTP/1.1 200"), head
            self._body = int(re.search(rb"Content-Length: (\d+)", head)[1])
        self._body -= len(data)
        if self._body == 0:
            self._host.soon(self._ask if self._names else self._done)


class Bench(streams.Host):
    """Runs the rows one after the other. The machine stands still while the host has its turn: then the tables are asked for."""

    def __init__(self, rows):
        super().__init__()
        server = exported.Server(CACHED | LARGE)
        self.servers = {port: server.receiver for port in exported.PORTS}
        self._rows = rows
        self.counts, self.process, self.errors, self.profile = {}, None, None, None
        self.at(1, self._begin)

    def soon(self, action):
        self.at(self.now / SECOND + 0.0001, action)

    def _begin(self):
        self.address = self.server.leases[WEB_SERVER]
        self.visitors = [Visitor(self, self.address) for _ in range(8)]
        self._open(0)

    def _open(self, index):
        if index < len(self.visitors):
            self.visitors[index].open(lambda: self._open(index + 1))
        else:
            self.visitors[0].get_each(list(CACHED) * 2, lambda: self._next(None))

    def _next(self, previous):
        """Ends a row, and begins the next one. In between, what was put off is done, and timers run."""
        self._ask_later(lambda counts: self._record(previous, counts))

    def _ask_later(self, then):
        def ask():
            self.seen = self.errors.tell_size()
            os.kill(self.process.pid, signal.SIGUSR1)
            self.at(self.now / SECOND + 0.001, lambda: then(self.errors.table(self.seen)))

        self.at(self.now / SECOND + 0.02, ask)

    def _record(self, previous, counts):
        if previous:
            row, before = previous
            self.counts[row.name] = {name: (counts[name] - before[name]) / row.units for name in counts}
            if self.profile and row.name == PROFILED:
                pathlib.Path(self.profile).write_text(self.errors.profile.read_text())
        if self._rows:
            row = self._rows.pop(0)
            row.run(self, lambda: self._next((row, counts)))


class Row:
    def __init__(self, name, units, run):
        self.name, self.units, self.run = name, units, run


def kept(name, count, clients=1):
    def run(bench, done):
        left = [clients]

        def one_done():
            left[0] -= 1
            if not left[0]:
                done()

        for visitor in bench.visitors[:clients]:
            visitor.get(name, count, one_done)

    return run


def fresh(count):
    def run(bench, done, left=count):
        if not left:
            return done()
        visitor = Visitor(bench, bench.address)

        def over():
            visitor.close()
            bench.at(bench.now / SECOND + 0.001, lambda: run(bench, done, left - 1))

        visitor.open(lambda: visitor.get("small.txt", 1, over))

    return run


PROFILED = "1 KB kept alive, 1 client"
ROWS = [
    (PROFILED, 100, kept("small.txt", 100)),
    ("1 KB kept alive, 8 clients", 400, kept("small.txt", 50, 8)),
    ("1 KB fresh, 1 client", 20, fresh(20)),
    ("100 KB from the share, a byte", 5 * 102_400, kept("medium.bin", 5)),
    ("1 MB from NFS, a byte", 2 * 1_020_000, lambda bench, done: bench.visitors[0].get_each(LARGE, done)),
]
LOGGED = "1 KB kept alive, 8 clients, with the access log"


class Errors:
    """Standard error of a run, with the tables that SIGUSR1 asks for."""

    def __init__(self, directory):
        self.path, self.profile = directory / "errors", directory / "profile"
        self.file = self.path.open("wb")

    def tell_size(self):
        return self.path.stat().st_size

    def table(self, start):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.path.read_bytes()[start:].decode()
            if re.search(r"^virtual time: .*\n", text, re.MULTILINE):
                first = text.partition("bytes of stack")[0]
                return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+) ", first, re.MULTILINE)}
            time.sleep(0.01)
        raise AssertionError(f"no table: {self.path.read_text()}")


def measure(rows, access_log, profile=None):
    """Instructions by row and domain."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        target = ["--board", systems.BOARD, "--sdk", "2.3.0", "--config", "release"]
        subprocess.run(
            [machine.SERVAL, "generate", "webserver", *target, "--images", machine.IMAGES, "--output", directory / "system",
             "--set", f"nfs-server={virtual.ADDRESS}", "--set", "nfs-directory=/", "--set", "website-dir=/",
             "--set", f"access-log={access_log}"], check=True, stdout=subprocess.DEVNULL)
        errors = Errors(directory)
        bench = Bench([Row(*row) for row in rows])
        bench.errors, bench.profile = errors, profile
        options = ["--profile", errors.profile] if profile else []
        virtual.run(System(directory, target, bench, options), bench, "4s", errors=errors.file)
        return bench.counts


class System:
    def __init__(self, directory, target, bench, options):
        self._directory, self._target, self._bench, self._options = directory, target, bench, options

    def command(self, *arguments):
        return [machine.SERVAL, "run", self._directory / "system" / "webserver.system", *self._target, "--stats",
                *self._options, *arguments]

    def started(self, process):
        self._bench.process = process


def measure_all(profile=None):
    """Total and the web server's share, by row."""
    found = measure(ROWS, "no", profile)
    found[LOGGED] = measure([(LOGGED, 400, kept("small.txt", 50, 8))], "yes")[LOGGED]
    return {name: (sum(counts.values()), counts[SERVER]) for name, counts in found.items()}


def recorded():
    rows = re.findall(r"^(.+?)  +([\d.]+)  +([\d.]+)$", TABLE.read_text(), re.MULTILINE)
    return {name: (float(total), float(server)) for name, total, server in rows}


def text(found):
    lines = [f"{'instructions for each request, or byte':48}{'all domains':>14}{SERVER:>14}\n"]
    for name, values in found.items():
        digits = 3 if "byte" in name else 0
        lines.append(f"{name:48}" + "".join(f"{value:14.{digits}f}" for value in values) + "\n")
    return "".join(lines)


@unittest.skipIf(systems.why_not_run(), systems.why_not_run())
class Instructions(unittest.TestCase):
    def test_no_more_than_recorded(self):
        found = measure_all()
        print(text(found), end="")
        known = recorded()
        self.assertEqual(sorted(found), sorted(known), "rows: instructions.py --update")
        for name, values in found.items():
            for value, before in zip(values, known[name]):
                self.assertLessEqual(
                    value, before * TOLERANCE, f"{name}: {value:.3f}, and {before:.3f} before; if that is right, --update")


def main():
    if sys.argv[1:] == ["--update"]:
        TABLE.write_text(text(measure_all()))
        print(TABLE.read_text(), end="")
    elif sys.argv[1:2] == ["--profile"]:
        print(text(measure_all(sys.argv[2])), end="")
    else:
        unittest.main()


if __name__ == "__main__":
    main()
