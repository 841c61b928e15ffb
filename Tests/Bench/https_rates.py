#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Figures of any server with TLS 1.3: handshakes, requests and bytes per second, which Bench/webserver.py asks of several. By itself,
https_rates.py SERVAL counts the instructions of the web server and its signer for a handshake, a request and a record, under `serval run`."""

import os
import pathlib
import re
import signal
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time

for place in ("Network", "Boot"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / place))

import https_checks  # noqa: E402
import machine  # noqa: E402
import rates  # noqa: E402
import site_checks  # noqa: E402

FULL, RESUMED = "handshakes/s, full", "handshakes/s, resumed"
KEPT, AGAIN = "1 KB over TLS, kept alive, 8", "10 MB over TLS, MB/s"
CONNECTIONS = 8
SECONDS = 3
SMALL = b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def context(ca_file):
    made = ssl.create_default_context(cafile=ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


def visit(address, port, tls, session=None, request=SMALL):
    """A connection with one request: what it resumes is returned, with the number of bytes of the answer."""
    with socket.create_connection((address, port), timeout=60) as stream:
        with tls.wrap_socket(stream, server_hostname="localhost", session=session) as secure:
            secure.sendall(request)
            count, buffer = 0, bytearray(1 << 18)
            while got := secure.recv_into(buffer):
                count += got
            if session is not None and not secure.session_reused:
                raise AssertionError("the server does not resume")
            return secure.session, count


def handshakes(address, port, ca_file, is_resumed):
    """Connections per second with a handshake and a request for 1 KB each, several at once."""
    counts, end = [0] * CONNECTIONS, time.monotonic() + SECONDS * rates.SCALE
    start = time.monotonic()

    def client(index):
        tls = context(ca_file)
        session = visit(address, port, tls)[0] if is_resumed else None
        while time.monotonic() < end:
            fresh, _ = visit(address, port, tls, session)
            # Some servers take a ticket once.
            session = fresh if is_resumed else None
            counts[index] += 1

    threads = [threading.Thread(target=client, args=[index]) for index in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - start)


def requests(address, port):
    """Requests per second for 1 KB on connections that stay open, by wrk, which checks no certificate."""
    return rates.load(f"https://{address}:{port}/small.txt", CONNECTIONS, True).requests


def megabytes_a_second(address, port, ca_file, path="/ten0.bin", count=5):
    """Megabytes per second of downloads, one after the other: the median."""
    found = []
    for _ in range(count):
        start = time.monotonic()
        size = visit(address, port, context(ca_file), request=SMALL.replace(b"/small.txt", path.encode()))[1]
        found.append(size / rates.MEGABYTE / (time.monotonic() - start))
    return statistics.median(found)


def figures(address, port, ca_file):
    """All of them by name. The server's certificate is for localhost, and /ten0.bin has 10 MB."""
    return {
        FULL: handshakes(address, port, ca_file, False), RESUMED: handshakes(address, port, ca_file, True),
        KEPT: requests(address, port), AGAIN: megabytes_a_second(address, port, ca_file)}


# Instructions

DOMAINS = ("web_server", "signer", "entropy")


def instructions(run):
    """Instructions so far, by domain."""
    since = len(run.text())
    os.kill(run.process.pid, signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while "virtual time: " not in run.text()[since:]:
        if time.monotonic() > deadline:
            raise AssertionError("no statistics")
        time.sleep(0.05)
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+) +\d+ +\d+ +\d+", run.text()[since:], re.M)}


def per(run, count, action):
    """Instructions of each domain for one of `count` actions, after a first one."""
    action()
    before = instructions(run)
    for _ in range(count):
        action()
    after = instructions(run)
    return {name: (after[name] - before[name]) // count for name in DOMAINS}


def count_instructions(tool, board):
    machine.SERVAL = tool
    with tempfile.TemporaryDirectory() as folder:
        https_checks.credentials(folder)
        export = pathlib.Path(folder, "export")
        site_checks.lay_out(export)
        run = https_checks.Emulated(
            "webserver", board, folder, ["access-log=no"], names=["ec"], export=export, arguments=["--stats"])
        try:
            root = f"{folder}/root.pem"
            run.wait(root)
            tls = context(root)
            found = {"full handshake, with a request": per(run, 50, lambda: visit("localhost", run.port, tls))}
            session = visit("localhost", run.port, tls)[0]
            found["resumed handshake, with a request"] = per(run, 50, lambda: visit("localhost", run.port, tls, session))
            plain = lambda: fetch_plain(run.plain_port)
            found["request without TLS"] = per(run, 50, plain)
            with open_connection(run.port, tls) as secure, open_connection(run.plain_port) as plain_stream:
                found["1 KB kept alive over TLS"] = per(run, 200, lambda: ask(secure))
                found["1 KB kept alive without TLS"] = per(run, 200, lambda: ask(plain_stream))
            large = SMALL.replace(b"/small.txt", b"/big.bin")
            records = 10_000_000 / 16384
            for name, download in [
                ("16 KB of a download over TLS", lambda: visit("localhost", run.port, tls, session, request=large)),
                ("16 KB of a download without TLS", lambda: fetch_plain(run.plain_port, "/big.bin"))]:
                found[name] = {domain: round(count / records) for domain, count in per(run, 3, download).items()}
            return found
        finally:
            run.stop()


def open_connection(port, tls=None):
    stream = socket.create_connection(("localhost", port), timeout=60)
    return tls.wrap_socket(stream, server_hostname="localhost") if tls else stream


def ask(stream):
    """A request on a connection that stays open."""
    stream.sendall(SMALL.replace(b"Connection: close\r\n", b""))
    answer = b""
    while not answer.endswith(b"x" * 1024):
        answer += stream.recv(65536)


def fetch_plain(port, path="/small.txt"):
    with socket.create_connection(("localhost", port), timeout=60) as stream:
        stream.sendall(SMALL.replace(b"/small.txt", path.encode()))
        while stream.recv(1 << 18):
            pass


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    if not (machine.IMAGES / "signer.elf").exists():
        print("HTTPS: skipped, there is no signer.elf in .build/images: make images")
        return
    for board in (machine.BOARD, "odroidc4"):
        print(f"\n{'HTTPS, instructions, ' + board:46}" + "".join(f"{name:>12}" for name in DOMAINS) + f"{'together':>12}")
        for name, counts in count_instructions(tool, board).items():
            print(f"{name:46}" + "".join(f"{counts[domain]:12,}" for domain in DOMAINS) + f"{sum(counts.values()):12,}", flush=True)


if __name__ == "__main__":
    main()
