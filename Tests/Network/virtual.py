# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The other end of the network cable in the virtual time of `serval run --net peer:PATH`: a host at 10.7.0.1 that answers
ARP, has a DHCP server, and sends what a test schedules. Days take seconds, and every run is the same."""

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
    """The host's behaviour, without I/O: `frames` collects the frames to send."""

    def __init__(self, lease=3600):
        self.server = dhcp.Server(ADDRESS, lease)
        self.now = 0
        self.frames = []
        """Times in seconds of DHCP messages with their types, and of answers to what the test sent."""
        self.messages, self.answers = [], []
        """Times and addresses of ARP announcements (RFC 5227, 2.3)."""
        self.announced = []
        self._events, self._count = [], itertools.count()
        self.machine = None
        """Stations that answer ARP and receive packets: MAC addresses by IPv4 addresses."""
        self.stations = {ADDRESS: MAC}

    def at(self, seconds, action):
        """Schedules an action; of those at the same time, the one scheduled first runs first."""
        heapq.heappush(self._events, (int(seconds * SECOND), next(self._count), action))

    def every(self, interval, action, start=0, end=float("inf")):
        if start < end:
            self.at(start, lambda: (action(), self.every(interval, action, start + interval, end)))

    def told(self, now, frame):
        """Handles a message from the emulator. Returns when to wake the host, and the frames to send."""
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
        """Sends a packet to the machine, at the MAC address of its lease."""
        for mac, leased in self.server.leases.items():
            if leased == address:
                self.frames.append(packets.ethernet(mac, MAC, 0x0800, packet))

    def echo(self, data=b"hello"):
        """Sends a datagram and a ping to each leased address."""
        for address in self.server.leases.values():
            self.send(packets.udp(ADDRESS, address, (4000, 7), data), address)
            self.send(packets.icmp_echo(ADDRESS, address, 1, data), address)

    def datagram(self, source):
        """Sends a datagram from outside the network, so that the answer takes the machine's routes."""
        for address in self.server.leases.values():
            self.send(packets.udp(source, address, (4000, 7), b"far"), address)

    def claim(self, mac):
        """Has another station claim the leased address."""
        for address in self.server.leases.values():
            claim = packets.arp(1, (mac, address), (b"\0" * 6, address))
            self.frames.append(packets.ethernet(packets.BROADCAST, mac, 0x0806, claim))

    def times(self, kind):
        return [time for time, which in self.messages if which == kind]

    def answered(self, start, end):
        return sum(start <= time < end for time in self.answers)


def run(system, host, duration, *arguments, errors=None):
    """Runs a `systems.Emulated` with the host for some virtual time. Returns its console and its standard error.

    `errors` is a file for standard error, if the caller reads it. A `started` of the system is called with the process."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener, \
            tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as kept:
        errors = errors or kept
        path = pathlib.Path(directory, "peer")
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(30)
        process = subprocess.Popen(
            system.command("--net", f"peer:{path}", "--for", duration, *arguments), stdin=subprocess.DEVNULL,
            stdout=output, stderr=errors)
        getattr(system, "started", lambda _: None)(process)
        try:
            with listener.accept()[0] as connection:
                _serve(connection, host)
        finally:
            process.wait(timeout=60)
        output.seek(0)
        kept.seek(0)
        if process.returncode != 0:
            raise AssertionError(f"status {process.returncode}: {kept.read()}")
        return output.read(), kept.read()


def _serve(connection, host):
    with connection.makefile("rb") as reader:
        while len(head := reader.read(12)) == 12:
            now, length = struct.unpack("<QI", head)
            wake, frames = host.told(now, reader.read(length))
            answer = struct.pack("<QI", wake, len(frames))
            connection.sendall(answer + b"".join(struct.pack("<I", len(frame)) + frame for frame in frames))
