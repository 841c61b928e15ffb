#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` with a supervisor under `serval run`: while visitors load pages and files, each protection domain in turn is
killed at random instructions. Every byte is right, the next request is answered within a second of virtual time, and no buffer is
lost. With SERVAL_LONG=1 more often, and two at a time."""

import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

import exported
import stations
import systems
import virtual

import machine

WEB_SERVER = bytes.fromhex("525401000011")
LIMIT = 1.0
"""Longest time in seconds from a request to its answer, kills or not."""
IS_LONG = os.environ.get("SERVAL_LONG") == "1"
SEED = int(os.environ.get("SERVAL_SEED", "1"))
KILLS = 20 if IS_LONG else 2
"""Seconds between two kills of a domain: more than a restart takes, with the supervisor's delay."""
PERIOD = 2.5 if IS_LONG else 1.2
START = 4.0
DOMAINS = ["timer_driver", "serial_driver", "serial_virt_tx", "ethernet_driver", "net_virt_tx", "net_virt_rx", "entropy",
           "web_server", "web_server_net_copier", "nfs", "nfs_net_copier", "heartbeat"]


class Emulated:
    """The system under `serval run`."""

    def __init__(self, board=systems.BOARD, tool=machine.SERVAL, restart="yes"):
        self._tool, self._board = tool, board
        self._target = ["--sdk", "2.3.0", "--config", "debug"]
        self._directory = tempfile.TemporaryDirectory()
        output = pathlib.Path(self._directory.name)
        self.file = output / "webserver.system"
        options = {"nfs-server": virtual.ADDRESS, "nfs-ports": ":".join(map(str, exported.PORTS)), "nfs-directory": "/", "website-dir": "/",
                   "restart": restart}
        subprocess.run(
            [tool, "generate", "webserver", "--board", board, *self._target,
             *(word for name, value in options.items() for word in ("--set", f"{name}={value}")),
             "--images", machine.IMAGES, "--output", output], check=True, stdout=subprocess.DEVNULL)

    def command(self, *arguments):
        return [self._tool, "run", self.file, "--board", self._board, *self._target, *arguments]


class Load:
    """Visitors with small pages and with downloads, and what came of them."""

    def __init__(self, end, downloads=4, pages=8, size=400_000):
        source = random.Random(SEED)
        self.files = {"index.html": b"<p>hello\n", "page.html": source.randbytes(1000)}
        for index in range(downloads):
            # Each has a file of its own, so that memory of the web server does not answer for the NFS server.
            self.files[f"big{index}.bin"] = source.randbytes(size)
        self.stations = stations.Stations(SEED)
        server = exported.Server(self.files)
        for port in exported.PORTS:
            self.stations.listen(port, lambda: (server.receiver(), lambda *_: None))
        self.pages = [stations.Visitor(self.stations, WEB_SERVER, "/page.html", self.files["page.html"], 0.05,
                                       3 + 0.003 * index, end) for index in range(pages)]
        self.downloads = [stations.Visitor(self.stations, WEB_SERVER, f"/big{index}.bin", self.files[f"big{index}.bin"], 0.2,
                                           3.1 + 0.01 * index, end) for index in range(downloads)]

    def longest(self, visitors):
        return max((took for visitor in visitors for begin, took in visitor.answers if begin > START), default=0)


@unittest.skipIf(systems.why_not_run(), systems.why_not_run())
class UnderServalRun(unittest.TestCase):
    BOARD = systems.BOARD
    DOMAINS = DOMAINS

    @classmethod
    def setUpClass(cls):
        cls.system = Emulated(cls.BOARD)

    def visit(self, options, end, **load):
        load = Load(end, **load)
        console, errors = virtual.run(
            self.system, load.stations, f"{int((end + 1.5) * 1000)}ms", *options, "--seed", str(SEED), "--stats")
        return load, console, errors

    def check(self, name, load, errors, ends_connections, limit=LIMIT):
        kills = len(re.findall(r"' is killed", errors))
        broken = sum(visitor.broken for visitor in load.pages + load.downloads)
        refusals = [refusal for visitor in load.pages + load.downloads for refusal in visitor.refusals]
        pages, files = load.longest(load.pages), load.longest(load.downloads)
        print(f"{self.BOARD:18} {name:34} {kills:5} {pages * 1000:8.0f} {files * 1000:8.0f} {load.stations.resets:6} {broken:6} "
              f"{load.stations.retransmissions:6}", flush=True)
        with self.subTest(name):
            for visitor in load.pages + load.downloads:
                self.assertGreater(len(visitor.answers), 3, visitor.path)
            self.assertLess(pages, limit, "an answer took too long")
            self.assertEqual(refusals, [], "requests were refused")
            if not ends_connections:
                self.assertEqual(broken, 0, "answers broke off")
                self.assertEqual(load.stations.resets, 0, "connections were reset")
        return kills

    def test_each(self):
        print(f"\n{'board':18} {'killed':34} kills  page/ms  file/ms resets broken  again")
        for domain in self.DOMAINS:
            end = START + KILLS * PERIOD
            load, _, errors = self.visit(["--kill", f"{domain}@{int(START * 1000)}ms+{int(PERIOD * 1000)}ms"], end)
            kills = self.check(domain, load, errors, domain == "web_server")
            with self.subTest(domain):
                # Entropy is asked only by programs that start.
                if domain != "entropy":
                    self.assertGreaterEqual(kills, KILLS - 1)


    def test_two_at_once(self):
        """Two domains die at nearly the same moment; the generator's is asked by web_server, which starts."""
        pairs = [("entropy", "web_server"), ("nfs", "net_virt_rx"), ("web_server", "nfs"), ("timer_driver", "ethernet_driver")]
        if IS_LONG:
            chance = random.Random(SEED)
            pairs += [tuple(chance.sample(DOMAINS, 2)) for _ in range(20)]
        for pair in pairs:
            options = [word for domain in pair for word in ("--kill", f"{domain}@{int(START * 1000)}ms")]
            load, _, errors = self.visit(options, START + 2)
            self.check(" and ".join(pair), load, errors, "web_server" in pair)

    def test_silence(self):
        """A domain that hangs is found within a second."""
        for domain in ("net_virt_tx", "nfs", "timer_driver"):
            load, console, errors = self.visit(["--hang", f"{domain}@{int(START * 1000)}ms"], START + 3)
            self.check(f"{domain} hangs", load, errors, False, limit=2)
            self.assertIn(f"supervisor: {domain} no longer waits for events", console)


class OnTheOdroid(UnderServalRun):
    BOARD = "odroidc4"
    DOMAINS = DOMAINS if IS_LONG else ["timer_driver", "ethernet_driver", "nfs", "web_server"]
    # Nothing of these depends on the board.
    test_two_at_once = test_silence = None


if __name__ == "__main__":
    unittest.main(verbosity=2)
