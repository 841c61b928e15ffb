#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Instructions of a handshake and of a record in system `webserver` with HTTPS, under `serval run`: no more than those in docs/tls.md.
`--profile FILE` writes where those of full handshakes go, by function."""

import http.client
import os
import pathlib
import re
import signal
import socket
import ssl
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import machine  # noqa: E402
from https_checks import Emulated, WithCertificates  # noqa: E402

DOCUMENT = machine.ROOT / "docs" / "tls.md"
TOLERANCE = 1.03
RECORDS = 64
PROFILE = sys.argv[sys.argv.index("--profile") + 1] if "--profile" in sys.argv else None


class Handshakes(WithCertificates):
    def setUp(self):
        export = self.site()
        (export / "records.bin").write_bytes(bytes(range(256)) * (RECORDS << 6))
        self.profile = pathlib.Path(self.folder.name, "profile")
        self.run_of = Emulated("webserver", machine.BOARD, self.folder.name, names=["ec"], export=export,
                               arguments=["--stats", *(["--profile", self.profile] if PROFILE else [])])
        self.addCleanup(self.run_of.stop)
        self.run_of.wait(self.root)

    def counts(self):
        """Instructions of each domain so far."""
        # What was put off is done.
        time.sleep(1)
        start = len(self.run_of.text())
        os.kill(self.run_of.process.pid, signal.SIGUSR1)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.run_of.text()[start:]
            if re.search(r"^virtual time: .*\n", text, re.MULTILINE):
                first = text.partition("bytes of stack")[0]
                return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+) ", first, re.MULTILINE)}
            time.sleep(0.05)
        raise AssertionError("no table")

    def each(self, count, action):
        """Instructions of all domains, and of each, for one of `count` actions."""
        action()
        before = self.counts()
        for _ in range(count):
            action()
        after = self.counts()
        shares = {name: (after[name] - before[name]) / count for name in after}
        return sum(shares.values()), shares

    def connect(self, session=None):
        stream = socket.create_connection(("127.0.0.1", self.run_of.port), timeout=60)
        return self.context.wrap_socket(stream, server_hostname="localhost", session=session)

    def test_costs(self):
        self.context = ssl.create_default_context(cafile=self.root)
        idle, _ = self.each(1, lambda: None)
        def full():
            with self.connect() as stream:
                stream.sendall(b"GET / HTTP/1.1\r\n")
                # The tickets have come when the other direction has ended.
                stream.unwrap()
        def opened():
            with socket.create_connection(("127.0.0.1", self.run_of.plain_port), timeout=60) as stream:
                stream.sendall(b"GET / HTTP/1.1\r\n")
                stream.shutdown(socket.SHUT_WR)
                stream.recv(1)
        plain, _ = self.each(10, opened)
        whole, shares = self.each(20, full)
        if PROFILE:
            pathlib.Path(PROFILE).write_text(self.profile.read_text())
        session = None
        def resumed():
            nonlocal session
            with self.connect(session) as stream:
                self.assertEqual(stream.session_reused, session is not None)
                stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
                stream.recv(1000)
                session = stream.session
        resumed()
        again, again_shares = self.each(20, resumed)
        def download(connection):
            self.addCleanup(connection.close)
            def get():
                connection.request("GET", "/records.bin")
                self.assertEqual(len(connection.getresponse().read()), RECORDS << 14)
            return self.each(3, get)[0] / RECORDS
        sealed = download(http.client.HTTPSConnection("localhost", self.run_of.port, context=self.context))
        bare = download(http.client.HTTPConnection("127.0.0.1", self.run_of.plain_port))
        found = {"full handshake": (whole, shares), "resumed handshake": (again, again_shares), "record of 16 KB": (sealed - bare, {})}
        limits = dict(re.findall(r"^\| a ([a-zA-Z0-9 ]+?)(?:,[^|]*)? \| ([\d,]+) \|", DOCUMENT.read_text().split("### Instructions")[1], re.MULTILINE))
        print(f"\nidle second {idle:,.0f}; connection without TLS {plain:,.0f}; 16 KB without TLS {bare:,.0f}")
        for name, (count, by_domain) in found.items():
            print(name, f"{count:,.0f}", {name: round(count) for name, count in by_domain.items() if count > 500})
        for name, (count, _) in found.items():
            self.assertLess(count, TOLERANCE * int(limits[name].replace(",", "")), name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
