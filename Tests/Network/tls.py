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
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVER = pathlib.Path(os.environ.get("SERVAL_TLS_SERVER", ROOT / ".build" / "debug" / "tls-server"))
OPENSSL = shutil.which("openssl")
CURL = shutil.which("curl")
GNUTLS = shutil.which("gnutls-cli")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CERTUTIL = shutil.which("certutil")
FUZZER = os.environ.get("SERVAL_TLSFUZZER")
FUZZER_PYTHON = os.environ.get("SERVAL_TLSFUZZER_PYTHON", "python3")
DOCUMENT = ROOT / "docs" / "tls.md"
SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
TITLE = "<title>Serval over TLS</title>"


def openssl(*arguments, folder):
    subprocess.run([OPENSSL, *arguments], cwd=folder, check=True, capture_output=True)


def make_credentials(folder):
    """A root, an intermediate, and certificates of servers with both kinds of key."""
    P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("req", "-x509", "-newkey", *P256, "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "2", "-subj", "/CN=root",
            folder=folder)
    def issue(name, kind, issuer, extensions):
        pathlib.Path(folder, f"{name}.ext").write_text(extensions)
        openssl("req", "-new", "-newkey", *kind, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
                folder=folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem", folder=folder)
        openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.crt", folder=folder)
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.key", "-outform", "DER", "-out", f"{name}.p8", folder=folder)
    issue("middle", P256, "root", "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n")
    issue("ec", P256, "middle", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    issue("rsa", ["rsa:2048"], "middle", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    issue("other", P256, "middle", "subjectAltName=DNS:*.example.org\nextendedKeyUsage=serverAuth\n")


@unittest.skipUnless(OPENSSL, "openssl is not installed")
class WithServer(unittest.TestCase):
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

    def run_client(self, *command, input=b"", check=True, **options):
        done = subprocess.run(command, input=input, capture_output=True, timeout=60, cwd=self.folder.name, **options)
        text = (done.stdout + done.stderr).decode(errors="replace")
        if check:
            self.assertEqual(done.returncode, 0, text)
        return text


class OpenSSL(WithServer):
    def connect(self, *options, steps=(REQUEST,), check=True):
        """Runs s_client, which is given each step some time after the last one."""
        client = subprocess.Popen(
            [OPENSSL, "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", self.root, "-verify_return_error", *options],
            cwd=self.folder.name, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for step in steps:
                time.sleep(0.3)
                client.stdin.write(step)
                client.stdin.flush()
            text = client.stdout.read().decode(errors="replace")
        except BrokenPipeError:
            text = client.stdout.read().decode(errors="replace")
        finally:
            try:
                client.stdin.close()
            except BrokenPipeError:
                pass
            status = client.wait(20)
            client.stdout.close()
        if check:
            self.assertEqual(status, 0, text)
        return text

    def assert_page(self, text):
        self.assertIn("HTTP/1.1 200 OK", text)
        self.assertIn(TITLE, text)
        self.assertIn("Verification: OK", text)

    def test_every_suite_and_group(self):
        for suite in SUITES:
            for group, named in [("X25519", "X25519"), ("P-256", "ECDH, prime256v1")]:
                with self.subTest(suite=suite, group=group):
                    text = self.connect("-ciphersuites", suite, "-groups", group, "-servername", "localhost", "-alpn", "http/1.1")
                    self.assert_page(text)
                    self.assertIn(f"Cipher is {suite}", text)
                    self.assertIn(f"Server Temp Key: {named}", text)
                    self.assertIn("ALPN protocol: http/1.1", text)

    def test_kinds_of_keys(self):
        for scheme, kind in [("ecdsa_secp256r1_sha256", "ECDSA"), ("rsa_pss_rsae_sha256", "RSA-PSS"), ("rsa_pss_rsae_sha384", "RSA-PSS")]:
            with self.subTest(scheme=scheme):
                text = self.connect("-sigalgs", scheme, "-servername", "localhost")
                self.assert_page(text)
                self.assertIn(f"Peer signature type: {kind}", text)

    def test_names(self):
        for name, subject in [("localhost", "CN = ec"), ("www.example.org", "CN = other"), ("a.b.example.org", "CN = ec")]:
            with self.subTest(name=name):
                text = self.connect("-servername", name)
                self.assert_page(text)
                self.assertIn(f"subject={subject}", text)

    def test_hello_retry_request(self):
        text = self.connect("-groups", "P-384:P-256", "-msg")
        self.assert_page(text)
        self.assertEqual(len(re.findall(r">>> .*ClientHello", text)), 2)

    def test_resumption(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                first = self.connect("-ciphersuites", suite, "-sess_out", "session.pem")
                self.assertIn("New, TLSv1.3", first)
                for _ in range(2):
                    again = self.connect("-ciphersuites", suite, "-sess_in", "session.pem")
                    self.assert_page(again)
                    self.assertIn("Reused, TLSv1.3", again)
        self.stop(self.server)
        self.assertIn("handshakes 9 resumed 6 ", self.summary)

    def test_key_update(self):
        text = self.connect(steps=[b"K\n", b"k\n", b"K\n", REQUEST])
        self.assert_page(text)
        self.assertEqual(text.count("KEYUPDATE"), 3)
        self.start("--records-for-key=3")
        text = self.connect("-msg", steps=[b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"])
        self.assertEqual(text.count("*" * 1000) > 0, True)
        self.assertGreater(len(re.findall(r"<<< .*KeyUpdate", text)), 10)

    def test_refused_versions_and_suites(self):
        for options, alert in [(["-tls1_2"], "alert protocol version"), (["-groups", "P-384"], "alert handshake failure"),
                               (["-alpn", "h2"], "alert no application protocol"),
                               (["-sigalgs", "ed25519"], "alert handshake failure")]:
            with self.subTest(options=options):
                self.assertIn(alert, self.connect(*options, check=False))

    def test_small_records(self):
        self.start("--record=100")
        self.assert_page(self.connect())


@unittest.skipUnless(CURL, "curl is not installed")
class Curl(WithServer):
    def curl(self, *options, check=True, path="/"):
        return self.run_client(CURL, "--silent", "--show-error", "--cacert", self.root, *options, f"https://localhost:{self.port}{path}",
                               check=check)

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
    def connect(self, *options, check=True):
        return self.run_client(GNUTLS, "--x509cafile", self.root, "--port", str(self.port), *options, "localhost", input=REQUEST, check=check)

    def test_every_suite_and_group(self):
        for cipher in ["AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"]:
            for group in ["GROUP-X25519", "GROUP-SECP256R1"]:
                with self.subTest(cipher=cipher, group=group):
                    text = self.connect("--priority", f"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+{cipher}:-GROUP-ALL:+{group}")
                    self.assertIn(TITLE, text)
                    self.assertIn("The certificate is trusted", text)

    def test_record_size_limit(self):
        self.assertIn(TITLE, self.connect("--recordsize", "600"))

    def test_resumption(self):
        self.assertIn("This is a resumed session", self.connect("--resume", "--waitresumption"))

    def test_refused_version(self):
        self.assertIn("protocol version", self.connect("--priority", "NORMAL:-VERS-TLS1.3", check=False))


class Python(WithServer):
    def context(self):
        context = ssl.create_default_context(cafile=self.root)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def connect(self, context, session=None):
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return context.wrap_socket(stream, server_hostname="localhost", session=session)

    def read(self, stream):
        return b"".join(iter(lambda: stream.recv(65536), b""))

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
        with tempfile.TemporaryDirectory() as home:
            store = pathlib.Path(home, ".pki", "nssdb")
            store.mkdir(parents=True)
            subprocess.run([CERTUTIL, "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
            command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}/data", "--dump-dom"]
            picture = os.environ.get("SERVAL_SCREENSHOT")
            if picture:
                command.append(f"--screenshot={picture}")
            page = lambda: subprocess.run([*command, f"https://localhost:{self.port}/"], capture_output=True, text=True, timeout=120,
                                          env={**os.environ, "HOME": home}).stdout
            self.assertNotIn("Hello World!", page())
            subprocess.run([CERTUTIL, "-A", "-d", f"sql:{store}", "-t", "C,,", "-n", "root", "-i", self.root], check=True)
            self.assertIn("<h1>Hello World!</h1>", page())


@unittest.skipUnless(FUZZER, "set SERVAL_TLSFUZZER to a checkout of tlsfuzzer")
class TLSFuzzer(WithServer):
    """Each script of docs/tls.md gives the numbers there."""
    # Servers of which the scripts ask something that not every server has.
    options = {"lengths": ["--echo"], "keyupdate-from-server": ["--tickets=0", "--records-for-key=1"]}
    arguments = {"count-tickets": ["-t", "2"], "no-unknown-groups": ["--groups", "x25519,secp256r1"],
                 "keyupdate-from-server": ["post-handshake KeyUpdate msg from server"], "lengths": ["-n", "200"], "symetric-ciphers": ["-n", "0"]}
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
