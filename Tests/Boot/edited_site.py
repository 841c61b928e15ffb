#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A site that is edited while it is served, as by editors, rsync and deploy scripts: files are renamed over others, written in
place, truncated, appended to, removed, and their times set back. Each complete answer must be one of the versions that existed,
and each ETag must stand for one version. One exception no server can detect: Linux updates a file's times before it copies the
written bytes, so for some microseconds the old bytes have the new times. Runs under `serval run` with its own NFS server and with
nfs-ganesha, and on seL4 if MICROKIT_SDK is set; 20 s each, an hour with SERVAL_LONG=1."""

import collections
import hashlib
import os
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import ganesha
import machine
import webserver

SECONDS = 3600 if os.environ.get("SERVAL_LONG") == "1" else 20
SIZES = (2_000, 40_000, 150_000, 500_000, 1_500_000)
"""Seconds between edits at least: servers distinguish versions by times, which have steps of some milliseconds."""
STEP = 0.03


class Editor:
    """Edits a file while it runs, and records every state that a visitor may see."""

    def __init__(self, path, seed):
        self.path, self.chance = pathlib.Path(path), random.Random(seed)
        self.versions, self.edits = [], collections.Counter()
        self.content = b""
        self.rename()

    def record(self, content, in_place=False):
        self.content = bytes(content)
        self.versions.append((hashlib.sha256(self.content).digest(), in_place))

    def cannot_be_told_apart(self, contents):
        """Whether two contents with one tag are those before and after a write in place, which keeps the size."""
        places = [place for place, (version, _) in enumerate(self.versions) if version in contents]
        return len(places) == 2 and places[1] == places[0] + 1 and self.versions[places[1]][1]

    def rename(self):
        content = self.chance.randbytes(self.chance.choice(SIZES))
        new = self.path.with_suffix(".new")
        new.write_bytes(content)
        self.record(content)
        os.rename(new, self.path)

    def write(self):
        """Writes within one page, so that no read sees half of it."""
        content, page = bytearray(self.content), self.chance.randbytes(1024)
        offset = self.chance.randrange(max(1, len(content) // 4096)) * 4096
        content[offset:offset + 1024] = page
        # Recorded before the write, since a visitor may read before this thread continues.
        self.record(content, in_place=True)
        with open(self.path, "r+b") as file:
            os.pwrite(file.fileno(), page, offset)

    def write_and_set_the_time_back(self):
        before = os.stat(self.path)
        self.write()
        os.utime(self.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def truncate(self):
        self.record(self.content[:max(1, len(self.content) * 2 // 3)])
        os.truncate(self.path, len(self.content))

    def append(self):
        more = self.chance.randbytes(1000)
        self.record(self.content + more)
        with open(self.path, "ab") as file:
            file.write(more)

    def remove(self):
        os.unlink(self.path)
        time.sleep(0.3)
        self.rename()

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            edit = self.chance.choice(
                (self.rename, self.rename, self.write, self.write_and_set_the_time_back, self.truncate, self.append, self.remove))
            edit()
            self.edits[edit.__name__] += 1
            time.sleep(self.chance.choice((STEP, 0.1, 0.5, 2)))


class Visitor:
    """Requests the file in all ways: HEAD, GET, and conditional GET."""

    def __init__(self, port, editor, seed):
        self.port, self.editor, self.chance = port, editor, random.Random(seed)
        self.tally, self.wrong, self.tags, self.last = collections.Counter(), [], collections.defaultdict(set), None

    def ask(self, method, fields=b"", pause=0.0):
        data = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=40) as client:
            client.sendall(method + b" /edited HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + b"\r\n")
            try:
                while piece := client.recv(1 << 16):
                    data += piece
                    time.sleep(pause)
            except ConnectionError:
                pass
        head, _, body = data.partition(b"\r\n\r\n")
        tag, length = re.search(rb"ETag: (\S+)", head), re.search(rb"Content-Length: (\d+)", head)
        return int(data[9:12] or 0), tag and tag[1], length and int(length[1]), body

    def visit(self):
        kind = self.chance.random()
        if kind < 0.25:
            self.tally[f"HEAD {self.ask(b'HEAD')[0]}"] += 1
        elif kind < 0.4 and self.last:
            status = self.ask(b"GET", b"If-None-Match: " + self.last + b"\r\n")[0]
            self.tally[f"condition {status}"] += 1
        else:
            status, tag, length, body = self.ask(b"GET", pause=self.chance.choice((0, 0, 0.01)))
            self.last = tag or self.last
            if status != 200 or length != len(body):
                self.tally["cut off" if status in (0, 200) else f"GET {status}"] += 1
                return
            self.tally["whole"] += 1
            found = hashlib.sha256(body).digest()
            self.tags[tag].add(found)
            if all(found != version for version, _ in self.editor.versions):
                self.wrong.append((tag, len(body)))

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.visit()
            time.sleep(self.chance.uniform(0, 0.1))


def emulated(directory, port, *generate, run=()):
    """The web server under `serval run`, on this machine's `port`."""
    system = pathlib.Path(directory, "system")
    target = ["--sdk", "2.3.0", "--config", "release"]
    subprocess.run(
        [machine.SERVAL, "generate", "webserver", "--board", machine.BOARD, *target, "--images", machine.IMAGES,
         "--output", system, *generate], check=True, stdout=subprocess.DEVNULL)
    return subprocess.Popen(
        [machine.SERVAL, "run", system / "webserver.system", *target, "--net", "user", "--forward", f"{port}:80",
         "--realtime", *run],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Checks(unittest.TestCase):
    def check(self, site, port):
        seed = int(os.environ.get("SERVAL_SEED", random.randrange(1 << 32)))
        editor = Editor(site / "edited", seed)
        deadline = time.monotonic() + 60
        while True:
            try:
                if Visitor(port, editor, 0).ask(b"HEAD")[0] == 200:
                    break
            except OSError:
                pass
            self.assertLess(time.monotonic(), deadline, "the web server does not answer")
            time.sleep(0.2)
        visitors = [Visitor(port, editor, seed + number) for number in range(4)]
        threads = [threading.Thread(target=visitor.run, args=(SECONDS,)) for visitor in visitors]
        for thread in threads:
            thread.start()
        editor.run(SECONDS)
        for thread in threads:
            thread.join()
        tally, tags = sum((visitor.tally for visitor in visitors), collections.Counter()), collections.defaultdict(set)
        for visitor in visitors:
            for tag, contents in visitor.tags.items():
                tags[tag] |= contents
        print(f"seed {seed}: {dict(editor.edits)}; {dict(tally)}", flush=True)
        self.assertEqual([wrong for visitor in visitors for wrong in visitor.wrong], [])
        double = {tag: contents for tag, contents in tags.items() if len(contents) > 1}
        self.assertEqual([tag for tag, contents in double.items() if not editor.cannot_be_told_apart(contents)], [])
        self.assertLessEqual(len(double), 1 + tally["whole"] // 10_000)
        self.assertGreater(tally["whole"], SECONDS)
        self.assertLessEqual(
            set(tally), {"whole", "cut off", "HEAD 200", "HEAD 404", "GET 404", "GET 503", "condition 200", "condition 304",
                         "condition 404", "condition 503"})
        # Cached content expires after some seconds of the machine's time.
        deadline = time.monotonic() + 60
        while visitors[0].ask(b"GET")[3] != editor.content:
            self.assertLess(time.monotonic(), deadline, "the last version is not served")
            time.sleep(1)

    def end(self, process):
        process.terminate()
        process.wait()


class Emulated(Checks):
    def test_its_own_nfs_server(self):
        port = machine.free_port()
        with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as site:
            process = emulated(
                directory, port, "--nfs-server", "10.0.2.4", "--nfs-directory", "/", "--website-dir", "/",
                run=("--export", site))
            self.addCleanup(self.end, process)
            self.check(pathlib.Path(site), port)

    @unittest.skipIf(ganesha.why_not(), ganesha.why_not())
    def test_ganesha(self):
        port = machine.free_port()
        with tempfile.TemporaryDirectory() as directory, ganesha.Ganesha(expiry=0) as server:
            process = emulated(
                directory, port, "--nfs-server", "10.0.2.2", "--nfs-directory", server.export, "--website-dir", "/",
                "--set", f"nfs-ports={server.files}:{server.mount}")
            self.addCleanup(self.end, process)
            self.check(server.export, port)


@unittest.skipIf(machine.why_not() or ganesha.why_not(), machine.why_not() or ganesha.why_not())
class OnSeL4(webserver.WebServer, Checks):
    test_the_sample_site = test_a_server_that_comes_later_and_goes_during_a_download = None

    def test_ganesha(self):
        port = machine.free_port()
        with ganesha.Ganesha(expiry=0) as server, self.boot(server, port, site="/") as console:
            console.expect(r"web_server: address 10\.0\.2\.15", 30)
            self.drain(console)
            self.check(server.export, port)


# Keeps webserver.py's own tests from running here.
del Checks

if __name__ == "__main__":
    unittest.main(verbosity=2)
