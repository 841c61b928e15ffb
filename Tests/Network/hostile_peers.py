#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Web programs of the framework with one hostile client, and how long the other clients take meanwhile, under `serval run` in
virtual time."""

import struct
import unittest

import floods
import packets
import systems
import virtual
import website

import emulated
import machine

TOOL = machine.SERVAL.with_name("test-systems")
HANDSHAKE = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
BEGIN, END = 4.0, 4.2
"""Seconds during which the hostile client sends a segment every 40 µs. The others ask from the middle on."""


class Emulated:
    """A system with one of the programs in Tests/Boot/Programs."""

    def __init__(self, program):
        target = ["--sdk", "2.3.0", "--config", "release"]
        self._directory = emulated.generated(systems.BOARD, target[1], target[3], program, TOOL)
        self._command = [
            machine.SERVAL, "run", f"{self._directory.name}/system/{program}.system", "--board", systems.BOARD, *target]

    def command(self, *arguments):
        return [*self._command, *arguments]


class Stream:
    """A connection of the hostile client, which sends `head` and then `piece` again and again, as far as windows let it.
    `reads` says whether it acknowledges what it gets."""

    def __init__(self, host, port, head, piece, reads):
        self._host, self._port, self._reads = host, port, reads
        self._data, self._piece = head, piece
        self.sent, self._theirs, self._edge, self.received = 1, 0, 0, 0
        self.isOpen = False

    def open(self):
        self._send(0, floods.SYN)

    def _send(self, number, flags, data=b""):
        if address := self._host.address():
            self._host.send(
                packets.tcp(virtual.ADDRESS, address, (self._port, website.PORT), (number, self._theirs), flags, data), address)

    def take(self, number, acknowledged, flags, window, data):
        if flags & floods.RST:
            self.isOpen = False
        if flags & floods.SYN:
            self._theirs, self.isOpen = number + 1, True
        elif data and self._reads and number == self._theirs:
            self._theirs += len(data)
        self.received += len(data)
        self._edge = max(self._edge, acknowledged + window)

    def push(self):
        if not self.isOpen:
            return
        while len(self._data) < 1400 and self._piece:
            self._data += self._piece
        count = min(1400, len(self._data), self._edge - self.sent)
        # Beyond the window it sends all the same, what is not taken.
        piece = self._data[:count] if count > 0 else b"!"
        self._send(self.sent, floods.ACK | floods.PUSH, piece)
        if count > 0:
            self._data = self._data[count:]
            self.sent += count


class Visitor(floods.Visitor):
    """The well-behaved clients and, on ports up to 20,000, the hostile one."""

    def __init__(self, streams):
        super().__init__(None)
        self._streams = {10_000 + index: Stream(self, 10_000 + index, *what) for index, what in enumerate(streams)}
        for index, stream in enumerate(self._streams.values()):
            self.at(BEGIN - 0.5 + 0.001 * index, stream.open)
        self._turn = 0
        self.every(40e-6, self._push, BEGIN, END)

    def address(self):
        """The only lease is that of the program."""
        self._hardware = self._hardware or next(iter(self.server.leases), None)
        return self._address()

    def _push(self):
        streams = list(self._streams.values())
        self._turn += 1
        streams[self._turn % len(streams)].push()

    @property
    def received(self):
        return sum(stream.received for stream in self._streams.values())

    @property
    def sent(self):
        return sum(stream.sent for stream in self._streams.values())

    def _receive_segment(self, packet):
        _, port, number, acknowledged, offset, flags, window = struct.unpack("!HHIIBBH", packet.data[:16])
        if stream := self._streams.get(port):
            stream.take(number, acknowledged, flags, window, packet.data[(offset >> 4) * 4:])
        else:
            super()._receive_segment(packet)


def frame(text):
    """A text frame of a client (RFC 6455, 5.2), masked with zeroes."""
    return struct.pack("!BBH", 0x81, 0x80 | 126, len(text)) + bytes(4) + text


@unittest.skipUnless((machine.IMAGES / "tests" / "web_chat.elf").exists(), "there are no test programs in .build/images: make images")
class HostilePeers(floods.Checks, unittest.TestCase):
    COUNT = 8

    def others(self, program, what, streams):
        visitor = Visitor(streams)
        for index in range(self.COUNT):
            visitor.at(BEGIN + 0.08 + 0.0145 * index, visitor.ping)
            visitor.at(BEGIN + 0.085 + 0.0145 * index, visitor.visit)
        virtual.run(Emulated(program), visitor, "5s")
        self.check(f"{program}, {what}", visitor.times, self.COUNT)
        print("the hostile client sent", visitor.sent, "bytes and received", visitor.received, flush=True)
        self.assertGreater(visitor.sent, 500_000)
        return visitor

    def test_a_member_of_a_chat_that_floods_it(self):
        """What it says is sent to 32 connections of its own, half of which do not read."""
        members = [(HANDSHAKE, frame(b"x" * 1000), True)] * 4 + [(HANDSHAKE, b"", True)] * 12 + [(HANDSHAKE, b"", False)] * 16
        visitor = self.others("web_chat", "a flood of messages", members)
        self.assertGreater(visitor.received, 100_000)

    def test_pings_and_small_frames(self):
        members = [(HANDSHAKE, bytes([0x89, 0x80, 0, 0, 0, 0]) * 50, False)] * 32
        self.others("web_chat", "a flood of pings, answers not read", members)

    def test_requests_in_a_row(self):
        requests = b"GET /no/such/place HTTP/1.1\r\nHost: a\r\n\r\n" * 20
        visitor = self.others("web_chat", "a flood of requests", [(b"", requests, True)] * 8)
        self.assertGreater(visitor.received, 100_000)

    def test_bodies_in_pieces_of_one_byte(self):
        head = b"POST /people HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.others("web_people", "bodies in chunks of a byte", [(head, b"1\r\n \r\n" * 100, True)] * 16)

    def test_heads_that_do_not_end(self):
        heads = [(b"GET / HTTP/1.1\r\nHost: a\r\n", b"A: b\r\n", True)] * 64
        self.others("web_people", "heads that do not end", heads)


if __name__ == "__main__":
    unittest.main(verbosity=2)
