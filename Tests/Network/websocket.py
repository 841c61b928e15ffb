#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""WebSocket clients of other makers against `websocket-server`, a program of this machine, and a hostile peer among others.

Each needs its client: the Python package `websockets`, Chromium, and the Autobahn test suite. The latter needs Python 2.7:
`python2 -m virtualenv DIR && DIR/bin/pip install autobahntestsuite==0.8.2`, then `SERVAL_WSTEST=DIR/bin/wstest`."""

import base64
import collections
import contextlib
import json
import multiprocessing
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

try:
    import websockets.exceptions
    import websockets.sync.client
except ImportError:
    websockets = None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVER = pathlib.Path(os.environ.get("SERVAL_WEBSOCKET_SERVER", ROOT / ".build" / "debug" / "websocket-server"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WSTEST = os.environ.get("SERVAL_WSTEST") or shutil.which("wstest")
EURO = "\u20ac"


class WithServer(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen([SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.server.stdout.readline())
        self.addCleanup(self.stop)

    def stop(self):
        self.assertIsNone(self.server.poll(), "the server has ended")
        self.server.stdin.close()
        self.assertEqual(self.server.wait(10), 0)
        self.server.stdout.close()

    def url(self, path):
        return f"ws://127.0.0.1:{self.port}{path}"


@unittest.skipUnless(websockets, "the Python package websockets is not installed")
class Websockets(WithServer):
    def connect(self, path="/echo", **options):
        return websockets.sync.client.connect(self.url(path), max_size=1 << 25, **options)

    def test_messages_of_all_lengths(self):
        with self.connect() as peer:
            for count in [0, 1, 125, 126, 65535, 65536, 1 << 20]:
                peer.send("x" * count)
                self.assertEqual(peer.recv(), "x" * count)
                peer.send(bytes(count))
                self.assertEqual(peer.recv(), bytes(count))
            peer.send(EURO * 1000)
            self.assertEqual(peer.recv(), EURO * 1000)

    def test_fragments_and_pings(self):
        with self.connect() as peer:
            pong = peer.ping(b"payload")
            peer.send(["one, ", "two, ", "three"])
            self.assertEqual(peer.recv(), "one, two, three")
            self.assertTrue(pong.wait(5))

    def test_closing(self):
        with self.connect() as peer:
            peer.close(4321, "enough")
        self.assertEqual(peer.protocol.close_code, 4321)

    def test_subprotocol(self):
        with self.connect(subprotocols=["first", "echo"]) as peer:
            self.assertEqual(peer.subprotocol, "echo")
        with self.connect(subprotocols=["first"]) as peer:
            self.assertIsNone(peer.subprotocol)

    def test_compression_is_not_offered(self):
        with self.connect(compression="deflate") as peer:
            self.assertEqual(peer.protocol.extensions, [])

    def test_pages_of_other_servers(self):
        with self.connect(origin=f"http://127.0.0.1:{self.port}") as peer:
            peer.send("own")
            self.assertEqual(peer.recv(), "own")
        with self.assertRaises(websockets.exceptions.InvalidStatus) as refusal:
            self.connect(origin="http://example.com")
        self.assertEqual(refusal.exception.response.status_code, 403)

    def test_a_chat(self):
        with contextlib.ExitStack() as open_members:
            members = [open_members.enter_context(self.connect("/chat")) for _ in range(20)]
            for number, member in enumerate(members):
                member.send(f"member {number}")
            for member in members:
                heard = {member.recv(timeout=10) for _ in members}
                self.assertEqual(heard, {f"member {number}" for number in range(20)})


@unittest.skipUnless(CHROMIUM, "Chromium is not installed")
class Browser(WithServer):
    def test_a_page(self):
        with tempfile.TemporaryDirectory() as folder:
            page = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--dump-dom",
                 f"http://127.0.0.1:{self.port}/trial"],
                capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": folder})
        self.assertIn("<title>echo Hello long 1,0,255 4001  true</title>", page.stdout)


@unittest.skipUnless(WSTEST, "the Autobahn test suite is not installed; set SERVAL_WSTEST")
class Autobahn(WithServer):
    """The cases of groups 1 to 7, 9 and 10; 12 and 13 are about compression."""

    def test_every_case(self):
        groups = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
        if not os.environ.get("SERVAL_LONG"):
            groups.remove("9.*")
        with tempfile.TemporaryDirectory() as folder:
            specification = pathlib.Path(folder, "cases.json")
            specification.write_text(json.dumps({
                "outdir": folder, "servers": [{"agent": "serval", "url": self.url("/echo")}], "cases": groups,
                "exclude-cases": [], "exclude-agent-cases": {}}))
            subprocess.run(
                [WSTEST, "-m", "fuzzingclient", "-s", specification], check=True, capture_output=True, timeout=1200)
            results = json.loads(pathlib.Path(folder, "index.json").read_text())["serval"]
        self.assertGreaterEqual(len(results), 247)
        for name, result in sorted(results.items()):
            with self.subTest(case=name):
                self.assertIn(result["behavior"], ["OK", "INFORMATIONAL"])
                self.assertIn(result["behaviorClose"], ["OK", "INFORMATIONAL"])
        print(collections.Counter(result["behavior"] for result in results.values()))


class Peer:
    """A client of our own, which can misbehave."""

    def __init__(self, port, path="/chat"):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(10)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.input = self.socket.makefile("rb")
        assert self.input.readline().startswith(b"HTTP/1.1 101 ")
        while self.input.readline() != b"\r\n":
            pass

    @staticmethod
    def frame(opcode, payload, final=True):
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        # The mask is zero, which leaves the payload as it is.
        return bytes([(0x80 if final else 0) | opcode]) + length + bytes(4) + payload

    def send(self, text):
        self.socket.sendall(self.frame(1, text))

    def receive(self):
        """The next message."""
        while True:
            opcode, size = self.input.read(2)
            if size == 126:
                size, = struct.unpack(">H", self.input.read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.input.read(8))
            payload = self.input.read(size)
            if opcode & 15 in (1, 2):
                return payload
            if opcode & 15 == 8:
                raise ConnectionError(f"closed with {struct.unpack('>H', payload[:2])[0]}")

    def close(self):
        self.input.close()
        self.socket.close()


class Hostile(WithServer):
    """One member of a chat does what it can, while the others talk: the time from a message to its arrival at another."""

    def measure(self, misbehave, own="/chat"):
        """Median and maximum of the others' times in milliseconds, with the hostile peer; and the frames that it sent."""
        talker, listener = Peer(self.port), Peer(self.port)
        hostile = Peer(self.port, own)
        sent = multiprocessing.Value("l", 0)

        def flood():
            # It may be closed at some time, and reset.
            with contextlib.suppress(OSError):
                while True:
                    sent.value += misbehave(hostile)

        # A process of its own, as threads of Python wait for each other.
        process = multiprocessing.get_context("fork").Process(target=flood)
        process.start()
        times = []
        try:
            for number in range(200):
                text = b"message %d" % number
                start = time.perf_counter()
                talker.send(text)
                while listener.receive() != text:
                    pass
                times.append((time.perf_counter() - start) * 1000)
                while talker.receive() != text:
                    pass
                time.sleep(0.005)
        finally:
            process.terminate()
            process.join()
        for peer in [talker, listener, hostile]:
            peer.close()
        times.sort()
        return times[len(times) // 2], times[-1], sent.value

    def check(self, name, misbehave, own="/chat"):
        median, longest, sent = self.measure(misbehave, own)
        print(f"{name:32} median {median:6.2f} ms, longest {longest:6.1f} ms, {sent} hostile frames", flush=True)
        self.assertLess(median, 100)
        self.assertLess(longest, 1000)

    def test_nobody(self):
        self.check("nobody", lambda peer: time.sleep(0.01) or 0)

    def test_never_reads_what_it_asks_for(self):
        # Its own echoes, so that the others have nothing to read because of it.
        message = Peer.frame(2, bytes(60_000))
        self.check("never reads", lambda peer: peer.socket.sendall(message) or 1, own="/echo")

    def test_talks_and_never_reads(self):
        # The others hear it, and it hears nothing.
        message = Peer.frame(1, b"x" * 5000)
        self.check("talks and never reads", lambda peer: time.sleep(0.001) or peer.socket.sendall(message) or 1)

    def test_floods_pings(self):
        pings = Peer.frame(9, b"x" * 125) * 100
        self.check("floods pings", lambda peer: peer.socket.sendall(pings) or 100)

    def test_fragments_of_one_byte(self):
        first, more = Peer.frame(1, b"x", False), Peer.frame(0, b"x", False) * 500 + Peer.frame(0, b"x")
        self.check("fragments of one byte", lambda peer: peer.socket.sendall(first + more) or 502, own="/echo")

    def test_frames_byte_by_byte(self):
        frame = Peer.frame(1, b"x" * 20)

        def trickle(peer):
            for byte in frame:
                peer.socket.sendall(bytes([byte]))
            return 1

        self.check("byte by byte", trickle, own="/echo")

    def test_empty_messages(self):
        messages = Peer.frame(1, b"") * 500
        self.check("empty messages", lambda peer: peer.socket.sendall(messages) or 500, own="/echo")


if __name__ == "__main__":
    unittest.main(verbosity=2)
