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
    """Each source connects, and sends a word that comes back: seconds until it was connected, and to the word."""
    connected, answered, began = {}, {}, {}
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        clients = []
        for source in sources:
            client = stack.enter_context(socket.socket())
            client.bind((source, 0))
            client.setblocking(False)
            clients.append((source, client))
        for source, client in clients:
            began[source] = time.monotonic()
            client.connect_ex((target, port))
            selector.register(client, selectors.EVENT_WRITE, source)
        deadline = time.monotonic() + 20
        while len(answered) < len(sources):
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(connected)} of {len(sources)} connected, {len(answered)} have their answer")
            for key, events in selector.select(1):
                took = time.monotonic() - began[key.data]
                if events & selectors.EVENT_WRITE:
                    key.fileobj.send(key.data.encode())
                    connected[key.data] = took
                    selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
                elif key.fileobj.recv(100) == key.data.encode():
                    answered[key.data] = took
                    selector.unregister(key.fileobj)
                else:
                    raise AssertionError(f"{key.data} got something else")
    return connected, answered


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

    def test_three_hundred_at_once(self):
        seen = []
        for crowd in range(CROWDS):
            sources = [address_of(crowd, number) for number in range(HOSTS)]
            connected, answered = connect(self.machine.address, self.service.tcp_echo, sources)
            seen.append(f"connected {max(connected.values()) * 1000:.0f} ms, answer {max(answered.values()) * 1000:.0f} ms")
            if max(connected.values()) < BOUND:
                break
        else:
            self.fail(f"the slowest of {HOSTS}: {'; '.join(seen)}")
        print(f"the slowest of {HOSTS}: {'; '.join(seen)}", end=" ", file=sys.stderr, flush=True)


def whole(name, target):
    reason = private.why_not() or systems.why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (Checks, unittest.TestCase), {"target": classmethod(target)}))


Emulated = whole("Emulated", lambda cls: systems.Emulated(systems.chosen()))
OnSeL4 = unittest.skipIf(systems.why_not_boot(), systems.why_not_boot())(
    whole("OnSeL4", lambda cls: systems.OnSeL4(systems.chosen())))


if __name__ == "__main__":
    unittest.main(verbosity=2)
