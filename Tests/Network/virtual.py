# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The other end of a network cable in the virtual time of `serval run --net peer:PATH`: a host at 10.7.0.1 with a
DHCP server, which answers ARP, and what a test sends from it. Days take seconds, and each run is the same."""

import heapq
import itertools
import pathlib
import socket
import struct
import subprocess
import tempfile

import dhcp
import packets

ADDRESS, MAC = "10.7.0.1", b"\x02\0\0\0\0\x01"
SECOND = 1_000_000_000
_NEVER = (1 << 64) - 1


class Host:
    """What the host does; without I/O, but for the frames that `frames` collects until they are sent."""

    def __init__(self, lease=3600):
        self.server = dhcp.Server(ADDRESS, lease)
        self.now = 0
        self.frames = []
        """Times of DHCP messages by type, and of answers to what the test sent, in seconds."""
        self.messages, self.answers = [], []
        """Times and addresses of ARP announcements (RFC 5227, 2.3)."""
        self.announced = []
        self._events, self._count = [], itertools.count()
        self.machine = None
        """Who answers ARP and hears what is sent to it: MAC addresses by IPv4 addresses."""
        self.stations = {ADDRESS: MAC}

    def at(self, seconds, action):
        """Does something at a time; what is asked for later is done later."""
        heapq.heappush(self._events, (int(seconds * SECOND), next(self._count), action))

    def every(self, interval, action, start=0, end=float("inf")):
        if start < end:
            self.at(start, lambda: (action(), self.every(interval, action, start + interval, end)))

    def told(self, now, frame):
        """Answers a message of the emulator: when to wake it, and frames."""
        self.now = now
        self.frames = []
        if frame:
            self._receive(frame)
        while self._events and self._events[0][0] <= now:
            heapq.heappop(self._events)[2]()
        return (self._events[0][0] if self._events else _NEVER), self.frames

    def _receive(self, frame):
        if frame[12:14] == b"\x08\x06":
            target = socket.inet_ntoa(frame[38:42])
            if frame[20:22] == b"\0\1" and target in self.stations:
                asking, mac = (frame[22:28], socket.inet_ntoa(frame[28:32])), self.stations[target]
                self.frames.append(packets.ethernet(asking[0], mac, 0x0806, packets.arp(2, (mac, target), asking)))
            elif frame[28:32] == frame[38:42]:
                self.announced.append((self.now / SECOND, target))
            return
        if frame[:6] != packets.BROADCAST and frame[:6] not in self.stations.values():
            return
        packet = packets.parse(frame)
        if packet is None:
            return
        if packet.ports == (68, 67):
            reply = self.server.answer(packet.data)
            if len(self.server.seen) > len(self.messages):
                self.messages.append((self.now / SECOND, self.server.seen[-1][0]))
            if reply:
                self.frames.append(self.server.frame(reply, MAC))
        elif packet.protocol == 17 and packet.ports[0] == 7 or packet.protocol == 1 and packet.data[0] == 0:
            self.answers.append(self.now / SECOND)
            self.machine = packet.source_mac, packet.source

    def send(self, packet, address):
        """To the machine, whose MAC address is the one that has the lease."""
        for mac, leased in self.server.leases.items():
            if leased == address:
                self.frames.append(packets.ethernet(mac, MAC, 0x0800, packet))

    def echo(self, data=b"hello"):
        """A datagram and a ping to whatever address is leased."""
        for address in self.server.leases.values():
            self.send(packets.udp(ADDRESS, address, (4000, 7), data), address)
            self.send(packets.icmp_echo(ADDRESS, address, 1, data), address)

    def datagram(self, source):
        """A datagram from afar; its answer goes by the machine's own routes."""
        for address in self.server.leases.values():
            self.send(packets.udp(source, address, (4000, 7), b"far"), address)

    def claim(self, mac):
        """Another station says that it has the leased address."""
        for address in self.server.leases.values():
            claim = packets.arp(1, (mac, address), (b"\0" * 6, address))
            self.frames.append(packets.ethernet(packets.BROADCAST, mac, 0x0806, claim))

    def times(self, kind):
        return [time for time, which in self.messages if which == kind]

    def answered(self, start, end):
        return sum(start <= time < end for time in self.answers)


def run(system, host, duration, *arguments):
    """Runs an `systems.Emulated` with the host for some virtual time; what it wrote: console, then errors."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener, \
            tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        path = pathlib.Path(directory, "peer")
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(30)
        process = subprocess.Popen(
            system.command("--net", f"peer:{path}", "--for", duration, *arguments), stdin=subprocess.DEVNULL,
            stdout=output, stderr=errors)
        try:
            with listener.accept()[0] as connection:
                _serve(connection, host)
        finally:
            process.wait(timeout=60)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise AssertionError(f"status {process.returncode}: {errors.read()}")
        return output.read(), errors.read()


def _serve(connection, host):
    with connection.makefile("rb") as reader:
        while len(head := reader.read(12)) == 12:
            now, length = struct.unpack("<QI", head)
            wake, frames = host.told(now, reader.read(length))
            answer = struct.pack("<QI", wake, len(frames))
            connection.sendall(answer + b"".join(struct.pack("<I", len(frame)) + frame for frame in frames))
