#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `echo` against Linux's own TCP, over a cable that harms frames: under `serval run` for both boards, and on seL4 in
QEMU with each SDK. SERVAL_LONG=1 sends 100 MB instead of a few. See docs/testing-network.md."""

import os
import unittest

import clients
import systems

LONG = os.environ.get("SERVAL_LONG") == "1"
MEGABYTE = 1_000_000
BULK = 100 * MEGABYTE if LONG else 4 * MEGABYTE
HARMED = 10 * MEGABYTE if LONG else MEGABYTE // 2
ALL = {"loss": 5, "reorder": 5, "duplicate": 5, "corrupt": 5, "delay": 100}


class Checks(systems.OneMachine):
    """What every machine has to do."""

    def tearDown(self):
        self.network.harm()
        self.network.set_largest_packet(1500)

    def echo(self, size, **options):
        return clients.tcp_echo(
            self.machine.address, self.service.tcp_echo, size, half_closes=self.service.half_closes, **options)

    def need(self, port):
        if port is None:
            self.skipTest(f"{self.service.name} has no such server")
        return port

    def test_ping(self):
        self.assertEqual(clients.ping(self.machine.address), 3)
        self.assertEqual(clients.ping(self.machine.address, size=1472), 3)

    def test_datagrams(self):
        clients.udp_echo(self.machine.address, self.service.udp_echo, range(0, 1473, 46))

    def test_what_comes_in_fragments(self):
        self.network.set_largest_packet(576)
        clients.udp_echo(self.machine.address, self.service.udp_echo, [600, 1000, 1472])
        self.assertEqual(clients.ping(self.machine.address, size=1472), 3)
        self.network.harm(reorder=30, duplicate=10)
        clients.udp_echo(self.machine.address, self.service.udp_echo, [1472] * 20)

    def test_a_stream_there_and_back(self):
        self.echo(BULK, seconds=600 if LONG else 30)

    def test_many_connections_at_once(self):
        self.echo(16_384, connections=200)

    def test_one_connection_after_the_other(self):
        for _ in range(500 if LONG else 100):
            self.echo(100)

    def test_discard(self):
        clients.discard(self.machine.address, self.need(self.service.discard), BULK, seconds=600 if LONG else 30)

    def test_chargen(self):
        clients.chargen(self.machine.address, self.need(self.service.chargen), BULK, seconds=600 if LONG else 30)

    def harmed(self, size=HARMED, **impairment):
        with self.subTest(seed=self.network.seed, **impairment):
            self.network.harm(**impairment)
            self.echo(size, seconds=600 if LONG else 40)
            # Some answers arrive, and all that do are right.
            clients.udp_echo(self.machine.address, self.service.udp_echo, [500] * 10, allowed_loss=9, seconds=0.3)
            self.assertGreater(clients.ping(self.machine.address, count=10, seconds=0.3), 0)

    def test_loss(self):
        self.harmed(loss=5)

    def test_reordering(self):
        self.harmed(reorder=5)

    def test_duplicates(self):
        self.harmed(duplicate=5)

    def test_damage(self):
        self.harmed(corrupt=5)

    def test_delay(self):
        self.harmed(delay=100)

    def test_everything_at_once(self):
        self.harmed(size=HARMED if LONG else HARMED // 4, **ALL)

    def test_many_connections_while_frames_are_lost(self):
        self.network.harm(loss=2, delay=10)
        self.echo(8192, connections=50)

    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_a_long_stream_with_loss(self):
        self.network.harm(loss=5, reorder=1, duplicate=1, corrupt=1, delay=5)
        self.echo(BULK, seconds=1800)

    def test_a_cable_that_is_cut_for_seconds(self):
        self.echo(10_000)
        self.network.cut()
        with self.assertRaises(AssertionError):
            self.echo(10_000, connect_seconds=2)
        self.network.harm()
        self.echo(10_000)


EmulatedVirt = systems.on_machine(Checks, "EmulatedVirt", lambda cls: systems.Emulated(cls.service))
EmulatedOdroid = systems.on_machine(Checks, "EmulatedOdroid", lambda cls: systems.Emulated(cls.service, board="odroidc4"))
globals().update(systems.machine.on_each_sdk(
    "OnSeL4", lambda name, sdk: systems.on_machine(Checks, name, lambda cls: systems.OnSeL4(cls.service, sdk=sdk))))


if __name__ == "__main__":
    unittest.main(verbosity=2)
