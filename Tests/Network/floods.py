#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` with one hostile client, and how long the others take meanwhile: under `serval run` in virtual time, and
on seL4 in QEMU if MICROKIT_SDK is set. Tests/Boot/Programs/hostile defines the floods."""

import os
import pathlib
import socket
import statistics
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import clients
import packets
import private
import systems
import testnet
import virtual
import website

import machine

LIMIT = 0.1
"""Longest time for each ping, connection and answer, in seconds."""
FLOODS = ["spin", "rings", "descriptors", "frames", "console", "alarms", "files", "entropy"]
"""A request that the web server answers without a file."""
REQUEST = b"NONSENSE\r\n\r\n"
WEB_SERVER, NFS = bytes.fromhex("525401000011"), bytes.fromhex("525401000010")
HOSTILE = machine.IMAGES / "tests" / "hostile.elf"
FIN, SYN, RST, PUSH, ACK = 1, 2, 4, 8, 16


def images(directory, program):
    """A directory with all images, in which the hostile program replaces `program`."""
    directory.mkdir()
    for image in machine.IMAGES.glob("*.elf"):
        (directory / image.name).symlink_to(HOSTILE if image.stem == program else image)
    return directory


def options(program, flood):
    """Options that put the flood's name where the real program has its path."""
    paths = {"nfs": "nfs-directory", "web_server": "website-dir"}
    choices = {"nfs-server": testnet.LINUX, "nfs-directory": "/", "website-dir": "/", paths[program]: flood}
    return [word for name, value in choices.items() for word in ("--set", f"{name}={value}")]


class Emulated:
    def __init__(self, program, flood, board=systems.BOARD, tool=machine.SERVAL):
        self._tool, self._board = tool, board
        self._target = ["--sdk", "2.3.0", "--config", "release"]
        self._directory = tempfile.TemporaryDirectory()
        output = pathlib.Path(self._directory.name)
        self._system = output / "system" / "webserver.system"
        subprocess.run(
            [tool, "generate", "webserver", "--board", board, *self._target, *options(program, flood), "--images",
             images(output / "images", program), "--output", output / "system"], check=True, stdout=subprocess.DEVNULL)

    def command(self, *arguments):
        return [self._tool, "run", self._system, "--board", self._board, *self._target, *arguments]


class Visitor(virtual.Host):
    """Pings the machine with a hardware address, and sends requests to its web server, each from another port."""

    def __init__(self, hardware):
        super().__init__()
        self._hardware, self._begun, self._stage = hardware, {}, {}
        """Seconds that answers took, by kind."""
        self.times = {"ping": [], "connect": [], "answer": []}
        self.asked = 0

    def _address(self):
        return self.server.leases.get(self._hardware)

    def ping(self):
        self.asked += 1
        if address := self._address():
            self._begun["ping", self.asked] = self.now
            self.send(packets.icmp_echo(virtual.ADDRESS, address, self.asked, b"are you there?"), address)

    def visit(self):
        self.asked += 1
        if address := self._address():
            port = 20_000 + self.asked
            self._begun["connect", port] = self.now
            self._segment(port, address, (1000, 0), SYN)

    def _segment(self, port, address, numbers, flags, data=b""):
        self.send(packets.tcp(virtual.ADDRESS, address, (port, website.PORT), numbers, flags, data), address)

    def _receive(self, frame):
        super()._receive(frame)
        packet = packets.parse(frame)
        if packet is None or packet.source_mac != self._hardware:
            return
        if packet.protocol == 1 and packet.data[0] == 0:
            self._record("ping", struct.unpack("!H", packet.data[6:8])[0])
        elif packet.protocol == 6:
            self._receive_segment(packet)

    def _receive_segment(self, packet):
        _, port, number, acknowledged, offset, flags = struct.unpack("!HHIIBB", packet.data[:14])
        data = packet.data[(offset >> 4) * 4:]
        if flags & SYN:
            self._record("connect", port)
            self._begun["answer", port] = self.now
            self._segment(port, packet.source, (1001, number + 1), ACK | PUSH, REQUEST)
        elif data:
            assert data.startswith(b"HTTP/1.1 400"), data
            self._record("answer", port)
            self._segment(port, packet.source, (acknowledged, 0), RST)

    def _record(self, what, key):
        begun = self._begun.pop((what, key), None)
        if begun is not None:
            self.times[what].append((self.now - begun) / virtual.SECOND)


def summary(times):
    return f"{statistics.median(times) * 1000:.2f} ms, at most {max(times) * 1000:.2f}" if times else "nothing"


class Checks:
    def check(self, flood, times, count, late=0):
        """Checks `times`, in seconds by kind: `count` answers of each kind, all but `late` of them within the limit."""
        with self.subTest(flood):
            for what, took in times.items():
                print(f"{flood}, {what}: {summary(took)}", flush=True)
                self.assertEqual(len(took), count, f"{what}: not all were answered")
                self.assertLess(sorted(took)[-1 - late], LIMIT, what)


@unittest.skipUnless(HOSTILE.exists(), "there is no hostile.elf in .build/images/tests: make images")
class UnderServalRun(Checks, unittest.TestCase):
    COUNT = 6

    def others(self, program, flood, hardware, board=systems.BOARD, visits=True):
        visitor = Visitor(hardware)
        for index in range(self.COUNT):
            visitor.at(4.6 + 0.0411 * index, visitor.ping)
            if visits:
                visitor.at(4.62 + 0.0411 * index, visitor.visit)
        console, _ = virtual.run(Emulated(program, flood, board), visitor, "5s")
        self.assertIn(f"{program}: hostile", console)
        times = visitor.times if visits else {"ping": visitor.times["ping"]}
        self.check(f"{board}, {program}, {flood}", times, self.COUNT)

    def test_a_hostile_nfs_and_the_web_server(self):
        for flood in FLOODS:
            self.others("nfs", flood, WEB_SERVER)

    def test_a_hostile_nfs_on_the_odroid(self):
        for flood in ("descriptors", "frames", "console"):
            self.others("nfs", flood, WEB_SERVER, board="odroidc4")

    def test_a_hostile_web_server_and_nfs(self):
        for flood in FLOODS:
            self.others("web_server", flood, NFS, visits=False)


@unittest.skipIf(systems.why_not_boot() or private.why_not(), systems.why_not_boot() or private.why_not())
class OnSeL4(Checks, unittest.TestCase):
    COUNT = 20

    def start(self, program, flood, network, directory):
        image = machine.build(
            "webserver", machine.BOARD, "release", directory, images=images(directory / "images", program),
            options=options(program, flood))
        return systems.boot(image, network)

    def others(self, program, flood, victim, measure):
        with testnet.Network(cable=False) as network, tempfile.TemporaryDirectory() as directory:
            with self.start(program, flood, network, pathlib.Path(directory)) as console:
                address = console.expect(rf"{victim}: address ([\d.]+)/", 60)[1]
                console.expect(f"{program}: hostile", 60)
                threading.Thread(target=self.drain, args=[console], daemon=True).start()
                # QEMU itself may wait for a processor once.
                self.check(f"{program}, {flood}", measure(address), self.COUNT, late=1)

    @staticmethod
    def drain(console):
        """Reads and drops the machine's output, so that it never blocks."""
        try:
            while console.process.poll() is None and os.read(console.process.stdout.fileno(), 65536):
                pass
        except (OSError, ValueError):
            pass

    def test_a_hostile_nfs_and_the_web_server(self):
        for flood in FLOODS:
            self.others("nfs", flood, "web_server", self.web_server_times)

    def test_a_hostile_web_server_and_nfs(self):
        for flood in FLOODS:
            self.others("web_server", flood, "nfs", self.ping_times)

    def ping_times(self, address):
        times = []
        for _ in range(self.COUNT):
            start = time.monotonic()
            if clients.ping(address, count=1, seconds=20 * LIMIT):
                times.append(time.monotonic() - start)
        return {"ping": times}

    def web_server_times(self, address):
        times = self.ping_times(address)
        times["connect"], times["answer"] = [], []
        for _ in range(self.COUNT):
            start = time.monotonic()
            try:
                with socket.create_connection((address, website.PORT), timeout=5) as connection:
                    times["connect"].append(time.monotonic() - start)
                    start = time.monotonic()
                    connection.sendall(REQUEST)
                    if connection.recv(1000).startswith(b"HTTP/1.1 400"):
                        times["answer"].append(time.monotonic() - start)
            except TimeoutError:
                pass
        return times


if __name__ == "__main__":
    unittest.main(verbosity=2)
