# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""TLS clients of other makers, and certificates for their server, which openssl makes."""

import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

OPENSSL = shutil.which("openssl")
CURL = shutil.which("curl")
GNUTLS = shutil.which("gnutls-cli")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CERTUTIL = shutil.which("certutil")
SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
"""Groups as openssl names them in options and in its report."""
GROUPS = [("X25519", "X25519"), ("P-256", "ECDH, prime256v1")]
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


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


class Clients:
    """What a test case does with a server at `port` of this machine, whose root is the file `root`, in `folder`. Its page has `title`."""

    title = None

    def run_client(self, *command, input=b"", check=True, **options):
        done = subprocess.run(command, input=input, capture_output=True, timeout=60, cwd=self.folder.name, **options)
        text = (done.stdout + done.stderr).decode(errors="replace")
        if check:
            self.assertEqual(done.returncode, 0, text)
        return text

    def s_client(self, *options, steps=(REQUEST,), check=True):
        """Runs openssl s_client, which is given each step some time after the last one."""
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
        self.assertIn(self.title, text)
        self.assertIn("Verification: OK", text)

    def check_every_suite_and_group(self):
        for suite in SUITES:
            for group, named in GROUPS:
                with self.subTest(suite=suite, group=group):
                    text = self.s_client("-ciphersuites", suite, "-groups", group, "-servername", "localhost", "-alpn", "http/1.1")
                    self.assert_page(text)
                    self.assertIn(f"Cipher is {suite}", text)
                    self.assertIn(f"Server Temp Key: {named}", text)
                    self.assertIn("ALPN protocol: http/1.1", text)

    def check_kinds_of_keys(self):
        """The server has certificates with both kinds of key for localhost."""
        for scheme, kind in [("ecdsa_secp256r1_sha256", "ECDSA"), ("rsa_pss_rsae_sha256", "RSA-PSS"), ("rsa_pss_rsae_sha384", "RSA-PSS")]:
            with self.subTest(scheme=scheme):
                text = self.s_client("-sigalgs", scheme, "-servername", "localhost")
                self.assert_page(text)
                self.assertIn(f"Peer signature type: {kind}", text)

    def curl(self, *options, check=True, path="/"):
        return self.run_client(CURL, "--silent", "--show-error", "--cacert", self.root, *options, f"https://localhost:{self.port}{path}",
                               check=check)

    def gnutls(self, *options, check=True):
        return self.run_client(GNUTLS, "--x509cafile", self.root, "--port", str(self.port), *options, "localhost", input=REQUEST, check=check)

    def context(self):
        context = ssl.create_default_context(cafile=self.root)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def connect(self, context, session=None):
        """A connection of Python's."""
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return context.wrap_socket(stream, server_hostname="localhost", session=session)

    def read(self, stream):
        return b"".join(iter(lambda: stream.recv(65536), b""))

    def browse(self, path="/", is_trusted=True):
        """The page as Chromium has it, which has no option to look away: it knows the root, or does not. SERVAL_SCREENSHOT names a file
        for its picture."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            trust(home, self.root if is_trusted else None)
            command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}/data", "--dump-dom"]
            picture = os.environ.get("SERVAL_SCREENSHOT")
            if picture and is_trusted:
                command.append(f"--screenshot={picture}")
            return subprocess.run([*command, f"https://localhost:{self.port}{path}"], capture_output=True, text=True, timeout=120,
                                  env={**os.environ, "HOME": home}).stdout


def trust(home, root):
    """Makes the certificates that Chromium trusts in a home directory: those in file `root`, or none."""
    store = pathlib.Path(home, ".pki", "nssdb")
    store.mkdir(parents=True)
    subprocess.run([CERTUTIL, "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
    if root:
        subprocess.run([CERTUTIL, "-A", "-d", f"sql:{store}", "-t", "C,,", "-n", "root", "-i", root], check=True)
