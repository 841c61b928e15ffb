# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""TCP in virtual time: a host whose connections lose nothing, so that each run is the same to the instruction. Segments have
the options that Linux's have, so that the machine takes the same ways as with real clients."""

import struct

import packets
import virtual

FIN, SYN, RST, PUSH, ACK = 1, 2, 4, 8, 16
_SEGMENT = 1448
_WINDOW_SHIFT = 7
_WINDOW = 1 << 20


class Stream:
    """One connection of the host. `received` and `ended` are called with what comes; `send` sends."""

    def __init__(self, host, mine, its, received, opened=None):
        self._host, self._mine, self._its = host, mine, its
        self.received, self._opened = received, opened
        self._next, self._expected, self._echo = 1_000_000 + mine, 0, 0
        self._unacknowledged = 0
        """What waits for the machine's window to open, up to which number it is open, and what was acknowledged."""
        self._waiting, self._limit, self._shift = b"", self._next, 0
        self.is_open = self.is_ended = False

    def connect(self):
        self._send(SYN)

    def send(self, data):
        """Sends bytes in segments as far as the machine's window lets it, and the rest later."""
        self._waiting += data
        self._send_waiting()

    def _send_waiting(self):
        while self._waiting:
            part = self._waiting[:_SEGMENT]
            if self._next + len(part) > self._limit:
                return
            self._waiting = self._waiting[len(part):]
            self._send(ACK | (0 if self._waiting else PUSH), part)

    def close(self):
        self.is_ended = True
        self._send(ACK | FIN)

    def _send(self, flags, data=b""):
        stamps = struct.pack("!BBII", 8, 10, self._host.now // 1_000_000 & 0xffffffff, self._echo)
        options = b"\x01\x01" + stamps
        if flags & SYN:
            options = struct.pack("!BBHBBBBBB", 2, 4, 1460, 4, 2, 1, 3, 3, _WINDOW_SHIFT) + b"\x01\x01" + stamps
            options += b"\0" * (-len(options) % 4)
        acknowledged = self._expected if flags & ACK else 0
        window = 65_535 if flags & SYN else _WINDOW >> _WINDOW_SHIFT
        self._host.segment((self._mine, self._its[1]), self._its[0], (self._next, acknowledged), flags, window, options, data)
        self._next = self._next + len(data) + (flags & (SYN | FIN) != 0) & 0xffffffff
        self._unacknowledged = 0

    def _acknowledge(self, last):
        if self._unacknowledged and self._expected == last:
            self._send(ACK)

    def arrived(self, number, acknowledged, flags, window, options, data):
        if flags & RST:
            self.is_ended = True
            return
        if 8 in options:
            self._echo = struct.unpack("!I", options[8][:4])[0]
        if flags & SYN:
            self._shift = options.get(3, b"\0")[0]
            self._limit = (acknowledged if flags & ACK else self._next + 1) + window
            self._expected = number + 1 & 0xffffffff
            self._send(ACK if flags & ACK else SYN | ACK)
            self.is_open = bool(flags & ACK)
            if self.is_open and self._opened:
                self._opened(self)
            return
        self.is_open = True
        self._limit = max(self._limit, acknowledged + (window << self._shift))
        if number != self._expected and data:
            raise AssertionError(
                f"at {self._host.now} ns on port {self._mine}: {len(data)} bytes at {number}, not {self._expected}")
        self._expected = number + len(data) + (flags & FIN) & 0xffffffff
        self._unacknowledged += len(data) > 0
        if data:
            self.received(self, data)
        self._send_waiting()
        if flags & FIN:
            self._send(ACK if self.is_ended else ACK | FIN)
            self.is_ended = True
        elif self._unacknowledged >= 2:
            # As Linux does: each second segment is acknowledged at once, and others after 40 ms.
            self._send(ACK)
        elif self._unacknowledged:
            last = self._expected
            self._host.at(self._host.now / virtual.SECOND + 0.04, lambda: self._acknowledge(last))


class Host(virtual.Host):
    """A host with servers by port, and connections to the machine's."""

    def __init__(self):
        super().__init__()
        self.servers = {}
        """What is called when the machine connects to a port: makes the `received` of the stream."""
        self._streams = {}
        self._last_port = 40_000

    def connect(self, address, port, received, opened):
        """Opens a connection to the machine. `opened` is called when it is open."""
        self._last_port += 1
        stream = self._streams[self._last_port, address, port] = Stream(
            self, self._last_port, (address, port), received, opened)
        stream.connect()
        return stream

    def segment(self, ports, address, numbers, flags, window, options, data):
        head = struct.pack("!HHIIBBHHH", *ports, *numbers, (20 + len(options)) // 4 << 4, flags, window, 0, 0) + options
        pseudo = packets.pseudo_header(virtual.ADDRESS, address, 6, len(head) + len(data))
        head = head[:16] + struct.pack("!H", packets.checksum(pseudo + head + data)) + head[18:]
        self.send(packets.ipv4(virtual.ADDRESS, address, 6, head + data), address)

    def _receive(self, frame):
        super()._receive(frame)
        packet = packets.parse(frame)
        if packet is None or packet.protocol != 6:
            return
        its, mine, number, acknowledged, offset, flags, window = struct.unpack("!HHIIBBH", packet.data[:16])
        size = (offset >> 4) * 4
        key = mine, packet.source, its
        if flags & SYN and not flags & ACK:
            self._streams[key] = Stream(self, mine, (packet.source, its), self.servers[mine]())
        if stream := self._streams.get(key):
            stream.arrived(number, acknowledged, flags, window, _options(packet.data[20:size]), packet.data[size:])


def _options(data):
    """Values of TCP options by kind."""
    index, found = 0, {}
    while index < len(data) and data[index] != 0:
        if data[index] == 1:
            index += 1
        else:
            found[data[index]] = data[index + 2:index + data[index + 1]]
            index += data[index + 1]
    return found
