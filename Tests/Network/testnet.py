# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The network of a test: Linux with a DHCP server at 10.7.0.1, a cable, and a tap device for the machine."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import dhcp
import private
import wire

HERE = pathlib.Path(__file__).resolve().parent
LINUX = "10.7.0.1"


class Network:
    """With `cable`, every frame passes through wire.py, which can harm it. Without, the machine and Linux are connected
    directly, which is faster."""

    machine_tap = "machine0"

    def __init__(self, cable=True, lease=3600, seed=None):
        private.enter()
        self.seed = int(os.environ.get("SERVAL_SEED", "1")) if seed is None else seed
        self._cable = None
        self._taps = [self.machine_tap]
        self.linux_device = self.machine_tap
        private.add_tap(self.machine_tap, None if cable else f"{LINUX}/24")
        if cable:
            self.linux_device = "linux0"
            private.add_tap("linux0", f"{LINUX}/24")
            self._taps.append("linux0")
            command = [sys.executable, HERE / "wire.py", self.machine_tap, "linux0", "--seed", str(self.seed)]
            record = os.environ.get("SERVAL_RECORD")
            self._cable = subprocess.Popen(
                [*command, "--record", record] if record else command, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True)
            self._cable.stdout.readline()
        self.dhcp = dhcp.Service(dhcp.Server(LINUX, lease), self.linux_device)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.dhcp.close()
        if self._cable:
            self._cable.stdin.close()
            self._cable.wait(5)
            self._cable.stdout.close()
        for tap in self._taps:
            private.remove(tap)

    def harm(self, **impairment):
        """Sets how the cable harms frames from now on (see wire.Impairment); without arguments it does not."""
        self._order(dataclasses.asdict(wire.Impairment(**impairment)))

    def set_largest_packet(self, size):
        """Makes Linux fragment larger packets; it still receives them."""
        private.ip(f"link set {self.linux_device} mtu {size}")

    def cut(self):
        self._order({"down": True})

    def _order(self, order):
        self._cable.stdin.write(json.dumps(order) + "\n")
        self._cable.stdin.flush()
        if self._cable.stdout.readline().strip() != "done":
            raise AssertionError("wire.py ended")

    def address_of_machine(self, seconds=30):
        """Waits until DHCP has given the machine an address, and returns it."""
        self.dhcp.wait(lambda server: any(kind == dhcp.REQUEST for kind, _ in server.seen), seconds)
        return next(iter(self.dhcp.server.leases.values()))
