#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `echo` in virtual time, on both boards: leases that are renewed, expire or are refused, routers outside the lease's
network and dead ones, another station with our address, a silent DHCP server, an unplugged cable, an uneventful day. RFC
2131's times are T1 = 1/2 and T2 = 7/8 of the lease (4.4.5)."""

import os
import re
import unittest

import dhcp
import systems
import virtual

LONG = os.environ.get("SERVAL_LONG") == "1"
BOARDS = [systems.BOARD, "odroidc4"]
FAR, ROUTER = "203.0.113.5", b"\x02\0\0\0\0\x02"


@unittest.skipIf(systems.why_not_run(), systems.why_not_run())
class Leases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.systems = {board: systems.Emulated(systems.chosen(), board=board) for board in BOARDS}

    def on_each(self, prepare, duration, *arguments, lease=3600, boards=BOARDS):
        """Yields the host after a run on each board, with the console's text."""
        for board in boards:
            system = self.systems[board]
            with self.subTest(board):
                host = virtual.Host(lease)
                prepare(host)
                console, _ = virtual.run(system, host, duration, *arguments)
                yield host, console

    def test_an_address_and_answers(self):
        for host, console in self.on_each(lambda host: host.every(1, host.echo, 5, 15), "20s"):
            self.assertIn("10.7.0.10", console)
            self.assertEqual(len(host.answers), 20)

    def day(self, board, hours):
        """Leases of an hour: renewed each half hour, and otherwise nothing runs."""
        end = hours * 3600
        for host, _ in self.on_each(lambda host: host.at(end - 60, host.echo), f"{hours}h", boards=[board]):
            requests = host.times(dhcp.REQUEST)
            self.assertEqual(len(host.times(dhcp.DISCOVER)), 1)
            self.assertIn(len(requests), range(2 * hours - 2, 2 * hours + 2))
            between = [b - a for a, b in zip(requests[1:], requests[2:])]
            self.assertTrue(all(1750 <= gap <= 1850 for gap in between), between)
            self.assertEqual(host.answered(end - 60, end), 2)

    def test_a_day_in_which_nothing_happens(self):
        self.day(systems.BOARD, 24)

    def test_a_day_on_the_odroid(self):
        # Its timer has 16 bits and interrupts more often, so that a day takes longer.
        self.day("odroidc4", 24 if LONG else 3)

    def test_what_an_idle_hour_costs(self):
        """Counts the instructions of all domains in an hour without a renewal."""

        def instructions(system, duration):
            _, table = virtual.run(system, virtual.Host(lease=1_000_000), duration, "--stats")
            return sum(int(count) for count in re.findall(r"^\w+ +(\d+) ", table, re.MULTILINE))

        for board, system in self.systems.items():
            with self.subTest(board):
                idle = instructions(system, "61min") - instructions(system, "1min")
                # Timer A of the Odroid-C4 overflows every 65 ms.
                self.assertLess(idle, 40_000_000 if board == "odroidc4" else 1000)

    def test_a_server_that_is_silent_for_a_minute(self):
        """Silence while the lease is due for renewal: the machine keeps its address and answers throughout."""

        def prepare(host):
            host.at(50, lambda: setattr(host.server, "is_silent", True))
            host.at(110, lambda: setattr(host.server, "is_silent", False))
            host.every(10, host.echo, 5, 300)

        for host, _ in self.on_each(prepare, "300s", lease=180):
            self.assertEqual(len(host.times(dhcp.DISCOVER)), 1)
            self.assertEqual(len(host.answers), 60)
            self.assertTrue(any(110 <= time < 180 for time in host.times(dhcp.REQUEST)))

    def test_a_lease_that_runs_out(self):
        """The address is given up, and used again when the server is back."""

        def prepare(host):
            host.at(20, lambda: setattr(host.server, "is_silent", True))
            host.at(200, lambda: setattr(host.server, "is_silent", False))
            host.every(5, host.echo, 5, 400)

        for host, _ in self.on_each(prepare, "400s", lease=60):
            self.assertEqual(host.answered(100, 200), 0)
            self.assertTrue(any(time >= 60 for time in host.times(dhcp.DISCOVER)))
            # DISCOVERs are repeated after 65 s at most.
            self.assertEqual(host.answered(300, 400), 40)

    def test_a_server_that_refuses(self):
        def prepare(host):
            host.at(20, lambda: setattr(host.server, "refuses", True))
            host.at(60, lambda: setattr(host.server, "refuses", False))
            host.every(5, host.echo, 5, 300)

        for host, _ in self.on_each(prepare, "300s", lease=60):
            self.assertEqual(host.answered(40, 55), 0)
            self.assertGreater(len(host.times(dhcp.DISCOVER)), 1)
            self.assertEqual(host.answered(200, 300), 40)

    def test_a_server_that_comes_up_late(self):
        def prepare(host):
            host.server.is_silent = True
            host.at(300, lambda: setattr(host.server, "is_silent", False))
            host.every(5, host.echo, 5, 500)

        for host, _ in self.on_each(prepare, "500s"):
            # Exponential backoff up to 64 s (RFC 2131, 4.1): few in five minutes.
            self.assertIn(len([t for t in host.times(dhcp.DISCOVER) if t < 300]), range(5, 12))
            self.assertEqual(host.answered(400, 500), 40)

    def test_a_cable_that_is_out_for_a_minute(self):
        for host, _ in self.on_each(
                lambda host: host.every(5, host.echo, 5, 200), "200s", "--link", "down@32s,up@92s"):
            self.assertEqual(host.answered(32, 92), 0)
            self.assertEqual(host.answered(95, 200), 42)

    def test_a_cable_that_is_put_in_late(self):
        for host, _ in self.on_each(
                lambda host: host.every(5, host.echo, 100, 200), "200s", "--link", "down@0s,up@60s"):
            self.assertEqual(host.answered(150, 200), 20)

    def test_a_lease_alone_in_its_network(self):
        """As in clouds: a mask of 32 bits and a router outside the network, from options 3 and 121."""
        router = "172.31.1.1"
        routes = bytes([121, 14, 32, 172, 31, 1, 1, 0, 0, 0, 0, 0, 172, 31, 1, 1])
        for routers, extra in (([router], b""), (["10.7.0.99"], routes)):

            def prepare(host):
                host.server.mask, host.server.routers, host.server.extra = "255.255.255.255", routers, extra
                host.stations[router] = ROUTER
                host.every(1, lambda: host.datagram(FAR), 5, 15)

            for host, console in self.on_each(prepare, "20s"):
                self.assertIn(f"address 10.7.0.10/32, router {router}", console)
                # The first may be lost during address resolution of the router.
                self.assertGreaterEqual(len(host.answers), 9)

    def test_a_router_that_dies(self):
        """The second router takes over (RFC 1122, 3.3.1)."""

        def prepare(host):
            host.server.routers = ["10.7.0.2", "10.7.0.3"]
            host.stations.update({"10.7.0.2": ROUTER, "10.7.0.3": ROUTER[:5] + b"\x03"})
            host.at(30, lambda: host.stations.pop("10.7.0.2"))
            host.every(1, lambda: host.datagram(FAR), 5, 200)

        for host, _ in self.on_each(prepare, "200s"):
            self.assertEqual(host.answered(6, 30), 24)
            # A resolved address is valid for a minute.
            self.assertGreaterEqual(host.answered(110, 200), 89)

    def test_another_station_with_our_address(self):
        """RFC 5227, 2.4: the machine defends its address once; after a second claim it gives the address up and asks for
        another."""

        def prepare(host):
            for time in (20, 60, 65):
                host.at(time, lambda: host.claim(ROUTER))
            host.every(1, host.echo, 5, 100)

        for host, console in self.on_each(prepare, "100s"):
            ours = [time for time, address in host.announced if address == "10.7.0.10"]
            self.assertEqual([round(time) for time in ours[-2:]], [20, 60])
            self.assertEqual(len(ours), 4)
            self.assertEqual([round(time) for time in host.times(dhcp.DECLINE)], [65])
            self.assertEqual(host.answered(5, 65), 120)
            self.assertEqual(host.answered(80, 100), 40)
            self.assertEqual(console.count("another station, 02:00:00:00:00:02, uses our address 10.7.0.10 too"), 2)
            self.assertIn("no address any more", console)
            self.assertIn("address 10.7.0.11/24", console)

    def test_a_lease_for_ever(self):
        for _, console in self.on_each(lambda host: None, "10s", lease=0xffffffff):
            self.assertIn("lease forever", console)

    def test_a_lease_of_a_second(self):
        """It counts as a lease of 30 s, so that the server is not asked incessantly."""
        for host, _ in self.on_each(lambda host: host.every(1, host.echo, 5, 100), "100s", lease=1):
            self.assertLessEqual(len(host.times(dhcp.REQUEST)), 8)
            self.assertEqual(len(host.answers), 190)

    def test_two_runs_are_the_same(self):
        frames = []
        for _ in range(2):
            host = virtual.Host(lease=60)
            host.every(7, host.echo, 3, 600)
            virtual.run(self.systems[BOARDS[0]], host, "600s")
            frames.append((host.messages, host.answers))
        self.assertEqual(*frames)


if __name__ == "__main__":
    unittest.main(verbosity=2)
