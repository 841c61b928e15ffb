#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` with hostile visitors, a bad cable and a lying NFS server: under `serval run` for both boards, and on
seL4 in QEMU with each SDK. SERVAL_LONG=1 adds a file of 1 GB, each lie of the NFS server separately, and more of everything.
See docs/testing-network.md."""

import concurrent.futures
import contextlib
import hashlib
import os
import pathlib
import random
import statistics
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import ganesha  # noqa: E402
import hostile  # noqa: E402
import site_checks  # noqa: E402
import systems  # noqa: E402
import testnet  # noqa: E402
import visitors  # noqa: E402
import website  # noqa: E402

LONG = os.environ.get("SERVAL_LONG") == "1"
MEGABYTE = 1_000_000
"""Connections that the web server serves concurrently."""
PLACES = 1024
"""Longest wait of a visitor, in seconds: the NFS client gives each file operation 30 s."""
BOUND = 45


def patiently(action, seconds):
    """Repeats the action for up to `seconds` until it raises no error."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except (AssertionError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


class Checks:
    """Checks that share a machine, started once for the class. A class of tests says which machine by `target`."""

    @classmethod
    def target(cls, server):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(testnet.Network())
        cls.server = cls.enterClassContext(ganesha.Ganesha(testnet.LINUX))
        cls.site = cls.server.export / "site"
        website.lay_out(cls.site)
        cls.system = cls.target(cls.server)
        cls.machine = None
        cls.addClassCleanup(cls.stop)

    @classmethod
    def stop(cls):
        if cls.machine:
            cls.machine.__exit__()
            cls.machine = None

    @classmethod
    def machine_starts(cls):
        cls.machine = cls.system.start(cls.network).__enter__()
        cls.address = cls.machine.address
        try:
            website.first_answer(cls.address)
        except AssertionError:
            cls.stop()
            raise

    def setUp(self):
        if not self.machine:
            self.machine_starts()
        self.failures_before = self.faults()

    def tearDown(self):
        self.network.harm()
        try:
            self.assertTrue(self.machine.is_alive, self.machine.text()[-3000:])
            self.assertEqual(self.faults(), self.failures_before, self.machine.text()[-3000:])
            # Whatever happened, the next visitor is served.
            answer = visitors.ask(self.address, "/small.txt", seconds=10)
            self.assertEqual((answer.status, answer.body), (200, b"x" * 1024))
        except AssertionError:
            # A machine that one test broke is not the next test's failure.
            self.stop()
            raise

    def faults(self):
        """Lines on the console about faults of protection domains."""
        lines = self.machine.text().split("\n")
        return [line for line in lines if "MON|" in line or "fault" in line.lower() or "trap" in line.lower()]

    def file(self, name, size, seed=7):
        """Creates a file of the site that is not cached yet. Returns its hash."""
        whole = hashlib.sha256()
        with open(self.site / name, "wb") as file:
            left = size
            while left:
                block = site_checks.pattern(min(left, 10 * MEGABYTE), seed)
                file.write(block)
                whole.update(block)
                left -= len(block)
                seed += 1
        self.addCleanup((self.site / name).unlink)
        return whole.digest()

    def pages(self):
        """Requests all pages of the sample site, and compares them."""
        for path in ["index.html", "gallery.html", "style.css", "pictures/serval.png", "folder/index.html"]:
            answer = visitors.ask(self.address, "/" + path)
            self.assertEqual((answer.status, answer.body), (200, (site_checks.SAMPLE / path).read_bytes()), path)

    def download(self, name, digest, seconds=120):
        download = visitors.Download(self.address, "/" + name)
        self.assertEqual(download.read(seconds=seconds).digest, digest)
        download.close()

    def served_in_good_time(self, count=40, middle=1.0, last=5.0):
        """Whatever happens, other visitors are served."""
        times = []
        for _ in range(count):
            answer = visitors.ask(self.address, "/small.txt", seconds=20)
            self.assertEqual((answer.status, answer.body), (200, b"x" * 1024))
            times.append(answer.seconds)
        self.assertLess(statistics.median(times), middle)
        self.assertLess(max(times), last)

    # MARK: The cable

    def test_five_per_cent_loss(self):
        digest = self.file("loss.bin", 10 * MEGABYTE if LONG else 2 * MEGABYTE)
        self.network.harm(loss=5)
        self.pages()
        self.download("loss.bin", digest, seconds=600)

    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_everything_that_a_cable_does(self):
        digest = self.file("harm.bin", 2 * MEGABYTE)
        self.network.harm(loss=2, reorder=5, duplicate=5, corrupt=2, delay=20)
        self.pages()
        self.download("harm.bin", digest, seconds=600)

    def test_ten_megabytes(self):
        self.download("big.bin", hashlib.sha256((self.site / "big.bin").read_bytes()).digest())

    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_a_gigabyte(self):
        digest = self.file("gigabyte.bin", 1000 * MEGABYTE)
        self.download("gigabyte.bin", digest, seconds=1800)

    # MARK: Visitors

    def test_slow_ones_by_the_hundred(self):
        """Readers that do not read, and heads and bodies that arrive byte by byte."""
        count = 200 if LONG else 100
        with visitors.Crowd(self.address) as readers, visitors.Crowd(self.address) as writers:
            readers.add(count, b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n", buffer=4096)
            heads = writers.add(count, b"GET /index.html HTTP/1.1\r\nHo")
            writers.add(count, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            began = time.monotonic()
            while time.monotonic() - began < 6:
                writers.dribble()
                self.served_in_good_time(10)
            # The server allows 10 s for a head.
            time.sleep(max(0, 12 - (time.monotonic() - began)))
            for client in heads:
                self.assertEqual(client.recv(65536)[:12], b"HTTP/1.1 408")
            # The server cuts off readers that take nothing for 20 s, or less than 100 bytes per second over 20 s; then all places are
            # free. A byte sent on a closed connection is answered by a reset a moment later.
            if LONG:
                time.sleep(max(0, 30 - (time.monotonic() - began)))
                patiently(lambda: self.assertEqual(writers.dribble(), 0), 3)
                time.sleep(max(0, 45 - (time.monotonic() - began)))
                patiently(lambda: self.assertEqual(readers.dribble(), 0), 3)
            self.served_in_good_time()

    def test_a_reader_that_wakes_up(self):
        """After a zero window for a while, everything still arrives."""
        digest = self.file("window.bin", 3 * MEGABYTE)
        download = visitors.Download(self.address, "/window.bin", buffer=4096)
        time.sleep(6)
        self.assertEqual(download.read().digest, digest)
        download.close()

    def test_a_thousand_that_say_nothing(self):
        with visitors.Crowd(self.address) as crowd:
            crowd.add(1000)
            self.served_in_good_time()

    def test_a_crowd_that_comes_at_once(self):
        """No connection is reset."""
        self.assertEqual(set(visitors.rush(self.address, 700)), {200})

    def test_more_than_there_is_room_for(self):
        """Connections beyond the limit are told to retry, or wait; each gets an answer in the end."""
        with visitors.Crowd(self.address) as crowd:
            clients = crowd.add(PLACES + 100)
            refused = []
            for client in clients[-50:]:
                client.settimeout(BOUND)
                refused.append(client.recv(65536)[:12])
            self.assertEqual(set(refused), {b"HTTP/1.1 503"})
        patiently(lambda: self.served_in_good_time(10), 10)

    def test_those_that_break_off(self):
        chance = random.Random(self.network.seed)
        request = b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in range(500 if LONG else 100):
            with visitors.Crowd(self.address) as crowd:
                client, = crowd.add(1, request[:chance.randrange(1, len(request) + 20)])
                if chance.random() < 0.3:
                    time.sleep(0.01)
                visitors.rude_end(client)
        self.served_in_good_time(10)

    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_visitors_that_vanish(self):
        """The cable is cut, and the visitors are gone when it is back. Their places become free soon."""
        with visitors.Crowd(self.address) as crowd:
            crowd.add(PLACES // 2)
            crowd.add(PLACES // 4, b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n", buffer=4096)
            crowd.add(PLACES // 4, b"GET /index.html HTTP/1.1\r\nHo")
            self.network.cut()
            for client in crowd.clients:
                visitors.rude_end(client)
        time.sleep(3)
        self.network.harm()
        # The server allows 15 s without a request and 20 s without progress in an answer.
        patiently(self.room_for_all, 30)

    def room_for_all(self):
        """As many visitors as there are places are all served."""
        with visitors.Crowd(self.address) as crowd:
            crowd.add(PLACES - 24)
            self.served_in_good_time(10)
            self.assertEqual([client.recv(100) for client in crowd.clients if visitors.has_answer(client)], [])

    def test_malformed_requests(self):
        """Each gets its status, the connection is closed, and nothing after it is parsed as a request."""
        behind = b"GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n"
        for name, kind, request, status in visitors.smuggling_cases():
            with self.subTest(name):
                # The site accepts no bodies, and may say so before parsing them.
                allowed = {status, 405} if kind == "chunks" else {status}
                found = visitors.statuses(self.address, request + behind)
                self.assertEqual(len(found), 1, found)
                self.assertIn(found[0], allowed)

    def test_noise(self):
        chance = random.Random(self.network.seed)
        seeds = [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /big.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,20-\r\n\r\n"]
        seeds += [request for _, _, request, _ in visitors.smuggling_cases()]
        for _ in range(2000 if LONG else 150):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(data))
                data[at:at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
            with visitors.Crowd(self.address) as crowd:
                client, = crowd.add(1, bytes(data))
                client.shutdown(1)
                client.settimeout(BOUND)
                try:
                    answer = client.recv(65536)
                except ConnectionError:
                    continue
                self.assertTrue(not answer or answer.startswith(b"HTTP/1.1 "), answer[:100])
        self.pages()

    # MARK: The NFS server

    def test_a_server_that_goes_and_comes_back_during_downloads(self):
        digests = {f"restart{n}.bin": self.file(f"restart{n}.bin", 4 * MEGABYTE, n + 50) for n in range(4)}
        downloads = [visitors.Download(self.address, "/" + name) for name in digests]
        for download in downloads:
            download.read(100_000)
        self.server.stop()
        time.sleep(2)
        self.server.start()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for download in pool.map(lambda one: one.read(seconds=90), downloads):
                self.assertEqual(download.digest, digests[download.path[1:]])
                download.close()

    # A handler has 30 s to answer, and each piece of a body another 30 s, during which the lies may continue.
    PATIENCE = 100

    def hostile(self, way, seconds, server):
        """Has visitors send requests while replies are altered in this way. Returns the number of answers by status."""
        server.way = way
        seen, end, number = {}, time.monotonic() + seconds, 0
        directory = pathlib.Path(self.site, self._testMethodName)
        directory.mkdir()
        for index in range(8):
            (directory / f"{index}.bin").write_bytes(site_checks.pattern(200_000, index + 100))

        def visit(number):
            path = f"/{directory.name}/" + random.Random(number).choice([f"{number % 8}.bin", f"none{number}", "", "a/b"])
            answer = visitors.ask(self.address, path, seconds=self.PATIENCE)
            self.assertLess(answer.first, BOUND, path)
            return answer.status

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            waiting = set()
            while time.monotonic() < end or waiting:
                while time.monotonic() < end and len(waiting) < 16:
                    waiting.add(pool.submit(visit, number))
                    number += 1
                done, waiting = concurrent.futures.wait(waiting, self.PATIENCE, concurrent.futures.FIRST_COMPLETED)
                for one in done:
                    seen[one.result()] = seen.get(one.result(), 0) + 1
        return seen

    @contextlib.contextmanager
    def liar(self):
        """Replaces the real server by a hostile one; afterwards, pages are served again."""
        real = ganesha.Ganesha(export=self.server.export)
        self.addCleanup(real.directory.cleanup)
        with real:
            self.server.stop()
            ports = {self.server.files: real.files, self.server.mount: real.mount}
            try:
                with hostile.Server(testnet.LINUX, ports, self.network.seed) as server:
                    yield server
            finally:
                self.server.start()
            patiently(self.pages, self.PATIENCE)

    def lies(self, way, begins_honestly):
        """Each request gets an answer in bounded time."""
        with self.liar() as server:
            if begins_honestly:
                patiently(self.pages, BOUND)
            statuses = self.hostile(way, 10, server)
            self.assertGreater(sum(statuses.values()), 0)
        print(statuses, end=" ", file=sys.stderr, flush=True)
        return statuses

    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_a_server_that_lies_now_and_then(self):
        """Most visitors still get their page."""
        statuses = self.lies(hostile.now_and_then, begins_honestly=True)
        self.assertGreater(statuses.get(200, 0) + statuses.get(404, 0), sum(statuses.values()) // 2, statuses)


    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test_nothing_is_used_up(self):
        """Five minutes of visitors that read or break off, and a server that sometimes lies. If any leaked resources, they
        would run out, and the last visitor would wait longer than the first."""
        times, broken, end = [], [], time.monotonic() + 300
        chance = random.Random(self.network.seed)
        for index in range(300):
            self.file(f"visit{index}.bin", chance.randrange(1, 40_000), index)
        for index in range(300, 310):
            self.file(f"visit{index}.bin", MEGABYTE, index)

        def visit(number):
            chance = random.Random(number)
            while time.monotonic() < end:
                name = chance.choice(["visit", "none"]) + f"{chance.randrange(320)}.bin"
                if chance.random() < 0.7:
                    answer = visitors.ask(self.address, "/" + name, seconds=self.PATIENCE)
                    times.append(answer.seconds)
                    self.assertLess(answer.first, BOUND, name)
                    continue
                request = f"GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
                with visitors.Crowd(self.address) as crowd:
                    client, = crowd.add(1, request[:chance.randrange(1, 2 * len(request))], buffer=4096)
                    if chance.random() < 0.5:
                        time.sleep(chance.uniform(0, 0.02))
                    if chance.random() < 0.7:
                        visitors.rude_end(client)
                broken.append(name)

        with self.liar() as server:
            patiently(self.pages, BOUND)
            server.way = hostile.seldom
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                list(pool.map(visit, range(16)))
        first, last = (statistics.median(part) for part in (times[:len(times) // 5], times[-len(times) // 5:]))
        print(f"{len(times)} answers, {len(broken)} broken off, {first:.4f} s, {last:.4f} s", end=" ", file=sys.stderr)
        self.assertLess(last, 3 * first)


def _test_of(way, begins_honestly):
    @unittest.skipUnless(LONG, "SERVAL_LONG is not 1")
    def test(self):
        self.lies(way, begins_honestly)

    return test


# Each way is a separate test, so that what one does to the machine does not affect the next. Lies from the start mostly concern
# mounting; those of a server that turns hostile concern files.
for _way in [hostile.any_of_quick, *hostile.QUICK, *hostile.SLOW]:
    setattr(Checks, f"test_a_hostile_server_{_way.__name__}", _test_of(_way, False))
    setattr(Checks, f"test_a_server_that_turns_hostile_{_way.__name__}", _test_of(_way, True))


def whole(name, target):
    """A class of tests for a machine. Reasons to skip all of them that are cheap to find are found now."""
    reason = website.why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (Checks, unittest.TestCase), {"target": classmethod(target)}))


EmulatedVirt = whole("EmulatedVirt", lambda cls, server: website.Emulated(server))
EmulatedOdroid = unittest.skipUnless(LONG, "SERVAL_LONG is not 1")(
    whole("EmulatedOdroid", lambda cls, server: website.Emulated(server, board="odroidc4")))
globals().update(systems.machine.on_each_sdk(
    "OnSeL4", lambda name, sdk: whole(name, lambda cls, server: website.OnSeL4(server, sdk=sdk))))


if __name__ == "__main__":
    unittest.main(verbosity=2)
