#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Heap and socket buffers that connections to system `webserver` take, measured with `serval run --stats`, and that all of it
is freed afterwards. SERVAL_LONG=1 covers both boards. Tests/Bench prints the figures; docs/web-server.md lists them with
their bounds."""

import dataclasses
import os
import pathlib
import re
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import ganesha  # noqa: E402
import machine  # noqa: E402
import testnet  # noqa: E402
import visitors  # noqa: E402
import website  # noqa: E402

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "web-server.md"
HEAP, BUFFERS = "web_server heap", "web_server socket_buffers"
SMALL = b"GET /small.txt HTTP/1.1\r\nHost: a\r\n"
HALF = SMALL + (
    b"User-Agent: Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
    b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp\r\nAccept-Lang")


"""Bytes of the heap that may stay in use: queues of connections keep their capacity, 8 bytes for each of 1024, which may have
grown if a busy machine let heads time out by the hundred. A leaked block for each of 500 connections is more."""
SLACK = 10_000
"""Seconds: a connection whose peer vanished silently is kept for a minute."""
GONE = 75


def bounds():
    """Documented upper bounds for a connection, in bytes of the heap: for one alone, and for each of many."""
    text = DOCUMENT.read_text()
    alone = re.search(r"([\d,]+) bytes \(`Limits\.memoryBound`", text)[1].replace(",", "")
    megabytes, count = re.search(
        r"([\d.]+) MB \(`HTTPServer\.Settings\.memoryBound`\), for (\d+) connections", text).groups()
    return int(alone), int(float(megabytes) * 1_000_000 / int(count))


def has_answer(client):
    """Reads the whole answer."""
    data = b""
    while not data.endswith(b"x" * 1024):
        piece = client.recv(4096)
        if not piece:
            raise AssertionError(f"no answer, but {data[:200]!r}")
        data += piece


def has_begun(client):
    """Waits until an answer starts, and leaves it unread."""
    if client.recv(1, socket.MSG_PEEK) != b"H":
        raise AssertionError("no answer")


@dataclasses.dataclass
class Case:
    """`count` connections that have sent `data`, each prepared by `settle`. Each may take `limit` bytes of the heap; an
    unfinished request is completed and answered at the end."""

    name: str
    count: int
    request: bytes
    limit: int
    settle: object = None
    receive_buffer: int | None = None
    rest: bytes = b""


@dataclasses.dataclass
class Taken:
    """Bytes in use, by kind of memory."""

    before: dict
    by_them: dict
    after: dict

    def each(self, case, name):
        return (self.by_them[name].used - self.before[name].used) / case.count

    def left(self, name):
        return self.after[name].used - self.before[name].used


def cases():
    most, of_all = bounds()
    return [
        Case("idle, has had an answer", 1000, SMALL + b"\r\n", 1024, settle=has_answer),
        Case("half a request's head", 1000, HALF, most, rest=b"uage: en\r\n\r\n"),
        # More than the server's limit for all connections: the last ones get 503.
        Case("8,000 bytes of a head", 1000, SMALL + (b"A: " + b"a" * 995 + b"\r\n") * 7 + b"A: " + b"a" * 950, of_all),
        Case("reads nothing of 100 KB", 500, b"GET /medium.bin HTTP/1.1\r\nHost: a\r\n\r\n", most, settle=has_begun,
             receive_buffer=4096),
    ]


def steady(run, seconds=5):
    """The figures once they have not changed for half a second, or the last ones."""
    deadline, last = time.monotonic() + seconds, run.memory()
    while True:
        time.sleep(0.5)
        found = run.memory()
        if all(found[name].used == last[name].used for name in (HEAP, BUFFERS)) or time.monotonic() > deadline:
            return found
        last = found


def empty(run, seconds=GONE):
    """The figures once no connection has buffers, or the last ones."""
    deadline = time.monotonic() + seconds
    while (found := run.memory())[BUFFERS].used and time.monotonic() < deadline:
        time.sleep(0.3)
    return found


def measure(run, case):
    before = empty(run)
    with visitors.Crowd(run.address) as crowd:
        clients = crowd.add(case.count, case.request, buffer=case.receive_buffer)
        if case.settle:
            for client in clients:
                case.settle(client)
        by_them = steady(run)
        if case.rest:
            for client in clients:
                client.sendall(case.rest)
                has_answer(client)
        # In steps, because all at once would overflow the tap device's queue.
        for index, client in enumerate(clients):
            client.close()
            if index % 50 == 0:
                time.sleep(0.01)
    return Taken(before, by_them, empty(run))


def warm(run):
    """Loads the file cache, which belongs to no connection."""
    website.first_answer(run.address)
    for path in ("/small.txt", "/medium.bin"):
        visitors.ask(run.address, path)


def print_table(run):
    """Figures of each case, in bytes."""
    warm(run)
    print(f"{'memory per connection, bytes':34}{'count':>10}{'heap':>10}{'bound':>10}{'buffers':>10}{'left in all':>12}")
    for case in cases():
        taken = measure(run, case)
        left = taken.left(HEAP) + taken.left(BUFFERS)
        print(f"{case.name:34}{case.count:10,}{taken.each(case, HEAP):10,.0f}{case.limit:10,}"
              f"{taken.each(case, BUFFERS):10,.0f}{left:12,}", flush=True)
    for name, usage in run.memory().items():
        print(f"{name + ', at most':34}{usage.peak:11,} of {usage.capacity:,}", flush=True)


LONG = os.environ.get("SERVAL_LONG") == "1"


class Checks:
    """Checks of a board's system, which is started once."""

    board = machine.BOARD

    @classmethod
    def setUpClass(cls):
        network = cls.enterClassContext(testnet.Network(cable=False))
        server = cls.enterClassContext(ganesha.Ganesha(testnet.LINUX))
        website.lay_out(server.export / "site")
        system = website.Emulated(server, "--set", "access-log=no", board=cls.board)
        cls.machine = cls.enterClassContext(system.start(network, ["--stats"]))
        warm(cls.machine)

    def check(self, index):
        case, left = cases()[index], 0
        for turn in ("first", "second"):
            with self.subTest(turn):
                taken = measure(self.machine, case)
                left += taken.left(HEAP)
                self.assertLessEqual(taken.each(case, HEAP), case.limit)
                # Open connections must take memory, or the figures measure something else.
                self.assertGreater(taken.each(case, HEAP), 100)
                self.assertGreater(taken.each(case, BUFFERS), 2048)
                self.assertEqual(taken.left(BUFFERS), 0)
                self.assertLess(left, SLACK)
        self.assertEqual(visitors.ask(self.machine.address, "/small.txt", seconds=10).body, b"x" * 1024)

    def test_idle_ones_that_had_an_answer(self):
        self.check(0)

    def test_half_heads(self):
        self.check(1)

    def test_long_heads(self):
        self.check(2)

    def test_slow_readers(self):
        self.check(3)


def whole(name, board):
    """A class of tests for a board. Reasons to skip all of them that are cheap to find are found now."""
    reason = website.why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (Checks, unittest.TestCase), {"board": board}))


EmulatedVirt = whole("EmulatedVirt", machine.BOARD)
EmulatedOdroid = unittest.skipUnless(LONG, "SERVAL_LONG is not 1")(whole("EmulatedOdroid", "odroidc4"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
