#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` with a supervisor on seL4: protection domains are killed during a download, and the site goes on. Time is
that of this machine and of QEMU's user network, which sends again after a second at the earliest, so it is printed, and only bounded."""

import os
import pathlib
import random
import tempfile
import threading
import time
import unittest

import ganesha
import killer
import machine
import site_checks
import webserver

SIZE = 6_000_000
"""Seconds in which the site has to answer again."""
LIMIT = 15
# Others continue after system calls at addresses where busy code of larger programs is, too, so that the stub stops all the time and
# does not get to them.
DOMAINS = ["ethernet_driver", "net_virt_rx", "web_server"]
SEED = int(os.environ.get("SERVAL_SEED", "1"))


@unittest.skipIf(machine.why_not() or ganesha.why_not(), machine.why_not() or ganesha.why_not())
class OnSeL4(webserver.OnSeL4, unittest.TestCase):
    # Those of the sample site are webserver.py's.
    test_the_sample_site = test_fixed_addresses = test_a_server_that_comes_later_and_goes_during_a_download = None

    def start(self, server, port, debugger):
        output = tempfile.TemporaryDirectory()
        self.addCleanup(output.cleanup)
        os.environ.update(
            NFS_SERVER="10.0.2.2", NFS_DIRECTORY=str(server.export), WEBSITE_DIR="site",
            NFS_PORTS=f"{server.files}:{server.mount}")
        self.images = pathlib.Path(output.name, "system")
        image = machine.build(
            "webserver", machine.BOARD, "release", pathlib.Path(output.name), options=["--set", "restart=yes"], sdk=self.sdk)
        return machine.Machine(
            image, "-gdb", f"tcp:127.0.0.1:{debugger}", *webserver.DEVICE.split(),
            *webserver.FORWARD.format(port=port, address=webserver.ADDRESS).split())

    def test_each(self):
        for number, sdk in machine.sdks().items():
            with self.subTest(sdk=number):
                self.sdk = sdk
                self.kill_each(number)

    def kill_each(self, number):
        chance = random.Random(SEED)
        port, debugger = machine.free_port(), machine.free_port()
        with ganesha.Ganesha() as server:
            site_checks.lay_out(server.export / "site", SIZE)
            with self.start(server, port, debugger) as console:
                console.expect(r"web_server: address 10\.0\.2\.15", 60)
                self.drain(console)
                client = site_checks.Client(self, port)
                client.wait()
                stub = killer.Killer(debugger)
                self.addCleanup(stub.close)
                print(f"\nSDK {number}: killed, seconds until the next answer, download")
                for domain in DOMAINS:
                    with self.subTest(domain):
                        self.kill(domain, stub, client, chance)

    def kill(self, domain, stub, client, chance):
        outcome = []

        def load():
            try:
                body = client.get("/big.bin")[2]
                outcome.append("whole" if body == site_checks.pattern(SIZE) else "wrong")
            except OSError:
                outcome.append("reset")
            except Exception as problem:
                outcome.append(repr(problem))

        download = threading.Thread(target=load)
        download.start()
        time.sleep(0.1)
        place = stub.kill(killer.Image(self.images / f"{domain}.elf", domain), chance)
        begin = time.monotonic()
        client.wait(LIMIT)
        took = time.monotonic() - begin
        download.join(120)
        print(f"{domain:24} {place:#x} {took:6.2f} {outcome}", flush=True)
        if domain == "web_server":
            self.assertNotEqual(outcome, ["wrong"])
        else:
            self.assertEqual(outcome, ["whole"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
