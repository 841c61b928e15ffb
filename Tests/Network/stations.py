# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Stations in the virtual time of virtual.py: TCP connections of both roles that lose nothing of what a machine
loses, and visitors of a web server that check each byte."""

import random
import socket
import struct

import packets
import virtual

FIN, SYN, RST, PUSH, ACK = 1, 2, 4, 8, 16
_SEGMENT, _WINDOW = 1460, 65_535
"""Seconds before the first and between further retransmissions."""
_PATIENCE, _LONGEST_PATIENCE = 0.2, 1.6


def _less(left, right):
    return (left - right) & 0xffffffff > 0x7fffffff


class Connection:
    """One end of a TCP connection, RFC 9293 without congestion control: the cable loses nothing but what the machine does."""

    def __init__(self, stations, local, remote, hardware, on_data, on_end):
        self.stations, self.local, self.remote, self.hardware = stations, local, remote, hardware
        self.on_data, self.on_end = on_data, on_end
        self.state = "closed"
        self._next_in, self._next_out, self._first_out = 0, stations.random.getrandbits(32), 0
        self._first_out = self._next_out
        self._buffer, self._base = bytearray(), 0  # unacknowledged and unsent bytes; the number of the first
        self._window, self._early = _SEGMENT, {}
        self._patience, self._timer, self._due = _PATIENCE, 0, None

    def connect(self):
        self.state = "opening"
        self._send(SYN, self._next_out)
        self._next_out = self._base = (self._next_out + 1) & 0xffffffff
        self._await()

    def accept(self, number):
        self.state = "accepting"
        self._next_in = (number + 1) & 0xffffffff
        self._send(SYN | ACK, self._next_out)
        self._next_out = self._base = (self._next_out + 1) & 0xffffffff
        self._await()

    def write(self, data):
        self._buffer += data
        self._pump()

    send = write

    def probe(self):
        """Asks the peer whether it knows the connection: a keep-alive (RFC 9293, 3.8.4)."""
        self._send(ACK, (self._first_out - 1) & 0xffffffff)

    def abort(self):
        self._send(RST | ACK, self._next_out)
        self._end(None)

    def _send(self, flags, number, data=b""):
        options = struct.pack("!BBH", 2, 4, _SEGMENT) if flags & SYN else b""
        head = struct.pack("!HHIIBBHHH", self.local[1], self.remote[1], number, self._next_in if flags & ACK else 0,
                           (20 + len(options)) << 2, flags, _WINDOW, 0, 0) + options
        addresses = socket.inet_aton(self.local[0]) + socket.inet_aton(self.remote[0])
        pseudo = addresses + struct.pack("!BBH", 0, 6, len(head) + len(data))
        head = head[:16] + struct.pack("!H", packets.checksum(pseudo + head + data)) + head[18:]
        self.stations.transmit(self, packets.ipv4(self.local[0], self.remote[0], 6, head + data))

    def _in_flight(self):
        return (self._next_out - self._base) & 0xffffffff

    def _pump(self):
        if self.state != "open":
            return
        while self._in_flight() < min(len(self._buffer), self._window):
            start = self._in_flight()
            data = bytes(self._buffer[start:min(start + _SEGMENT, self._window)])
            self._send(ACK | PUSH, self._next_out, data)
            self._next_out = (self._next_out + len(data)) & 0xffffffff
        if self._due is None and self._in_flight():
            self._await()

    def _await(self):
        self._timer += 1
        timer = self._timer
        self._due = self.stations.now + int(self._patience * virtual.SECOND)
        self.stations.at(self._due / virtual.SECOND, lambda: self._late(timer))

    def _late(self, timer):
        if timer != self._timer or self.state == "closed":
            return
        self.stations.retransmissions += 1
        self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        if self.state == "opening":
            self._send(SYN, self._first_out)
        elif self.state == "accepting":
            self._send(SYN | ACK, self._first_out)
        else:
            self._next_out = self._base
            self._due = None
            return self._pump()
        self._await()

    def receive(self, segment):
        number, acknowledged, offset, flags, window = struct.unpack("!IIBBH", segment[4:16])
        data = segment[(offset >> 4) * 4:]
        if flags & RST:
            expected = self._first_out + 1 if self.state == "opening" else None
            if expected is not None and acknowledged != expected & 0xffffffff:
                return
            return self._end("reset")
        if self.state == "opening":
            if flags & (SYN | ACK) != SYN | ACK or acknowledged != self._next_out:
                return
            self._next_in = (number + 1) & 0xffffffff
            self.state = "open"
            self._send(ACK, self._next_out)
            data, number, flags = b"", self._next_in, ACK
        elif self.state == "accepting":
            if flags & SYN:
                return self._send(SYN | ACK, self._first_out)
            if acknowledged != self._next_out:
                return
            self.state = "open"
        if flags & SYN:
            self._send(ACK, self._next_out)
            return
        self._window = max(window << 0, 1)
        self._acknowledge(acknowledged)
        if data or flags & FIN:
            self._take(number, data, flags & FIN)
        elif number != self._next_in:
            self._send(ACK, self._next_out)
        self._pump()

    def _acknowledge(self, acknowledged):
        count = (acknowledged - self._base) & 0xffffffff
        if 0 < count <= len(self._buffer):
            del self._buffer[:count]
            self._base = acknowledged
            if _less(self._next_out, self._base):
                self._next_out = self._base
            self._patience = _PATIENCE
            self._due = None
            self._timer += 1
            if self._in_flight():
                self._await()
        elif count == 0 and self.state == "open" and not self._in_flight():
            self._due = None
            self._timer += 1

    def _take(self, number, data, is_last):
        self._early[number] = data, is_last
        while (entry := self._early.pop(self._next_in, None)) is not None:
            data, ends = entry
            self._next_in = (self._next_in + len(data) + bool(ends)) & 0xffffffff
            if data:
                self.on_data(self, data)
            if ends and self.state != "closed":
                self._send(ACK | FIN, self._next_out)
                return self._end(None)
            if self.state == "closed":
                return
        # Old and overlapping segments.
        for start in [start for start in self._early if _less(start, self._next_in)]:
            old, ends = self._early.pop(start)
            skip = (self._next_in - start) & 0xffffffff
            if skip < len(old):
                return self._take(self._next_in, old[skip:], ends)
        self._send(ACK, self._next_out)

    def _end(self, reason):
        if self.state == "closed":
            return
        self.state = "closed"
        self._timer += 1
        self.stations.forget(self)
        self.on_end(self, reason)


class Stations(virtual.Host):
    """A host with TCP."""

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.connections, self.listeners = {}, {}
        self.retransmissions = 0
        """Resets of connections that were there."""
        self.resets = 0
        self._port = 20_000

    def transmit(self, connection, packet):
        self.frames.append(packets.ethernet(connection.hardware, virtual.MAC, 0x0800, packet))

    def forget(self, connection):
        self.connections.pop((connection.local, connection.remote), None)

    def listen(self, port, on_connection):
        """`on_connection` returns functions for data and for the end."""
        self.listeners[port] = on_connection

    def connect(self, hardware, port, on_data, on_end):
        """A connection to the machine with this hardware address; None while it has no IP address."""
        address = self.server.leases.get(hardware)
        if address is None:
            return None
        self._port = self._port % 60_000 + 1 if self._port < 60_000 else 20_001
        connection = Connection(self, (virtual.ADDRESS, self._port), (address, port), hardware, on_data, on_end)
        self.connections[connection.local, connection.remote] = connection
        connection.connect()
        return connection

    def _receive(self, frame):
        super()._receive(frame)
        packet = packets.parse(frame)
        if packet is None or packet.protocol != 6 or packet.destination != virtual.ADDRESS:
            return
        source, target = struct.unpack("!HH", packet.data[:4])
        key = (packet.destination, target), (packet.source, source)
        connection = self.connections.get(key)
        if connection is not None:
            return connection.receive(packet.data)
        number, acknowledged, _, flags = struct.unpack("!IIBB", packet.data[4:14])
        if flags & SYN and not flags & ACK and target in self.listeners:
            on_data, on_end = self.listeners[target]()
            connection = Connection(self, *key, packet.source_mac, on_data, on_end)
            self.connections[key] = connection
            connection.accept(number)
        elif not flags & RST:
            # RFC 9293, 3.10.7.1
            stranger = Connection(self, *key, packet.source_mac, None, lambda *_: None)
            if flags & ACK:
                stranger._send(RST, acknowledged)
            else:
                stranger._next_in = number + len(packet.data) + bool(flags & SYN)
                stranger._send(RST | ACK, 0)


class Visitor:
    """A client with one connection at a time, which asks for a file again and again, and checks what comes."""

    def __init__(self, stations, hardware, path, content, pause, start, end):
        self.stations, self.hardware, self.path, self.content = stations, hardware, path, content
        self.pause, self.end = pause, end
        """Begin and duration in seconds of each request that was answered."""
        self.answers = []
        """Answers whose connection broke, and those with another status than 200."""
        self.broken, self.refusals = 0, []
        self._connection, self._received, self._asked, self._heard = None, None, None, 0
        self._visits = 0
        self._visit_at(start)

    def _visit_at(self, seconds):
        """Schedules the next request, in place of one that was scheduled."""
        self._visits += 1
        visit = self._visits
        self.stations.at(seconds, lambda: self._visit() if visit == self._visits else None)

    def _now(self):
        return self.stations.now / virtual.SECOND

    def _visit(self):
        if self._asked is None:
            if self._now() >= self.end:
                return
            self._asked = self._now()
        self._received = bytearray()
        self._heard = self._now()
        if self._connection is None:
            self._connection = self.stations.connect(self.hardware, 80, self._take, self._ended)
        if self._connection is None:
            return self._visit_at(self._now() + 0.01)
        self._connection.write(f"GET {self.path} HTTP/1.1\r\nHost: site\r\n\r\n".encode())
        self._watch(self._connection, self._asked)

    def _watch(self, connection, asked):
        """A client that hears nothing asks whether the connection still exists."""
        def look():
            if self._connection is not connection or self._asked != asked:
                return
            if self._now() - self._heard >= 0.3 and connection.state == "open":
                connection.probe()
            self.stations.at(self._now() + 0.3, look)
        self.stations.at(self._now() + 0.3, look)

    def _take(self, connection, data):
        self._heard = self._now()
        self._received += data
        head, mark, body = bytes(self._received).partition(b"\r\n\r\n")
        if not mark:
            return
        status = int(head.split()[1])
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        if status == 200:
            assert length == len(self.content), (self.path, length)
            assert body == self.content[:len(body)], f"{self.path}: wrong bytes at {self._now()}"
        if len(body) < length:
            return
        if status != 200:
            self.refusals.append((self._now(), status))
        else:
            self.answers.append((self._asked, self._now() - self._asked))
            self._asked = None
        if fields.get(b"connection") == b"close":
            connection.abort()
            return
        self._visit_at(self._now() + self.pause)

    def _ended(self, _, reason):
        self._connection = None
        if reason:
            self.stations.resets += 1
        if self._asked is not None and self._received:
            self.broken += 1
        self._visit_at(self._now() + 0.001)
