# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""What visitors of a system with HTTPS see, under `serval run` (https.py) and on seL4 (Tests/Boot/https.py)."""

import http.client
import io
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import machine  # noqa: E402
import site_checks  # noqa: E402
from tls_clients import (  # noqa: E402
    CERTUTIL, CHROMIUM, CURL, GNUTLS, OPENSSL, REQUEST, SUITES, Clients, make_credentials)

ADDRESS = "10.0.2.15"
CREDENTIALS = ["ec", "rsa", "other"]
TITLES = {"webserver": "<title>Served by Serval</title>", "archiver": "<title>File selection</title>"}


def credentials(folder):
    """Makes the certificates, with their chains in one file each; one key is in each of the three forms."""
    make_credentials(folder)
    for name in CREDENTIALS:
        pathlib.Path(folder, f"{name}.chain").write_text("".join(pathlib.Path(folder, f"{part}.pem").read_text() for part in (name, "middle")))
    for command, name in [(["rsa", "-traditional"], "rsa"), (["ec"], "other")]:
        subprocess.run([OPENSSL, *command, "-in", f"{name}.key", "-out", f"{name}.form"], cwd=folder, check=True, capture_output=True)
        os.replace(pathlib.Path(folder, f"{name}.form"), pathlib.Path(folder, f"{name}.key"))


def options(folder, names=CREDENTIALS):
    """What `serval generate` is told of certificates."""
    return [word for name in names for word in ("--certificate", f"{folder}/{name}.chain", "--key", f"{folder}/{name}.key")]


def secrets(folder, names=CREDENTIALS):
    """Bytes that no file but the signer's image has: each private key in DER, and its numbers."""
    found = []
    for name in names:
        der = pathlib.Path(folder, f"{name}.p8").read_bytes()
        found.append(der)
        mark = bytes.fromhex("0201010420")
        at = der.find(mark)
        found.append(der[at + 5:at + 37] if at >= 0 and len(der) < 300 else der[-64:])
    return found


class Checks(Clients):
    """What visitors of a server at `port` see, whose site's root has `title`. Its port without TLS is `plain_port`."""

    title = TITLES["webserver"]

    @unittest.skipUnless(OPENSSL, "openssl is not installed")
    def test_openssl(self):
        self.check_every_suite_and_group()
        self.assertEqual(len(re.findall(r">>> .*ClientHello", self.s_client("-groups", "P-384:P-256", "-msg"))), 2)
        self.check_kinds_of_keys()
        for name, subject in [("localhost", "CN = ec"), ("www.example.org", "CN = other")]:
            self.assertIn(f"subject={subject}", self.s_client("-servername", name))
        for refused, alert in [(["-tls1_2"], "alert protocol version"), (["-groups", "P-384"], "alert handshake failure")]:
            self.assertIn(alert, self.s_client(*refused, check=False))

    @unittest.skipUnless(OPENSSL, "openssl is not installed")
    def test_openssl_resumes_and_updates(self):
        for suite in SUITES:
            self.assertIn("New, TLSv1.3", self.s_client("-ciphersuites", suite, "-sess_out", "session.pem"))
            again = self.s_client("-ciphersuites", suite, "-sess_in", "session.pem")
            self.assert_page(again)
            self.assertIn("Reused, TLSv1.3", again)
        text = self.s_client(steps=[b"K\n", b"k\n", b"K\n", REQUEST])
        self.assert_page(text)
        self.assertEqual(text.count("KEYUPDATE"), 3)

    @unittest.skipUnless(CURL, "curl is not installed")
    def test_curl(self):
        address = f"https://localhost:{self.port}/"
        self.assertEqual(self.curl(address, address).count(self.title), 3)
        self.assertIn("alert", self.curl("--tls-max", "1.2", check=False))
        self.assertIn("certificate", self.run_client(CURL, "-sS", address, check=False))
        head = self.curl("--head")
        self.assertIn("HTTP/1.1 200 OK", head)
        self.assertNotIn("strict-transport-security", head.lower())

    @unittest.skipUnless(GNUTLS, "gnutls-cli is not installed")
    def test_gnutls(self):
        for cipher in ["AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"]:
            for group in ["GROUP-X25519", "GROUP-SECP256R1"]:
                text = self.gnutls("--priority", f"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+{cipher}:-GROUP-ALL:+{group}")
                self.assertIn(self.title, text)
                self.assertIn("The certificate is trusted", text)
        self.assertIn("This is a resumed session", self.gnutls("--resume", "--waitresumption"))

    def test_python(self):
        context = self.context()
        with self.connect(context) as stream:
            self.assertEqual((stream.version(), stream.selected_alpn_protocol()), ("TLSv1.3", "http/1.1"))
            stream.sendall(REQUEST)
            self.assertIn(self.title.encode(), self.read(stream))
            session = stream.session
            stream.unwrap()
        with self.connect(context, session) as stream:
            self.assertTrue(stream.session_reused)
        streams = [self.connect(context) for _ in range(30)]
        for stream in streams:
            stream.sendall(REQUEST)
        for stream in streams:
            self.assertIn(self.title.encode(), self.read(stream))
            stream.close()

    @unittest.skipUnless(CHROMIUM and CERTUTIL, "Chromium or certutil is not installed")
    def test_chromium(self):
        self.assertNotIn(self.title, self.browse(is_trusted=False))
        self.assertIn(self.title, self.browse())

    def test_without_tls_as_well(self):
        status, _, body = get(http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=60), "/")
        self.assertEqual(status, 200)
        self.assertIn(self.title.encode(), body)


def get(connection, path):
    """Status, headers and body of a request."""
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


class SiteChecks(Checks):
    """The same for the sample site."""

    def test_a_download(self):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=120, context=self.context())
        status, _, body = get(connection, "/big.bin")
        self.assertEqual((status, body), (200, site_checks.pattern(10_000_000)))

    def test_pages_on_one_connection(self):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.context())
        for path, expected in [("/", 200), ("/small.txt", 200), ("/missing", 404), ("/gallery", 200)] * 10:
            connection.request("GET", path)
            response = connection.getresponse()
            self.assertEqual((response.status, len(response.read()) > 0), (expected, True), path)
        connection.close()


class ArchiverChecks(Checks):
    """The same for the upload service."""

    title = TITLES["archiver"]

    @unittest.skipUnless(CURL, "curl is not installed")
    def test_an_upload(self):
        files = {"a.txt": b"a" * 10, "b.bin": os.urandom(3_000_000)}
        words = []
        for name, content in files.items():
            pathlib.Path(self.folder.name, name).write_bytes(content)
            words += ["--form", f"file=@{name}"]
        self.curl(*words, "--output", "result.zip", path="/upload")
        archive = zipfile.ZipFile(io.BytesIO(pathlib.Path(self.folder.name, "result.zip").read_bytes()))
        self.assertEqual({name: archive.read(name) for name in archive.namelist()}, files)


class Emulated:
    """System `name` under `serval run`, with HTTPS. `choices` are options of `serval generate`."""

    def __init__(self, name, board, folder, choices=(), names=CREDENTIALS, arguments=(), export=None):
        self.port, self.plain_port = machine.free_port(), machine.free_port()
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.system = self.directory / "system"
        target = ["--sdk", "2.3.0", "--config", "release"]
        site = ["--nfs-server", "10.0.2.4", "--nfs-directory", "/", "--website-dir", "/"] if name == "webserver" else []
        subprocess.run(
            [machine.SERVAL, "generate", name, "--board", board, *target, "--images", machine.IMAGES, "--output", self.system, *site,
             "--set", "https=443", *options(folder, names), *(word for choice in choices for word in ("--set", choice))],
            check=True, stdout=subprocess.DEVNULL)
        self.console = open(self.directory / "console", "w+")
        self.process = subprocess.Popen(
            [machine.SERVAL, "run", self.system / f"{name}.system", *target, "--net", "user", "--forward", f"{self.port}:{ADDRESS}:443",
             "--forward", f"{self.plain_port}:{ADDRESS}:80", *(["--export", export] if export else []), *arguments],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT)

    def text(self):
        self.console.seek(0)
        return self.console.read()

    def wait(self, root, seconds=60):
        """Waits for an answer over TLS."""
        wait(self.port, root, seconds, self.process, self.text)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.console.close()


def wait(port, root, seconds, process, text):
    deadline = time.monotonic() + seconds
    context = ssl.create_default_context(cafile=root)
    while True:
        try:
            if get(http.client.HTTPSConnection("localhost", port, timeout=5, context=context), "/")[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the server does not answer: {text()}")
        time.sleep(0.2)


@unittest.skipUnless(OPENSSL, "openssl is not installed")
class WithCertificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        credentials(cls.folder.name)
        cls.root = str(pathlib.Path(cls.folder.name, "root.pem"))

    @classmethod
    def site(cls):
        export = pathlib.Path(cls.folder.name, "export")
        site_checks.lay_out(export)
        return export
