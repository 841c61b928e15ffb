#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""HTTPS of whole systems under `serval run`: the web server on both boards with TLS clients of other makers, the archiver, and the
options. Clients that are not installed are skipped: openssl (which also makes the certificates), curl, gnutls-cli, and Chromium
with certutil. Tests/Boot/https.py does the same on seL4."""

import http.client
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import machine  # noqa: E402
from https_checks import (  # noqa: E402
    ADDRESS, ArchiverChecks, Emulated, SiteChecks, WithCertificates, get, options, secrets)
from tls_clients import CURL, OPENSSL, Clients  # noqa: E402


class OnBoard(WithCertificates):
    """One system for all tests of a class."""

    system, board = "webserver", machine.BOARD

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_of = Emulated(cls.system, cls.board, cls.folder.name, export=cls.site() if cls.system == "webserver" else None)
        cls.addClassCleanup(cls.run_of.stop)
        cls.run_of.wait(cls.root)
        cls.port, cls.plain_port = cls.run_of.port, cls.run_of.plain_port

    def tearDown(self):
        self.assertIsNone(self.run_of.process.poll(), self.run_of.text())


class WebServerOnVirt(SiteChecks, OnBoard):
    pass


class WebServerOnOdroid(SiteChecks, OnBoard):
    board = "odroidc4"


class Archiver(ArchiverChecks, OnBoard):
    system = "archiver"


class Choices(Clients, WithCertificates):
    def start(self, *choices, system="archiver", **more):
        run = Emulated(system, machine.BOARD, self.folder.name, choices, names=["ec"], **more)
        self.addCleanup(run.stop)
        self.port, self.plain_port = run.port, run.plain_port
        return run.wait(self.root)

    def test_redirect_and_strict_transport(self):
        run = self.start("https-redirect=yes", "hsts=31536000")
        connection = http.client.HTTPConnection("127.0.0.1", run.plain_port, timeout=60)
        connection.request("GET", "/some/page?a=b", headers={"Host": "localhost"})
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["Location"]), (308, "https://localhost/some/page?a=b"))
        self.assertIsNone(response.headers["Strict-Transport-Security"])
        connection.close()
        _, headers, _ = get(http.client.HTTPSConnection("localhost", run.port, timeout=60, context=self.context()), "/")
        self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000")

    def test_https_only(self):
        for system, more in [("archiver", {}), ("webserver", {"export": self.site()})]:
            with self.subTest(system=system):
                run = self.start("port=none", system=system, **more)
                self.assertIn("listening on port 443\n", run.text())
                with self.assertRaises(OSError):
                    get(http.client.HTTPConnection("127.0.0.1", run.plain_port, timeout=10), "/")

    def test_a_program_of_the_framework(self):
        images = pathlib.Path(self.folder.name, "images")
        images.mkdir()
        for source in (machine.IMAGES, machine.IMAGES / "tests"):
            for image in source.glob("*.elf"):
                (images / image.name).symlink_to(image)
        system = pathlib.Path(self.folder.name, "program")
        command = [machine.SERVAL, "generate", "program", "--board", machine.BOARD, "--images", images, "--output", system, "--set",
                   "program=web_hello", "--set", "port=none", "--set", "https=443", *options(self.folder.name, ["rsa"])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.port, plain = machine.free_port(), machine.free_port()
        with machine.Console(
            [machine.SERVAL, "run", system / "program.system", "--net", "user", "--forward", f"{self.port}:{ADDRESS}:443", "--forward",
             f"{plain}:{ADDRESS}:80"]) as console:
            console.expect(r"listening on port 443\r?\n", 60)
            self.assertIn("Hello", self.curl() if CURL else "Hello")
            with self.assertRaises(OSError):
                get(http.client.HTTPConnection("127.0.0.1", plain, timeout=10), "/")
        # A program without TLS.
        command[command.index("program=web_hello")] = "program=greeter"
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn("protection domain 'greeter': error: the system gives it HTTPS, and its program", result.stderr)


class Keys(Clients, WithCertificates):
    """Where the private keys are, and where they are not."""

    def test_only_the_image_of_the_signer_has_them(self):
        trace, capture = (pathlib.Path(self.folder.name, name) for name in ("trace.json", "capture.pcap"))
        run = Emulated("webserver", machine.BOARD, self.folder.name, export=self.site(),
                       arguments=["--trace", trace, "--net", f"pcap:{capture}", "--stats"])
        self.addCleanup(run.stop)
        run.wait(self.root)
        # A core dump of the emulator would have them.
        emulator = run.process.pid
        limits = pathlib.Path(f"/proc/{emulator}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +[01] ")
        run.process.terminate()
        run.process.wait()
        self.assertGreater(trace.stat().st_size, 1000)
        self.assertGreater(capture.stat().st_size, 1000)
        files = [*run.system.iterdir(), trace, capture, run.directory / "console"]
        shown = subprocess.run([machine.SERVAL, "inspect", run.system / "signer.elf"], check=True, capture_output=True).stdout
        shown += subprocess.run(
            [machine.SERVAL, "inspect", run.system / "webserver.system", "--search-path", run.system], check=True, capture_output=True).stdout
        self.assertIn(b"bytes, not shown", shown)
        for secret in secrets(self.folder.name):
            self.assertEqual([file.name for file in files if secret in file.read_bytes()], ["signer.elf"])
            self.assertNotIn(secret, shown)
        for file in run.system.iterdir():
            private = stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
            self.assertEqual(private, file.name == "signer.elf", file)
        self.check_policy(run.system)

    def check_policy(self, system):
        """What `serval check` says of the system, and of others made from it in which the keys leak."""
        def check(expected, text=None, count=1):
            description = system / "webserver.system"
            original = description.read_text()
            if text:
                description.write_text(text)
            result = subprocess.run(
                [machine.SERVAL, "check", description, "--board", machine.BOARD, "--search-path", system, "--strict"],
                capture_output=True, text=True)
            description.write_text(original)
            found = [line for line in result.stdout.splitlines() if "[private-key]" in line]
            self.assertEqual(len(found), count if expected else 0, result.stdout)
            self.assertEqual(result.returncode, 1 if expected else 0, result.stdout)
            self.assertIn(expected or "", result.stdout)

        check(None)
        original = (system / "webserver.system").read_text()
        place = re.search(r'(<protection_domain name="idle".*?<program_image[^>]*>)', original, re.S)
        check("memory region 'signer_heap' is mapped by 'idle', too",
              original.replace(place[1], place[1] + '\n    <map mr="signer_heap" vaddr="0x70000000" perms="r" cached="true" />'))
        check("memory region 'signer_heap' has a physical address",
              original.replace('name="signer_heap" ', 'name="signer_heap" phys_addr="0x90000000" '))
        check("a private key of 'signer' is also in the image of 'idle'", original.replace('"idle.elf"', '"signer.elf"'), count=2)
        (system / "signer.elf").chmod(0o640)
        check("signer.elf: error: it contains private keys, and others than its owner may use it")
        (system / "signer.elf").chmod(0o600)
        web_server = (system / "web_server.elf").read_bytes()
        (system / "web_server.elf").write_bytes(web_server + secrets(self.folder.name)[1])
        check("a private key of 'signer' is also in the image of 'web_server'")
        (system / "web_server.elf").write_bytes(web_server)
        check(None)

    def test_a_signer_without_keys_stops(self):
        """Its image was built again, and copied over the one with the key; or its record is empty."""
        folder = pathlib.Path(self.folder.name, "stopped")
        target = ["--sdk", "2.3.0", "--config", "debug"]
        subprocess.run(
            [machine.SERVAL, "generate", "archiver", "--board", machine.BOARD, *target, "--images", machine.IMAGES, "--output", folder,
             "--set", "https=443", *options(self.folder.name)], check=True, stdout=subprocess.DEVNULL)
        signer = folder / "signer.elf"
        image = signer.read_bytes()
        record = image.index(b"Serval\x09\x01\x00\x60\x00\x00")

        def run():
            result = subprocess.run(
                [machine.SERVAL, "run", folder / "archiver.system", *target, "--for", "1s"], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=60)
            return result.stdout + result.stderr

        signer.write_bytes(image[:record] + bytes(24576) + image[record + 24576:])
        self.assertIn("no such record in this image; serval generate --images writes it", run())
        # No key in a record that is there.
        signer.write_bytes(image[:record + 13] + bytes(1) + image[record + 14:])
        self.assertIn(".signer_config: no key; run serval generate with --key", run())
        shutil.copy(machine.IMAGES / "signer.elf", folder)
        self.assertIn("signer.elf: the image was made for a different kernel", run())

    def test_records_and_later_runs(self):
        """Records as files are private, too; a file that was readable becomes private; and nothing is written without the key."""
        output = pathlib.Path(self.folder.name, "out")
        command = [machine.SERVAL, "generate", "archiver", "--board", machine.BOARD, "--output", output, "--set", "https=443"]
        subprocess.run([*command, *options(self.folder.name)], check=True, stdout=subprocess.DEVNULL)
        record = output / "signer.data"
        self.assertEqual(stat.S_IMODE(record.stat().st_mode), 0o600)
        record.chmod(0o644)
        subprocess.run([*command, *options(self.folder.name)], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(stat.S_IMODE(record.stat().st_mode), 0o600)
        shown = subprocess.run([machine.SERVAL, "inspect", record], check=True, capture_output=True, text=True).stdout
        self.assertRegex(shown, r"data +\d+ of 24496 bytes, not shown")
        shutil.rmtree(output)
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--set https: error: HTTPS needs a certificate and its private key [certificate]\n", result.stderr)
        self.assertFalse(output.exists())

    def test_mistakes(self):
        folder, output = self.folder.name, pathlib.Path(self.folder.name, "nothing")
        pathlib.Path(folder, "empty").write_text("")
        subprocess.run([OPENSSL, "ecparam", "-genkey", "-name", "secp384r1", "-noout", "-out", "p384.key"], cwd=folder, check=True)
        subprocess.run([OPENSSL, "req", "-x509", "-key", "p384.key", "-out", "p384.pem", "-days", "2", "-subj", "/CN=x", "-addext",
                        "subjectAltName=DNS:x"], cwd=folder, check=True, capture_output=True)
        subprocess.run([OPENSSL, "x509", "-req", "-in", "ec.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days",
                        "-1", "-extfile", "ec.ext", "-out", "old.pem"], cwd=folder, check=True, capture_output=True)
        on, pair = ["--set", "https=443"], ["--certificate", "ec.chain", "--key", "ec.key"]
        for words, status, expected in [
            ([*on, "--certificate", "ec.chain", "--key", "other.key"], 2,
             "other.key: error: the key is not that of the first certificate in 'ec.chain' [key-file]"),
            ([*on, "--certificate", "old.pem", "--key", "ec.key"], 2, "old.pem: error: the certificate expired at "),
            ([*on, "--certificate", "p384.pem", "--key", "p384.key"], 2, "p384.key: error: the server cannot sign with a P-384 key"),
            ([*on, "--certificate", "empty", "--key", "ec.key"], 2, "empty: error: there is no PEM block"),
            ([*on, "--certificate", "nowhere", "--key", "ec.key"], 2, "nowhere: error: cannot be read: no such file"),
            ([*on, "--certificate", "ec.chain"], 2, "--key: error: given 0 times, and --certificate 1 times [option]"),
            (pair, 2, "--certificate: error: the system has no HTTPS [option]\n  fix: add --set https=443"),
            ([*on, *pair, "--set", "port=443"], 2, "--set https: error: HTTP has port 443, too"),
            ([*on, *pair, "--set", "port=none", "--set", "https-redirect=yes"], 2, "--set https-redirect: error: there is nothing to redirect"),
            (["--set", "hsts=60"], 2, "--set hsts: error: '60' makes sense with HTTPS only"),
            (["--set", "port=none"], 2, "--set port: error: 'none' makes sense with HTTPS only"),
            ([*on, *(9 * pair)], 2, "--certificate: error: there are more than 8 certificates"),
            (["--set", "https=70000", *pair], 2, "'70000' is not a port from 1 to 65535"),
        ]:
            with self.subTest(words=words):
                result = subprocess.run(
                    [machine.SERVAL, "generate", "archiver", "--board", machine.BOARD, "--output", output, *words], cwd=folder,
                    capture_output=True, text=True)
                self.assertEqual(result.returncode, status, result.stderr)
                self.assertIn(expected, result.stderr)
                self.assertFalse(output.exists())


if __name__ == "__main__":
    unittest.main()
