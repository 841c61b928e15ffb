#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Three hundred hosts of the machine's own network connect at once, none of which it has heard of: nobody waits for a
neighbour to be found. Under `serval run`, and on seL4 in QEMU where MICROKIT_SDK is set."""

import contextlib
import selectors
import socket
import subprocess
import sys
import time
import unittest

import private
import systems
import testnet

HOSTS = 300
"""Seconds that a connect may take."""
BOUND = 0.2
"""Crowds, each of hosts of its own: where the computer that runs this is busy, one of them comes at a better moment."""
CROWDS = 4


def address_of(crowd, number):
    return f"10.7.{16 * (crowd + 1) + number // 200}.{1 + number % 200}"


def add_hosts(device):
    """Gives Linux the addresses of all crowds."""
    names = [address_of(crowd, number) for crowd in range(CROWDS) for number in range(HOSTS)]
    orders = "".join(f"address add {name}/16 dev {device}\n" for name in names)
    subprocess.run(["ip", "-batch", "-"], input=orders, text=True, check=True)


def connect(target, port, sources):
    """From each source a connection, all at once, and a word that comes back: seconds until each was connected."""
    connected, answered, word = [], 0, b"hello"
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        clients = []
        for source in sources:
            client = stack.enter_context(socket.socket())
            client.bind((source, 0))
            client.setblocking(False)
            clients.append(client)
        for client in clients:
            selector.register(client, selectors.EVENT_WRITE, time.monotonic())
            client.connect_ex((target, port))
        deadline = time.monotonic() + 20
        while answered < len(sources):
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(connected)} of {len(sources)} connected, {answered} have their answer")
            for key, events in selector.select(1):
                if events & selectors.EVENT_WRITE:
                    connected.append(time.monotonic() - key.data)
                    key.fileobj.send(word)
                    selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
                else:
                    answered += 1
                    if key.fileobj.recv(100) != word:
                        raise AssertionError("something else came back")
                    selector.unregister(key.fileobj)
    return connected


class Checks:
    @classmethod
    def target(cls):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.service = systems.chosen()
        cls.system = cls.target()
        cls.network = cls.enterClassContext(testnet.Network(cable=False))
        cls.network.dhcp.server.mask = "255.255.0.0"
        add_hosts(cls.network.linux_device)
        cls.machine = cls.enterClassContext(cls.system.start(cls.network))

    def crowd(self, sources):
        """Seconds until the slowest was connected, when the last crowd's connections are closed."""
        time.sleep(1)
        return max(connect(self.machine.address, self.service.tcp_echo, sources))

    def test_three_hundred_at_once(self):
        # Where this computer is so busy that as many of one host take longer than the bound, strangers may, too, but not
        # by more than it.
        seen = []
        for number in range(CROWDS):
            known = self.crowd([testnet.LINUX] * HOSTS)
            strangers = self.crowd([address_of(number, host) for host in range(HOSTS)])
            seen.append(f"{strangers * 1000:.0f} ms ({known * 1000:.0f} of one host)")
            if strangers < max(BOUND, known + BOUND):
                break
        else:
            self.fail(f"the slowest of {HOSTS}: {', '.join(seen)}")
        print(f"the slowest of {HOSTS}: {', '.join(seen)}", end=" ", file=sys.stderr, flush=True)


def whole(name, target):
    reason = private.why_not() or systems.why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (Checks, unittest.TestCase), {"target": classmethod(target)}))


Emulated = whole("Emulated", lambda cls: systems.Emulated(systems.chosen()))
OnSeL4 = unittest.skipIf(systems.why_not_boot(), systems.why_not_boot())(
    whole("OnSeL4", lambda cls: systems.OnSeL4(systems.chosen())))


if __name__ == "__main__":
    unittest.main(verbosity=2)
