#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Three hundred unknown hosts of the machine's own network connect at once, and none waits for address resolution. Under
`serval run`, and on seL4 in QEMU if MICROKIT_SDK is set."""

import contextlib
import selectors
import socket
import subprocess
import sys
import time
import unittest

import systems
import testnet

HOSTS = 300
"""Longest time to connect, in seconds."""
BOUND = 0.2
"""Crowds of different hosts: if this computer is busy, one of them may meet a quieter moment."""
CROWDS = 4


def address_of(crowd, number):
    return f"10.7.{16 * (crowd + 1) + number // 200}.{1 + number % 200}"


def add_hosts(device):
    """Adds the addresses of all crowds to Linux."""
    names = [address_of(crowd, number) for crowd in range(CROWDS) for number in range(HOSTS)]
    orders = "".join(f"address add {name}/16 dev {device}\n" for name in names)
    subprocess.run(["ip", "-batch", "-"], input=orders, text=True, check=True)


def connect(target, port, sources):
    """Connects from each source at once, and has a word echoed. Returns the seconds that each took to connect."""
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


class Checks(systems.OneMachine):
    @classmethod
    def make_network(cls):
        network = testnet.Network(cable=False)
        network.dhcp.server.mask = "255.255.0.0"
        add_hosts(network.linux_device)
        return network

    def crowd(self, sources):
        """Seconds that the slowest took to connect, after the last crowd's connections are closed."""
        time.sleep(1)
        return max(connect(self.machine.address, self.service.tcp_echo, sources))

    def test_three_hundred_at_once(self):
        # If this computer is so busy that as many connections from one known host exceed the bound, strangers may take longer by
        # at most the bound.
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


Emulated = systems.on_machine(Checks, "Emulated", lambda cls: systems.Emulated(cls.service))
OnSeL4 = unittest.skipIf(systems.why_not_boot(), systems.why_not_boot())(
    systems.on_machine(Checks, "OnSeL4", lambda cls: systems.OnSeL4(cls.service)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
