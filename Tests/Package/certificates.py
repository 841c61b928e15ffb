#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""`serval certificate`, and what serval-certificates makes of OpenSSL's keys."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(__file__).resolve().parent.parent.parent / ".build" / "debug"


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl")
class Certificates(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)

    def run_in(self, *command):
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)

    def bundle(self, certificate, key):
        return self.run_in(BUILD / "serval-certificates", "bundle", "--certificate", certificate, "--key", key)

    def test_a_certificate_of_its_own(self):
        made = self.run_in(BUILD / "serval", "certificate", "site.example", "127.0.0.1", "--output", "keys")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual((self.folder / "keys" / "key.pem").stat().st_mode & 0o777, 0o600)
        verified = self.run_in(
            "openssl", "verify", "-CAfile", "keys/certificate.pem", "-verify_hostname", "site.example", "-purpose", "sslserver",
            "keys/certificate.pem")
        self.assertEqual(verified.stdout, "keys/certificate.pem: OK\n", verified.stderr)
        key = (self.folder / "keys" / "key.pem").read_bytes()
        again = self.run_in(BUILD / "serval", "certificate", "site.example", "--output", "keys")
        self.assertEqual(again.returncode, 2)
        self.assertIn("keys/certificate.pem: error: there is a file of this name already [file-exists]", again.stderr)
        self.assertEqual((self.folder / "keys" / "key.pem").read_bytes(), key)

    def test_every_form_of_key(self):
        for kind, other in [("rsa:2048", ["rsa", "-traditional"]), ("ec -pkeyopt ec_paramgen_curve:P-256", ["ec"])]:
            with self.subTest(kind):
                made = self.run_in(
                    "openssl", "req", "-x509", "-newkey", *kind.split(), "-nodes", "-keyout", "key.pem", "-out", "certificate.pem",
                    "-days", "3", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:x")
                self.assertEqual(made.returncode, 0, made.stderr)
                self.run_in("openssl", other[0], "-in", "key.pem", *other[1:], "-out", "old.pem")
                self.assertNotIn("BEGIN PRIVATE KEY", (self.folder / "old.pem").read_text())
                outputs = [self.bundle("certificate.pem", key).stdout for key in ("key.pem", "old.pem")]
                self.assertEqual(outputs[0], outputs[1])
                (self.folder / "bundle.pem").write_text(outputs[0])
                for public in (["x509", "-noout", "-pubkey"], ["pkey", "-pubout"]):
                    outputs.append(self.run_in("openssl", *public, "-in", "bundle.pem").stdout)
                self.assertEqual(outputs[2], outputs[3])
                self.assertIn("BEGIN PUBLIC KEY", outputs[2])

    def test_another_curve(self):
        self.run_in(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout", "key.pem", "-out",
            "certificate.pem", "-subj", "/CN=x")
        result = self.bundle("certificate.pem", "key.pem")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertTrue(result.stderr.startswith("key.pem: error: the server cannot sign with a P-384 key [key-file]\n"), result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
