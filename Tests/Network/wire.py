#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A bad cable between the machine's tap device and Linux's. Does what the kernel's netem does, but works without it, and
gives the same faults for the same seed and frames. Started by testnet.py."""

import argparse
import dataclasses
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time


@dataclasses.dataclass
class Impairment:
    """Percentages of the frames in each direction. Frames of the next `gap` ms overtake a reordered frame; `delay` is in ms."""

    loss: float = 0
    duplicate: float = 0
    corrupt: float = 0
    reorder: float = 0
    gap: float = 5
    delay: float = 0

    def __str__(self):
        parts = [f"{value:g} {'ms' if name == 'delay' else '%'} {name}"
                 for name, value in dataclasses.asdict(self).items() if value and name != "gap"]
        return ", ".join(parts) or "a good cable"


def plan(impairment, chance, frame):
    """Yields delay in milliseconds and bytes of each copy that arrives."""

    def happens(percent):
        return percent and chance.random() * 100 < percent

    if happens(impairment.loss):
        return
    for _ in range(2 if happens(impairment.duplicate) else 1):
        later = impairment.gap if happens(impairment.reorder) else 0
        copy = damaged(frame, chance) if happens(impairment.corrupt) else frame
        yield impairment.delay + later, copy


def damaged(frame, chance):
    """The frame with one bit of its IPv4 packet flipped. ARP frames stay intact: without a checksum, the damage would go
    unnoticed."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00":
        return frame
    at = chance.randrange(14, len(frame))
    return frame[:at] + bytes([frame[at] ^ 1 << chance.randrange(8)]) + frame[at + 1:]


class Recorder:
    """Writes frames to a pcap file with nanoseconds."""

    def __init__(self, path):
        self._file = open(path, "wb")
        self._file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65536, 1))

    def record(self, frame):
        seconds, rest = divmod(time.time_ns(), 1_000_000_000)
        self._file.write(struct.pack("<IIII", seconds, rest, len(frame), len(frame)) + frame)
        self._file.flush()


class Wire:
    """The cable itself. Delayed frames wait in a heap; beyond `limit` they are lost."""

    limit = 20_000

    def __init__(self, machine, linux, seed, recorder=None):
        self.impairment, self.is_down = Impairment(), False
        self._chance, self._recorder = random.Random(seed), recorder
        self._waiting, self._count = [], 0
        self._machine = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._machine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self._machine.setsockopt(263, 23, 1)  # SOL_PACKET, PACKET_IGNORE_OUTGOING: not what we send
        self._machine.bind((machine, 0))
        self._machine.setblocking(False)
        self._tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._tap, 0x400454ca, struct.pack("16sH22x", linux.encode(), 0x1002))  # TUNSETIFF: a tap

    def _read_machine(self):
        return self._machine.recv(65536)

    def _read_linux(self):
        return os.read(self._tap, 65536)

    def _write_linux(self, frame):
        os.write(self._tap, frame)

    def _write_machine(self, frame):
        self._machine.send(frame)

    def _forward(self, read, write):
        for _ in range(64):
            try:
                frame = read()
            except OSError:
                return
            if self.is_down:
                continue
            for delay, copy in plan(self.impairment, self._chance, frame):
                if not delay:
                    self._put(write, copy)
                elif len(self._waiting) < self.limit:
                    self._count += 1
                    heapq.heappush(self._waiting, (time.monotonic() + delay / 1000, self._count, write, copy))

    def _put(self, write, frame):
        if self._recorder:
            self._recorder.record(frame)
        try:
            write(frame)
        except OSError:
            pass  # A queue is full, or the device is down: the frame is lost.

    def run(self):
        poll = select.poll()
        for descriptor in (self._machine.fileno(), self._tap, 0):
            poll.register(descriptor, select.POLLIN)
        while True:
            wait = None
            if self._waiting:
                wait = max(0, (self._waiting[0][0] - time.monotonic()) * 1000)
            for descriptor, _ in poll.poll(wait):
                if descriptor == 0:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    self._obey(json.loads(line))
                elif descriptor == self._tap:
                    self._forward(self._read_linux, self._write_machine)
                else:
                    self._forward(self._read_machine, self._write_linux)
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now:
                _, _, write, frame = heapq.heappop(self._waiting)
                self._put(write, frame)

    def _obey(self, order):
        self.is_down = order.pop("down", False)
        self.impairment = Impairment(**order)
        print("done", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machine")
    parser.add_argument("linux")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", help="file for Wireshark, with what arrives")
    options = parser.parse_args()
    recorder = Recorder(options.record) if options.record else None
    wire = Wire(options.machine, options.linux, options.seed, recorder)
    print("ready", flush=True)
    wire.run()


if __name__ == "__main__":
    main()
