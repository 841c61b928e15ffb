#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""TLS clients of other makers against `tls-server`, a program of this machine.

Each needs its client: openssl (which also makes the certificates), curl, gnutls-cli, and Chromium with certutil. For tlsfuzzer, set
`SERVAL_TLSFUZZER` to a checkout and `SERVAL_TLSFUZZER_PYTHON` to a Python that has `tlslite-ng` and `ecdsa`; the table in docs/tls.md says
what each of its scripts is to show."""

import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from tls_clients import CERTUTIL, CHROMIUM, CURL, GNUTLS, OPENSSL, REQUEST, SUITES, Clients, make_credentials

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVER = pathlib.Path(os.environ.get("SERVAL_TLS_SERVER", ROOT / ".build" / "debug" / "tls-server"))
FUZZER = os.environ.get("SERVAL_TLSFUZZER")
FUZZER_PYTHON = os.environ.get("SERVAL_TLSFUZZER_PYTHON", "python3")
DOCUMENT = ROOT / "docs" / "tls.md"
TITLE = "<title>Serval over TLS</title>"


@unittest.skipUnless(OPENSSL, "openssl is not installed")
class WithServer(Clients, unittest.TestCase):
    credentials = ["localhost:ec.p8:ec.crt:middle.crt", "localhost:rsa.p8:rsa.crt:middle.crt", "*.example.org:other.p8:other.crt:middle.crt"]

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        make_credentials(cls.folder.name)
        cls.root = str(pathlib.Path(cls.folder.name, "root.pem"))

    def setUp(self):
        self.start()

    def start(self, *options, credentials=None):
        self.server = subprocess.Popen([SERVER, *options, *(credentials or self.credentials)], cwd=self.folder.name,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.server.stdout.readline())
        self.addCleanup(self.stop, self.server)

    def stop(self, server):
        if server.stdin.closed:
            return
        self.assertIsNone(server.poll(), "the server has ended")
        server.stdin.close()
        self.summary = server.stdout.read()
        self.assertEqual(server.wait(10), 0)
        server.stdout.close()


class OpenSSL(WithServer):
    title = TITLE

    def test_every_suite_and_group(self):
        self.check_every_suite_and_group()

    def test_kinds_of_keys(self):
        self.check_kinds_of_keys()

    def test_names(self):
        for name, subject in [("localhost", "CN = ec"), ("www.example.org", "CN = other"), ("a.b.example.org", "CN = ec")]:
            with self.subTest(name=name):
                text = self.s_client("-servername", name)
                self.assert_page(text)
                self.assertIn(f"subject={subject}", text)

    def test_hello_retry_request(self):
        text = self.s_client("-groups", "P-384:P-256", "-msg")
        self.assert_page(text)
        self.assertEqual(len(re.findall(r">>> .*ClientHello", text)), 2)

    def test_resumption(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                first = self.s_client("-ciphersuites", suite, "-sess_out", "session.pem")
                self.assertIn("New, TLSv1.3", first)
                for _ in range(2):
                    again = self.s_client("-ciphersuites", suite, "-sess_in", "session.pem")
                    self.assert_page(again)
                    self.assertIn("Reused, TLSv1.3", again)
        self.stop(self.server)
        self.assertIn("handshakes 9 resumed 6 ", self.summary)

    def test_key_update(self):
        text = self.s_client(steps=[b"K\n", b"k\n", b"K\n", REQUEST])
        self.assert_page(text)
        self.assertEqual(text.count("KEYUPDATE"), 3)
        self.start("--records-for-key=3")
        text = self.s_client("-msg", steps=[b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"])
        self.assertEqual(text.count("*" * 1000) > 0, True)
        self.assertGreater(len(re.findall(r"<<< .*KeyUpdate", text)), 10)

    def test_refused_versions_and_suites(self):
        for options, alert in [(["-tls1_2"], "alert protocol version"), (["-groups", "P-384"], "alert handshake failure"),
                               (["-alpn", "h2"], "alert no application protocol"),
                               (["-sigalgs", "ed25519"], "alert handshake failure")]:
            with self.subTest(options=options):
                self.assertIn(alert, self.s_client(*options, check=False))

    def test_small_records(self):
        self.start("--record=100")
        self.assert_page(self.s_client())


@unittest.skipUnless(CURL, "curl is not installed")
class Curl(WithServer):
    def test_pages_and_bodies(self):
        self.assertIn(TITLE, self.curl())
        self.assertEqual(self.curl(path="/large"), "*" * (1 << 20))
        body = os.urandom(300_000).hex()
        pathlib.Path(self.folder.name, "body").write_text(body)
        self.assertEqual(self.curl("--data-binary", "@body", path="/echo"), body)
        # Several requests on one connection.
        self.assertEqual(self.curl(f"https://localhost:{self.port}/", f"https://localhost:{self.port}/").count(TITLE), 3)

    def test_refused(self):
        self.assertIn("alert", self.curl("--tls-max", "1.2", check=False))
        self.assertIn("certificate", self.run_client(CURL, "-sS", f"https://localhost:{self.port}/", check=False))


@unittest.skipUnless(GNUTLS, "gnutls-cli is not installed")
class GnuTLS(WithServer):
    def test_every_suite_and_group(self):
        for cipher in ["AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"]:
            for group in ["GROUP-X25519", "GROUP-SECP256R1"]:
                with self.subTest(cipher=cipher, group=group):
                    text = self.gnutls("--priority", f"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+{cipher}:-GROUP-ALL:+{group}")
                    self.assertIn(TITLE, text)
                    self.assertIn("The certificate is trusted", text)

    def test_record_size_limit(self):
        self.assertIn(TITLE, self.gnutls("--recordsize", "600"))

    def test_resumption(self):
        self.assertIn("This is a resumed session", self.gnutls("--resume", "--waitresumption"))

    def test_refused_version(self):
        self.assertIn("protocol version", self.gnutls("--priority", "NORMAL:-VERS-TLS1.3", check=False))


class Python(WithServer):
    def test_a_page_and_both_closings(self):
        with self.connect(self.context()) as stream:
            self.assertEqual((stream.version(), stream.selected_alpn_protocol()), ("TLSv1.3", "http/1.1"))
            stream.sendall(REQUEST)
            self.assertIn(TITLE.encode(), self.read(stream))
            stream.unwrap()

    def test_resumption(self):
        context = self.context()
        with self.connect(context) as stream:
            stream.sendall(REQUEST)
            self.read(stream)
            session = stream.session
        with self.connect(context, session) as stream:
            self.assertTrue(stream.session_reused)
            stream.sendall(REQUEST)
            self.assertIn(TITLE.encode(), self.read(stream))

    def test_many_at_once(self):
        context = self.context()
        streams = [self.connect(context) for _ in range(100)]
        for stream in streams:
            stream.sendall(REQUEST)
        for stream in streams:
            self.assertIn(TITLE.encode(), self.read(stream))
            stream.close()

    def test_a_crowd_that_does_not_go_on(self):
        """Silent connections do not keep others out for longer than their grace."""
        crowd = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(80)]
        deadline = time.monotonic() + 5
        while True:
            try:
                with self.connect(self.context()) as stream:
                    stream.sendall(REQUEST)
                    self.assertIn(TITLE.encode(), self.read(stream))
                break
            except (ConnectionError, ssl.SSLError):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)
        for peer in crowd:
            peer.close()


@unittest.skipUnless(CHROMIUM and CERTUTIL, "Chromium or certutil is not installed")
class Browser(WithServer):
    def test_a_trusted_page(self):
        """The root is installed, and the browser has no option to look away."""
        self.assertNotIn("Hello World!", self.browse(is_trusted=False))
        self.assertIn("<h1>Hello World!</h1>", self.browse())


@unittest.skipUnless(FUZZER, "set SERVAL_TLSFUZZER to a checkout of tlsfuzzer")
class TLSFuzzer(WithServer):
    """Each script of docs/tls.md gives the numbers there."""
    # Servers of which the scripts ask something that not every server has.
    options = {"lengths": ["--echo"], "keyupdate-from-server": ["--tickets=0", "--records-for-key=1"]}
    arguments = {"count-tickets": ["-t", "2"], "no-unknown-groups": ["--groups", "x25519,secp256r1"],
                 "keyupdate-from-server": ["post-handshake KeyUpdate msg from server"], "lengths": ["-n", "200"], "symetric-ciphers": ["-n", "0"],
                 "version-negotiation": ["-n", "0"]}
    ecdsa = ["ecdsa-support"]

    def setUp(self):
        pass

    def run_script(self, name):
        credentials = ["localhost:ec.p8:ec.crt:middle.crt"] if name in self.ecdsa else ["localhost:rsa.p8:rsa.crt:middle.crt"]
        self.start("--hello=262144", "--handshake=600000", *self.options.get(name, []), credentials=credentials)
        done = subprocess.run(
            [FUZZER_PYTHON, f"scripts/test-tls13-{name}.py", "-h", "localhost", "-p", str(self.port), *self.arguments.get(name, [])],
            cwd=FUZZER, env={**os.environ, "PYTHONPATH": FUZZER}, capture_output=True, text=True, timeout=1800)
        self.stop(self.server)
        counts = {name: int(count) for name, count in re.findall(r"^(PASS|FAIL): (\d+)", done.stdout, re.M)}
        return counts["PASS"], counts["PASS"] + counts["FAIL"]

    def test_every_script(self):
        rows = re.findall(r"^\| `([a-z0-9_-]+)` \| (\d+) of (\d+) \|", DOCUMENT.read_text(), re.M)
        self.assertGreater(len(rows), 20)
        for name, passed, total in rows:
            if os.environ.get("SERVAL_TLSFUZZER_SCRIPT", name) != name:
                continue
            with self.subTest(script=name):
                self.assertEqual(self.run_script(name), (int(passed), int(total)))


if __name__ == "__main__":
    unittest.main()
