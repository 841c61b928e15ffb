# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Clients of the machine on Linux's own TCP, UDP and ICMP. Each function raises AssertionError for wrong or late answers."""

import hashlib
import itertools
import os
import random
import selectors
import socket
import struct
import time

import packets


class _Stream:
    """A connection to an echo server that sends `size` bytes of its own pattern."""

    def __init__(self, number, size):
        self.size, self.sent, self.got = size, 0, 0
        self._source, self._mirror = random.Random(number), hashlib.sha256()
        self._expected, self._chunk, self._rest = hashlib.sha256(), b"", memoryview(b"")

    def next(self):
        if not self._rest:
            self._chunk = self._source.randbytes(min(65536, self.size - self.sent))
            self._expected.update(self._chunk)
            self._rest = memoryview(self._chunk)
        return self._rest

    def took(self, count):
        self._rest = self._rest[count:]
        self.sent += count

    def came(self, data):
        self.got += len(data)
        self._mirror.update(data)

    @property
    def is_same(self):
        return self.got == self.size and self._mirror.digest() == self._expected.digest()


def tcp_echo(address, port, size, connections=1, seconds=60, connect_seconds=30, half_closes=True):
    """Sends `size` bytes on each of `connections` at once, and checks that they come back. Returns bytes per second, counting
    each byte once, without the time to connect. Each connection is half-closed when all is sent, unless `half_closes` is
    false."""
    selector, streams = selectors.DefaultSelector(), {}
    try:
        for number in range(connections):
            client = socket.socket()
            streams[client] = _Stream(number, size)
            client.setblocking(False)
            client.connect_ex((address, port))
            selector.register(client, selectors.EVENT_WRITE)
        _connect(selector, streams, time.monotonic() + connect_seconds)
        start = time.monotonic()
        _exchange(selector, streams, start + seconds, half_closes)
        took = time.monotonic() - start
        for stream in streams.values():
            if not stream.is_same:
                raise AssertionError("what came back is not what was sent")
        return size * connections / took
    finally:
        for client in streams:
            client.close()
        selector.close()


def _connect(selector, streams, deadline):
    waiting = set(streams)
    while waiting:
        for key, _ in selector.select(max(0, deadline - time.monotonic())):
            error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise AssertionError(f"not connected: {os.strerror(error)}")
            waiting.discard(key.fileobj)
            selector.unregister(key.fileobj)
        if waiting and time.monotonic() > deadline:
            raise AssertionError(f"{len(waiting)} of {len(streams)} connections were not accepted in time")
    for client in streams:
        selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)


def _exchange(selector, streams, deadline, half_closes):
    left = len(streams)
    while left:
        ready = selector.select(max(0, deadline - time.monotonic()))
        if not ready and time.monotonic() >= deadline:
            got, size = sum(s.got for s in streams.values()), sum(s.size for s in streams.values())
            raise AssertionError(f"{got} of {size} bytes came back in time, {left} connections were not done")
        for key, events in ready:
            client, stream = key.fileobj, streams[key.fileobj]
            try:
                if events & selectors.EVENT_WRITE:
                    stream.took(client.send(stream.next()))
                    if stream.sent == stream.size:
                        selector.modify(client, selectors.EVENT_READ)
                        if half_closes:
                            client.shutdown(socket.SHUT_WR)
                if events & selectors.EVENT_READ:
                    data = client.recv(1 << 18)
                    stream.came(data)
                    if not data or (stream.got >= stream.size and not half_closes):
                        selector.unregister(client)
                        left -= 1
            except BlockingIOError:
                pass
            except OSError as error:
                raise AssertionError(
                    f"after {stream.sent} bytes there and {stream.got} back of {stream.size}: {error}") from error


def udp_echo(address, port, sizes, allowed_loss=0, seconds=2):
    """Sends one datagram of each size, one after the other. Up to `allowed_loss` answers may be missing."""
    lost = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((address, port))
        for number, size in enumerate(sizes):
            data = (struct.pack("!I", number) + os.urandom(size))[:size]
            client.send(data)
            deadline, came = time.monotonic() + seconds, False
            while not came and (left := deadline - time.monotonic()) > 0:
                client.settimeout(left)
                try:
                    answer = client.recv(65536)
                except TimeoutError:
                    break
                came = answer == data
                # An answer to an earlier datagram, or a duplicate, may still arrive.
                if not came and answer[:4] >= data[:4] and size >= 4:
                    raise AssertionError(f"datagram of {size} bytes came back as {len(answer)} other bytes")
            lost += not came
    if lost > allowed_loss:
        raise AssertionError(f"{lost} of {number + 1} datagrams did not come back")


_ping_numbers = itertools.count()


def ping(address, count=3, size=56, seconds=2):
    """Returns how many pings were answered in time."""
    answered = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        for number in itertools.islice(_ping_numbers, count):
            data = os.urandom(size)
            request = packets.icmp_echo("0.0.0.0", address, number & 0xffff, data)[20:]
            client.sendto(request, (address, 0))
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0:
                client.settimeout(left)
                try:
                    packet = client.recv(65536)
                except TimeoutError:
                    break
                # Linux delivers them before it has verified their checksum.
                if packet[20] == 0 and packet[24:28] == request[4:8] and packets.checksum(packet[20:]) == 0:
                    if packet[28:] != data:
                        raise AssertionError("a ping came back changed")
                    answered += 1
                    break
    return answered


def discard(address, port, size, seconds=60):
    """Sends `size` bytes and closes. Returns bytes per second; the peer closes when it has received everything."""
    with socket.create_connection((address, port), timeout=seconds) as client:
        start, chunk = time.monotonic(), b"x" * 65536
        for _ in range(size // len(chunk)):
            client.sendall(chunk)
        client.shutdown(socket.SHUT_WR)
        if client.recv(1) != b"":
            raise AssertionError("the discard server sent something")
        return size / (time.monotonic() - start)


def chargen(address, port, size, seconds=60):
    """Reads `size` bytes and compares them with RFC 864's pattern. Returns bytes per second."""
    line_count = 95
    ring = bytes(range(32, 127))
    lines = b"".join((ring[n:] + ring[:n])[:72] + b"\r\n" for n in range(line_count))
    with socket.create_connection((address, port), timeout=seconds) as client:
        start, got = time.monotonic(), 0
        expected = lines * (2 + (1 << 18) // len(lines))
        while got < size:
            data = client.recv(1 << 18)
            if not data:
                raise AssertionError(f"chargen ended after {got} bytes")
            at = got % len(lines)
            if data != expected[at:at + len(data)]:
                raise AssertionError(f"chargen's bytes {got} to {got + len(data)} are not RFC 864's pattern")
            got += len(data)
        return got / (time.monotonic() - start)
