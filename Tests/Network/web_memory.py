#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""What connections to system `webserver` take of web_server's heap, and of the socket buffers in it, read from outside under
`serval run --stats`; and that nothing of it stays when they have gone. SERVAL_LONG=1 does so for both boards. Tests/Bench
prints the figures; docs/web-server.md has them beside the bounds."""

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


"""Bytes of the heap that may stay: lists of connections with something to do keep the room they once had, 8 bytes for each of
1024, more than they had before where a busy machine let heads time out by the hundred. A block for each of 500 is more."""
SLACK = 10_000
"""A connection whose peer went without a packet that arrived is held for a minute."""
GONE = 75


def bounds():
    """Bytes of the heap that the document says a connection takes at most: one alone, and each of all of them."""
    text = DOCUMENT.read_text()
    alone = re.search(r"`Limits\.memoryBound`: ([\d,]+) bytes", text)[1].replace(",", "")
    megabytes, count = re.search(r"whatever clients do: ([\d.]+) MB for (\d+) connections", text).groups()
    return int(alone), int(float(megabytes) * 1_000_000 / int(count))


def has_answer(client):
    """Reads all of its one answer."""
    data = b""
    while not data.endswith(b"x" * 1024):
        piece = client.recv(4096)
        if not piece:
            raise AssertionError(f"no answer, but {data[:200]!r}")
        data += piece


def has_begun(client):
    """Waits until an answer has begun, and leaves it unread."""
    if client.recv(1, socket.MSG_PEEK) != b"H":
        raise AssertionError("no answer")


@dataclasses.dataclass
class Case:
    """So many connections that have sent this; `settle` is done for each of them then. `limit` bytes of the heap each may
    take; the rest of a request that has not ended gets its answer."""

    name: str
    count: int
    request: bytes
    limit: int
    settle: object = None
    receive_buffer: int | None = None
    rest: bytes = b""


@dataclasses.dataclass
class Taken:
    """Bytes in use, by the name of what they are in use of."""

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
        # More than the server's limit for all: those that come last get 503.
        Case("8,000 bytes of a head", 1000, SMALL + (b"A: " + b"a" * 995 + b"\r\n") * 7 + b"A: " + b"a" * 950, of_all),
        Case("reads nothing of 100 KB", 500, b"GET /medium.bin HTTP/1.1\r\nHost: a\r\n\r\n", most, settle=has_begun,
             receive_buffer=4096),
    ]


def steady(run, seconds=5):
    """The figures when they do not change for half a second, or what they are then."""
    deadline, last = time.monotonic() + seconds, run.memory()
    while True:
        time.sleep(0.5)
        found = run.memory()
        if all(found[name].used == last[name].used for name in (HEAP, BUFFERS)) or time.monotonic() > deadline:
            return found
        last = found


def empty(run, seconds=GONE):
    """The figures when no connection has buffers, or what they are then."""
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
        # Not all at once, which would be more packets than the tap device has room for.
        for index, client in enumerate(clients):
            client.close()
            if index % 50 == 0:
                time.sleep(0.01)
    return Taken(before, by_them, empty(run))


def warm(run):
    """What is remembered of the files is no connection's."""
    website.first_answer(run.address)
    for path in ("/small.txt", "/medium.bin"):
        visitors.ask(run.address, path)


def print_table(run):
    """Of each case; in bytes."""
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
    """What a board's system has to do; it is started once."""

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
                # Who is there does take something, or the figures are of something else.
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
    """A class of tests for a board; the cheap reasons to skip them are known now."""
    reason = website.why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (Checks, unittest.TestCase), {"board": board}))


EmulatedVirt = whole("EmulatedVirt", machine.BOARD)
EmulatedOdroid = unittest.skipUnless(LONG, "SERVAL_LONG is not 1")(whole("EmulatedOdroid", "odroidc4"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
