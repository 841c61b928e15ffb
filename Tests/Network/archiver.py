#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The upload service of docs/archiver.md: as a program of this machine, under `serval run` for both boards, and on seL4 with
MICROKIT_SDK. With SERVAL_LONG=1, a gigabyte goes through each on seL4, and through Chromium. SERVAL_SCREENSHOTS names a folder
for pictures of the page."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import archives  # noqa: E402
import browser  # noqa: E402
import gauge  # noqa: E402
import machine  # noqa: E402
from archives import Client, contents, curl, form, noise, upload, words  # noqa: E402

LONG = os.environ.get("SERVAL_LONG") == "1"
SERVER = pathlib.Path(os.environ.get("SERVAL_ARCHIVER_SERVER", machine.ROOT / ".build" / "debug" / "archiver-server"))
DOCUMENT = (machine.ROOT / "docs" / "archiver.md").read_text()
PAGE = ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"]
ADDRESS = "10.0.2.15"


def stated(pattern):
    """A number of docs/archiver.md."""
    return int(re.search(pattern, DOCUMENT)[1].replace(",", ""))


UPLOADS = stated(r"\| archives at the same time \| ([\d,]+) \|")
MEMORY = stated(r"\| memory of an archive \| ([\d,]+) bytes \|")
FILES = stated(r"\| files in an archive \| ([\d,]+) \|")
HEAP = int(re.search(r"ports\.https == nil \? (\d+)", (machine.ROOT / "systems" / "archiver" / "Archiver.swift").read_text())[1]) << 20
UPLOAD_MEMORY = stated(r"\| memory of an upload, .* \| ([\d,]+) \|")
BOUND_MEMORY = stated(r"\| memory of an archive at its bound, .* \| ([\d,]+) \|")
SEL4_GROWTH = stated(r"\| more memory during an upload .* \| ([\d,]+) \|")
TEXT = stated(r"\| text of the program.* \| ([\d,]+) \|")
IMAGE = stated(r"\| boot image for seL4 \| ([\d,]+) \|")
SPOOL = 1024 * stated(r"\| archive without JavaScript \| ([\d,]+) KB \|")


@contextlib.contextmanager
def reading(client):
    """Reads a client's answer while it sends; a function that waits for it."""
    answers = []
    reader = threading.Thread(target=lambda: answers.append(client.answer()))
    reader.start()

    def wait():
        reader.join(60)
        return answers[0]

    yield wait


class OnHost:
    """The service in a process of this machine."""

    def __init__(self):
        self.process = subprocess.Popen([SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    growth = MEMORY + 2_000_000
    """Bytes by which `memory` may grow during an upload."""
    has_gauge = False

    def memory(self):
        """Bytes in use."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def close(self):
        ended = self.process.poll()
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        if ended is not None:
            raise AssertionError(f"the server has ended with {ended}")


class Emulated:
    """The system under `serval run`."""

    def __init__(self, board, choices=()):
        self._directory = tempfile.TemporaryDirectory()
        place = pathlib.Path(self._directory.name)
        target = ["--sdk", "2.3.0", "--config", "release"]
        subprocess.run(
            [machine.SERVAL, "generate", "archiver", "--board", board, *target, "--images", machine.IMAGES, "--output",
             place / "system", *(word for choice in choices for word in ("--set", choice))],
            check=True, stdout=subprocess.DEVNULL)
        self.port = machine.free_port()
        self._console = open(place / "console", "w+")
        self.process = subprocess.Popen(
            [machine.SERVAL, "run", place / "system" / "archiver.system", *target, "--net", "user", "--stats", "--forward",
             f"{self.port}:{ADDRESS}:80"],
            stdin=subprocess.DEVNULL, stdout=self._console, stderr=subprocess.STDOUT)
        archives.wait_for(self.port)

    def text(self):
        self._console.seek(0)
        return self._console.read()

    growth = MEMORY + 300_000
    has_gauge = True

    def memory(self):
        """Bytes of the heap in use."""
        return self.heap()[0]

    def heap(self):
        """Bytes of the heap: in use, at most, and of it."""
        before = len(self.text())
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if found := re.findall(r"archiver heap +(\d+) +(\d+) +(\d+)", self.text()[before:]):
                return [int(number) for number in found[-1]]
            time.sleep(0.05)
        raise AssertionError(f"no statistics: {self.text()[-2000:]}")

    def close(self):
        ended = self.process.poll()
        self.process.terminate()
        self.process.wait()
        text = self.text()
        self._console.close()
        self._directory.cleanup()
        if ended is not None:
            raise AssertionError(f"serval run has ended with {ended}: {text[-2000:]}")


class OnSeL4:
    """The system on seL4 in QEMU."""

    def __init__(self, sdk, choices=()):
        self._directory = tempfile.TemporaryDirectory()
        options = [word for choice in choices for word in ("--set", choice)]
        image = machine.build(
            "archiver", machine.BOARD, "release", pathlib.Path(self._directory.name), options=options, sdk=sdk)
        self.image_size = image.stat().st_size
        self.port = machine.free_port()
        self._guest = gauge.SharedMemory()
        self._machine = machine.Machine(
            image, *self._guest.arguments, "-netdev", f"user,id=net0,hostfwd=tcp:127.0.0.1:{self.port}-{ADDRESS}:80", "-device",
            "virtio-net-device,netdev=net0,bus=virtio-mmio-bus.0", "-global", "virtio-mmio.force-legacy=false",
            "-device", "virtio-rng-device,bus=virtio-mmio-bus.8")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        archives.wait_for(self.port)
        program = pathlib.Path(self._directory.name, "system", "archiver.elf")
        self._gauge = self._guest.find(program, HEAP)

    def _read(self):
        """Reads the console, so that it never blocks."""
        with contextlib.suppress(OSError, ValueError):
            while os.read(self._machine.process.stdout.fileno(), 65536):
                pass

    growth = SEL4_GROWTH
    has_gauge = True

    def memory(self):
        """Bytes of the heap in use."""
        return self._guest.words(self._gauge)[1]

    def close(self):
        ended = self._machine.process.poll()
        self._machine.process.kill()
        self._machine.process.wait()
        self._reader.join(5)
        self._guest.close()
        self._directory.cleanup()
        if ended is not None:
            raise AssertionError(f"QEMU has ended with {ended}")


class Checks:
    """What the service must do wherever it runs. `megabytes` of the large upload fit the target's speed."""

    megabytes = 3

    @property
    def bound(self):
        """Seconds in which something small has to be done while others misbehave: more where programs wait for a processor."""
        return 10 * max(1, os.getloadavg()[0] / os.cpu_count() / 2)

    @classmethod
    def setUpClass(cls):
        cls.target = cls.start()
        cls.addClassCleanup(cls.target.close)
        cls.port = cls.target.port
        cls.url = f"http://127.0.0.1:{cls.port}"

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    # One connection

    def test_as_in_the_chapter(self):
        (self.folder / "foo.txt").write_text("Hello, archive!\n")
        foo, archive = self.folder / "foo.txt", self.folder / "foo.zip"
        curl("-F", f"file=@{foo}", "-X", "POST", f"{self.url}/upload", "-o", archive)
        self.assertEqual(contents(archive), {"foo.txt": b"Hello, archive!\n"})
        if shutil.which("unzip"):
            text = subprocess.run(["unzip", "-p", archive], check=True, capture_output=True).stdout
            self.assertEqual(text, b"Hello, archive!\n")

    def test_page(self):
        for path in ("/", "/?any=query"):
            with Client(self.port, "GET", path) as client:
                page = client.answer()
            for text in ("<h1>File selection</h1>", 'action="/upload"', 'method="post"', 'enctype="multipart/form-data"',
                         'name="files[]"', "required", "+ Add a field", "Start archiving"):
                self.assertIn(text, page.text)
            self.assertIn("default-src 'none'", page.fields["content-security-policy"])
            self.assertEqual(page.fields["x-content-type-options"], "nosniff")
        # Nothing comes from elsewhere.
        self.assertEqual(re.findall(r"(?:href|src)=\"(?!/|data:,)[^\"]*", page.text), [])
        for path, kind in (("/style.css?any=query", "text/css"), ("/archiver.js", "text/javascript")):
            with Client(self.port, "GET", path) as client:
                answer = client.answer()
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.fields["content-type"].startswith(kind))

    def test_head_of_the_archive(self):
        answer = upload(self.port, [("files[]", "a.txt", b"a")])
        self.assertEqual((answer.status, answer.is_whole), (200, True))
        self.assertEqual(answer.fields["content-type"], "application/zip")
        self.assertEqual(answer.fields["content-disposition"], 'attachment; filename="archive.zip"')

    def test_many_files(self):
        files = [("files[]", f"{kind} {number}.bin", make(number * 97, number + 1))
                 for number in range(60) for kind, make in (("noise", noise), ("words", words))]
        files += [("x", "Größe 大.txt", b"names in UTF-8"), ("empty", "empty", b"")]
        archive = self.folder / "many.zip"
        archive.write_bytes(upload(self.port, files).body)
        self.assertEqual(contents(archive), {name: content for _, name, content in files})
        for reader in (["unzip", "-tqq"], ["7z", "t"], ["bsdtar", "-xOf"]):
            if shutil.which(reader[0]):
                subprocess.run([*reader, archive], check=True, stdout=subprocess.DEVNULL)

    def test_names(self):
        """Fields of any name; parts without a file name; files of the same name; and names that would leave the folder."""
        answer = upload(self.port, [
            ("", "a.txt", b"1"), ("any", "a.txt", b"2"), ("files[]", None, b"3"), ("f", "../../etc/passwd", b"4"),
            ("f", "C:\\\\dir\\\\b.txt", b"5"), ("files[]", "", b"")])
        found = contents(answer.body)
        self.assertEqual(sorted(found.values()), [b"1", b"2", b"3", b"4", b"5"])
        self.assertEqual((found["a.txt"], found["a (2).txt"], found["passwd"], found["b.txt"]), (b"1", b"2", b"4", b"5"))
        other, = set(found) - {"a.txt", "a (2).txt", "passwd", "b.txt"}
        self.assertRegex(other, "^[0-9a-f]{16}$")

    def test_large_files_in_flat_memory(self):
        size = self.megabytes * 1_000_000
        archives.write(self.folder / "noise", noise, size // 2)
        archives.write(self.folder / "words", words, size // 2)
        upload(self.port, [("f", "first", b"The buffers of the first upload stay.")])
        before, most, end = self.target.memory(), 0, threading.Event()

        def watch():
            nonlocal most
            while not end.wait(0.2):
                most = max(most, self.target.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.monotonic()
        try:
            curl("-F", f"a=@{self.folder}/noise", "-F", f"b=@{self.folder}/words", f"{self.url}/upload", "-o",
                 self.folder / "large.zip", seconds=3600)
        finally:
            end.set()
            watcher.join()
        took = time.monotonic() - start
        print(f"{size / took / 1e6:.2f} MB/s, {max(most - before, 0):,} bytes", end=" ", file=sys.stderr, flush=True)
        with zipfile.ZipFile(self.folder / "large.zip") as archive:
            for name in ("noise", "words"):
                with archive.open(name) as entry, open(self.folder / name, "rb") as file:
                    self.assertTrue(archives.is_same(entry, file), name)
        # The connection's buffers come on top of the archive's own. A whole archive, of two thirds of the size, would not fit.
        self.assertLess(most - before, self.target.growth)

    def test_chunked_bodies(self):
        (self.folder / "a").write_bytes(words(200_000))
        curl("-H", "Transfer-Encoding: chunked", "-F", f"a=@{self.folder}/a", f"{self.url}/upload", "-o", self.folder / "a.zip")
        self.assertEqual(contents(self.folder / "a.zip"), {"a": words(200_000)})

    def test_what_is_no_archive(self):
        for kind, body, status, text in (
                (None, b"", 415, "not of type multipart"),
                ("text/plain", b"--x--\r\n", 415, "not of type multipart"),
                ("application/x-www-form-urlencoded", b"a=b", 415, "not of type multipart"),
                ("multipart/form-data", b"--x--\r\n", 400, "Invalid multipart/form-data request"),
                ("multipart/form-data; boundary=x", b"nonsense", 400, "Invalid multipart/form-data request"),
                ("multipart/form-data; boundary=x", b"", 400, "Invalid multipart/form-data request"),
                ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nb',
                 400, "Invalid multipart/form-data request"),
                ("multipart/form-data; boundary=x", b"--x--\r\n", 400, "no files"),
                ("multipart/form-data; boundary=x",
                 b'--x\r\nContent-Disposition: form-data; name="files[]"; filename=""\r\n\r\n\r\n--x--\r\n', 400, "no files"),
        ):
            with self.subTest(kind, body=body):
                fields = [f"Content-Length: {len(body)}"] + ([f"Content-Type: {kind}"] if kind else [])
                for page in ([], PAGE):
                    with Client(self.port, "POST", "/upload", fields=fields + page) as client:
                        client.send(body)
                        answer = client.answer()
                    self.assertEqual(answer.status, status)
                    self.assertIn(text, answer.text)
                    self.assertEqual("<h1>" in answer.text, bool(page))
        for method, path, status in (("GET", "/upload", 405), ("GET", "/none", 404), ("POST", "/archives/x", 404)):
            with Client(self.port, method, path) as client:
                self.assertEqual(client.answer().status, status)

    def test_a_large_body_that_breaks_off(self):
        """The archive has begun, so it cannot be completed: the client sees that."""
        body = form([("a", "a", noise(300_000))])
        with Client(self.port, "POST", "/upload", length=len(body) - 100) as client:
            threading.Thread(target=lambda: client.send(body[:-100]), daemon=True).start()
            answer = client.answer()
        self.assertEqual((answer.status, answer.is_whole), (200, False))

    # Two connections

    def pair(self, files, download_first):
        address = archives.new_archive(self.port)
        body = form(files)
        with contextlib.ExitStack() as stack:
            def download():
                return stack.enter_context(Client(self.port, "GET", address))

            first = download() if download_first else None
            client = stack.enter_context(Client(self.port, "POST", address, length=len(body)))
            sender = threading.Thread(target=client.send, args=[body])
            sender.start()
            archive = (first or download()).answer()
            sender.join()
            return address, archive, client.answer()

    def test_two_connections(self):
        files = [("files[]", "noise", noise(400_000)), ("files[]", "words", words(400_000))]
        for download_first in (True, False):
            with self.subTest(download_first=download_first):
                address, archive, answer = self.pair(files, download_first)
                self.assertRegex(address, "^/archives/[0-9a-f]{32}$")
                self.assertEqual((archive.status, archive.is_whole), (200, True))
                self.assertEqual(contents(archive.body), {name: content for _, name, content in files})
                self.assertEqual((answer.status, answer.text), (200, "2 files were packed.\n"))
                # An address is for one archive.
                self.assertEqual(upload(self.port, files[:0], address).status, 404)
                with Client(self.port, "GET", address) as client:
                    self.assertEqual(client.answer().status, 404)

    def status_of(self, method, path):
        with Client(self.port, method, path) as client:
            return client.answer().status

    def test_second_connections_of_an_end(self):
        address = archives.new_archive(self.port)
        with Client(self.port, "GET", address) as download:
            # A server need not read connections in the order in which they came.
            while self.status_of("HEAD", address) == 200:
                time.sleep(0.05)
            with Client(self.port, "GET", address) as other:
                self.assertEqual(other.answer().status, 404)
            self.assertEqual(upload(self.port, [("f", "a", b"a")], address).status, 200)
            self.assertEqual(contents(download.answer().body), {"a": b"a"})

    def test_a_malformed_upload_of_two_connections(self):
        for body, status in ((b"nonsense", 400), (form([]), 400)):
            address = archives.new_archive(self.port)
            with Client(self.port, "GET", address) as download, \
                    Client(self.port, "POST", address, length=len(body)) as client:
                client.send(body)
                self.assertEqual(client.answer().status, status)
                self.assertEqual(download.answer().status, status)

    def test_the_upload_goes(self):
        for vanish in (Client.vanish, Client.close):
            address = archives.new_archive(self.port)
            body = form([("a", "a", noise(500_000))])
            with Client(self.port, "GET", address) as download, \
                    Client(self.port, "POST", address, length=len(body)) as client:
                client.send(body[:200_000])
                self.assertTrue(download.socket.recv(1, socket.MSG_PEEK))
                start = time.monotonic()
                vanish(client)
                # A user network may make an end of a reset: the last chunk is missing all the same.
                answer = download.answer()
                self.assertEqual((answer.status, answer.is_whole), (200, False))
                self.assertLess(time.monotonic() - start, self.bound)

    def test_the_download_goes(self):
        for vanish in (Client.vanish, Client.close):
            address = archives.new_archive(self.port)
            body = form([("a", "a", noise(20_000_000))])
            with Client(self.port, "GET", address) as download, \
                    Client(self.port, "POST", address, length=len(body)) as client:
                client.send(body[:100_000])
                self.assertTrue(download.socket.recv(1))
                vanish(download)
                start = time.monotonic()
                # It gets an answer, and a reset if it goes on for longer than two seconds.
                with contextlib.suppress(ConnectionError):
                    client.send(body[100_000:])
                    self.assertEqual(client.answer().status, 409)
                self.assertLess(time.monotonic() - start, self.bound)

    # Browsers without JavaScript

    def test_without_javascript(self):
        files = [("files[]", "words", words(150_000)), ("files[]", "noise", noise(150_000))]
        body = form(files)
        with Client(self.port, "POST", "/upload", length=len(body), fields=PAGE) as client:
            # All of it, without reading.
            client.send(body)
            answer = client.answer()
        self.assertEqual((answer.status, answer.is_whole), (200, True))
        self.assertEqual(int(answer.fields["content-length"]), len(answer.body))
        self.assertEqual(contents(answer.body), {name: content for _, name, content in files})

    def test_too_large_without_javascript(self):
        body = form([("files[]", "noise", noise(SPOOL + 1_000_000))])
        with Client(self.port, "POST", "/upload", length=len(body), fields=PAGE) as client:
            client.send(body)
            answer = client.answer()
        self.assertEqual((answer.status, answer.is_whole), (413, True))
        self.assertIn("256 KB", answer.text)
        self.assertIn('<a href="/">', answer.text)

    def test_largest_without_javascript(self):
        """Up to the stated size, and no more."""
        content = noise(SPOOL - 1024)
        answer = upload(self.port, [("f", "a", content)], fields=PAGE)
        self.assertEqual(contents(answer.body), {"a": content})
        answer = upload(self.port, [("f", "a", noise(SPOOL))], fields=PAGE)
        self.assertEqual(answer.status, 413)

    # Limits

    def begin(self, stack, count, body, sent, receive_buffer=None):
        """Uploads that have sent the first bytes of `body`, and hold their places."""
        clients = []
        for _ in range(count):
            client = stack.enter_context(
                Client(self.port, "POST", "/upload", length=len(body), receive_buffer=receive_buffer))
            client.send(body[:sent])
            clients.append(client)
        return clients

    def test_an_archive_at_its_bound(self):
        """As many files as there may be, with names as long as there may be."""
        if not self.target.has_gauge:
            self.skipTest("nothing tells how much of the heap is in use")
        files = [("f", f"{number:03}" + "x" * 61, b"") for number in range(FILES)]
        body = form(files)
        upload(self.port, files)
        before, count = self.target.memory(), 4
        with contextlib.ExitStack() as stack:
            clients = self.begin(stack, count, body, 0)
            answers = [stack.enter_context(reading(client)) for client in clients]
            for client in clients:
                client.send(body[:-10])
            held, last = self.target.memory(), 0
            while held > last:
                time.sleep(2)
                held, last = self.target.memory(), held
            held = (held - before) / count
            print(f"{held:,.0f} bytes each", end=" ", file=sys.stderr, flush=True)
            for client in clients:
                client.send(body[-10:])
            for answer in answers:
                self.assertEqual(len(contents(answer().body)), FILES)
        # The connection comes on top of the archive's own.
        self.assertLess(held, MEMORY + 45_000)
        self.assertAlmostEqual(held, BOUND_MEMORY, delta=BOUND_MEMORY / 20)

    def test_all_places(self):
        content = noise(100_000)
        body = form([("f", "a", content)])
        upload(self.port, [("f", "first", b"")])
        before = self.target.memory()
        with contextlib.ExitStack() as stack:
            clients, sent = [], 20_000
            for _ in range(UPLOADS):
                # QEMU's user network takes half a second for each connection: none may become slow meanwhile.
                for client in clients:
                    client.send(body[sent:sent + 1000])
                sent += 1000 if clients else 0
                clients += self.begin(stack, 1, body, sent)
            # Others are told, and may ask again.
            start = time.monotonic()
            while (answer := upload(self.port, [("f", "b", b"")])).status == 200 and time.monotonic() < start + 30:
                time.sleep(0.1)
            self.assertEqual(answer.status, 503)
            self.assertIn("retry-after", answer.fields)
            with Client(self.port, "POST", "/archives") as client:
                self.assertEqual(client.answer().status, 503)
            page = upload(self.port, [("f", "b", b"")], fields=PAGE)
            self.assertEqual((page.status, "<h1>" in page.text), (503, True))
            held = (self.target.memory() - before) / UPLOADS
            print(f"{held:,.0f} bytes each", end=" ", file=sys.stderr, flush=True)
            # Besides the archive, an upload has its connection and the buffers of its socket.
            self.assertLess(held, MEMORY + 45_000 + 65_536)
            if self.target.has_gauge:
                self.assertAlmostEqual(held, UPLOAD_MEMORY, delta=UPLOAD_MEMORY / 20)
            for client in clients:
                client.send(body[sent:])
            for client in clients:
                self.assertEqual(contents(client.answer().body), {"a": content})
        self.assertEqual(upload(self.port, [("f", "b", b"")]).status, 200)

    def test_slow_uploads_lose_their_places(self):
        with contextlib.ExitStack() as stack:
            self.begin(stack, UPLOADS, form([("f", "a", noise(30_000))]), 200)
            start = time.monotonic()
            while upload(self.port, [("f", "b", b"")]).status != 200:
                self.assertLess(time.monotonic() - start, 15 + self.bound)
                time.sleep(0.5)

    def time_of_one(self, bound):
        start = time.monotonic()
        content = words(50_000)
        # As users do, it asks again when all places are taken.
        while (answer := upload(self.port, [("f", "a", content)])).status == 503:
            self.assertLess(time.monotonic() - start, bound)
            time.sleep(0.2)
        self.assertEqual(contents(answer.body), {"a": content})
        return time.monotonic() - start

    def others(self, name, alone=0):
        """The median of five; it was `alone` without the hostile ones. Where that is long, the machine is busy with other things."""
        bound = max(self.bound, 40 * alone)
        times = [self.time_of_one(bound) for _ in range(3)]
        print(f"{name}: {statistics.median(times):.2f} s,", end=" ", file=sys.stderr, flush=True)
        self.assertLess(max(times), bound)
        return statistics.median(times)

    def test_hostile_clients(self):
        """They hurt themselves alone: what the others' uploads take meanwhile."""
        alone = self.others("nobody")
        body = form([("f", "a", noise(3_000_000))])
        with contextlib.ExitStack() as stack:
            for client in self.begin(stack, 20, body, 20_000, receive_buffer=4096):
                client.socket.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.socket.send(body[20_000:])
            self.others("20 that never read", alone)
        with contextlib.ExitStack() as stack:
            self.begin(stack, 40, body, 3000)
            self.others("40 that have stopped", alone)
        for _ in range(100):
            with Client(self.port, "POST", "/upload", length=len(body)) as client:
                client.send(body[:5000])
                client.vanish()
        self.others("100 that have vanished", alone)
        with contextlib.ExitStack() as stack:
            for number in range(100):
                address = archives.new_archive(self.port)
                stack.enter_context(Client(self.port, "GET" if number % 2 else "POST", address, length=1000))
            self.others("100 ends without a partner", alone)
        for _ in range(600):
            archives.new_archive(self.port)
        self.others("600 unused addresses", alone)
        with contextlib.ExitStack() as stack:
            nonsense = b"--" + archives.BOUNDARY.encode()[:-1] + b"\r\n"
            for _ in range(20):
                client = stack.enter_context(Client(self.port, "POST", "/upload", length=1 << 40))
                client.send(form([("f", "a", nonsense * 5000)])[:-40])
            self.others("20 of near boundaries", alone)
        # Each file costs more than its few bytes.
        many = [("f", f"{number}", b"") for number in range(FILES)]
        end = threading.Event()

        def repeat():
            while not end.is_set():
                with contextlib.suppress(OSError):
                    upload(self.port, many)

        crowd = [threading.Thread(target=repeat) for _ in range(20)]
        for thread in crowd:
            thread.start()
        try:
            self.others("20 of a thousand files each", alone)
        finally:
            end.set()
            for thread in crowd:
                thread.join()


@unittest.skipUnless(SERVER.exists(), f"there is no {SERVER}: make test-build")
class Host(Checks, unittest.TestCase):
    megabytes = 15
    start = OnHost

    def test_nobody_comes_for_the_other_end(self):
        upload_first, download_first = archives.new_archive(self.port), archives.new_archive(self.port)
        body = form([("f", "a", b"a")])
        start = time.monotonic()
        with Client(self.port, "POST", upload_first, length=len(body)) as client, \
                Client(self.port, "GET", download_first) as download:
            client.send(body)
            self.assertEqual((client.answer().status, download.answer().status), (504, 504))
        self.assertAlmostEqual(time.monotonic() - start, 30, delta=5)
        self.assertEqual(upload(self.port, [("f", "a", b"a")], download_first).status, 404)

    def test_entries_have_the_time_of_the_upload(self):
        answer = upload(self.port, [("f", "a", b"a")])
        (self.folder / "a.zip").write_bytes(answer.body)
        with zipfile.ZipFile(self.folder / "a.zip") as archive:
            date = time.mktime((*archive.infolist()[0].date_time, 0, 0, 0)) - time.timezone
        self.assertAlmostEqual(date, time.time(), delta=100)


def emulated(board, choices):
    reason = next((f"there is no {file}" for file in (machine.SERVAL, machine.IMAGES / "archiver.elf") if not file.exists()), None)

    @unittest.skipIf(reason, reason)
    class Class(Checks, unittest.TestCase):
        @classmethod
        def start(cls):
            return Emulated(board, choices)

        def test_time_of_the_entries(self):
            (self.folder / "a.zip").write_bytes(upload(self.port, [("f", "a", b"a")]).body)
            with zipfile.ZipFile(self.folder / "a.zip") as archive:
                date = archive.infolist()[0].date_time
            if choices:
                self.assertEqual(date[:4], (2026, 11, 28, 23))
            else:
                self.assertEqual(date, (1980, 1, 1, 0, 0, 0))

    return Class


EmulatedVirt = emulated("qemu_virt_aarch64", ["time=2026-11-28T23:00:00"])
EmulatedOdroid = emulated("odroidc4", [])


def on_sel4(sdk):
    class Class(Checks, unittest.TestCase):
        megabytes = 1000 if LONG else 64

        @classmethod
        def start(cls):
            return OnSeL4(sdk)

        def test_size_of_the_image(self):
            self.assertAlmostEqual(self.target.image_size, IMAGE, delta=IMAGE / 10)

    return Class


globals().update(machine.on_each_sdk("OnRealSeL4", lambda name, sdk: on_sel4(sdk)))


@unittest.skipIf(browser.why_not(), browser.why_not())
class PageChecks:
    """The page in Chromium. It sends files of `megabytes`, and one of `most_megabytes`."""

    megabytes = most_megabytes = 2

    @classmethod
    def setUpClass(cls):
        cls.target = cls.start()
        cls.addClassCleanup(cls.target.close)
        cls.url = f"http://127.0.0.1:{cls.target.port}/"
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "words.txt").write_bytes(words(100_000))
        (cls.folder / "noise.bin").write_bytes(noise(50_000))
        archives.write(cls.folder / "large.bin", noise, cls.megabytes * 1_000_000)

    def setUp(self):
        self.browser = self.enterContext(browser.Browser("--window-size=620,640"))
        self.browser.open(self.url)

    def picture(self, name):
        if place := os.environ.get("SERVAL_SCREENSHOTS"):
            for scheme in ("light", "dark"):
                self.browser.set_dark(scheme == "dark")
                self.browser.screenshot(pathlib.Path(place, f"{name}-{scheme}.png"))

    def message(self):
        return self.browser.evaluate("document.getElementById('message').textContent")

    def complaints(self):
        """What the browser has logged, such as violations of the policy."""
        return [event for event in self.browser._events if event.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]

    def check(self, file, *names):
        with zipfile.ZipFile(file) as archive:
            self.assertEqual(sorted(archive.namelist()), sorted(names))
            for name in names:
                with archive.open(name) as entry, open(self.folder / name, "rb") as original:
                    self.assertTrue(archives.is_same(entry, original), name)

    def test_files_in_two_fields(self):
        self.browser.click("#add")
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "file-2")
        self.browser.choose("#file-1", self.folder / "words.txt", self.folder / "noise.bin")
        self.browser.choose("#file-2", self.folder / "large.bin")
        self.picture("fields")
        self.browser.click("#start")
        self.check(self.browser.download(600), "words.txt", "noise.bin", "large.bin")
        self.browser.until("document.getElementById('message').textContent.includes('3 files were packed')")
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "start")
        self.picture("done")
        self.assertEqual(self.complaints(), [])

    def test_progress(self):
        self.browser.choose("#file-1", self.folder / "large.bin")
        self.browser.evaluate("""
          window.seen = [];
          new MutationObserver(() => seen.push(progress.value)).observe(document.getElementById('progress'), {attributes: true});
        """)
        self.browser.click("#start")
        self.browser.until("document.getElementById('progress').value > 0")
        self.picture("progress")
        self.assertIsNotNone(self.browser.download(600))
        seen = self.browser.evaluate("seen")
        self.assertEqual(seen, sorted(seen))
        self.assertGreater(len(set(seen)), 2)

    def test_memory_is_flat(self):
        archives.write(self.folder / "huge.bin", noise, self.most_megabytes * 1_000_000)
        upload(self.target.port, [("f", "first", b"")])
        before = most = self.target.memory()
        self.browser.choose("#file-1", self.folder / "huge.bin")
        start = time.monotonic()
        self.browser.click("#start")
        begun = self.browser.wait("Browser.downloadWillBegin", 60)
        while self.browser.evaluate("!document.getElementById('transfer').hidden"):
            most = max(most, self.target.memory())
            time.sleep(0.1)
        took = time.monotonic() - start
        self.check(self.browser.download_end(begun["guid"], 600), "huge.bin")
        print(f"{self.most_megabytes} MB at {self.most_megabytes / took:.2f} MB/s, {most - before:,} bytes", end=" ",
              file=sys.stderr, flush=True)
        # Buffers of two connections come on top of the archive.
        self.assertLess(most - before, self.target.growth)

    def test_fields_can_be_removed(self):
        self.browser.click("#add")
        self.browser.click("#add")
        self.browser.click("#fields .field:nth-child(2) button")
        self.assertEqual(self.browser.evaluate("[...document.querySelectorAll('input')].map(input => input.id)"), ["file-1", "file-3"])
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "add")
        self.assertEqual(
            self.browser.evaluate("[...document.querySelectorAll('input')].every(input => input.labels.length === 1)"), True)
        self.assertIn("removed", self.message())

    def test_nothing_chosen(self):
        """The browser asks for a file."""
        self.browser.click("#start")
        time.sleep(0.5)
        self.assertTrue(self.browser.evaluate("document.getElementById('transfer').hidden"))

    def test_cancel(self):
        self.browser.choose("#file-1", self.folder / "large.bin")
        self.browser.click("#start")
        begun = self.browser.wait("Browser.downloadWillBegin", 60)
        self.browser.until("document.getElementById('progress').value > 0")
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "cancel")
        self.browser.click("#cancel")
        self.assertIsNone(self.browser.download_end(begun["guid"], 30))
        self.assertIn("Cancelled", self.message())
        self.picture("cancelled")
        # The page can be used again.
        self.browser.choose("#file-1", self.folder / "words.txt")
        self.browser.click("#start")
        self.check(self.browser.download(), "words.txt")

    def test_the_download_is_cancelled(self):
        self.browser.choose("#file-1", self.folder / "large.bin")
        self.browser.click("#start")
        begun = self.browser.wait("Browser.downloadWillBegin", 60)
        self.browser.command("Browser.cancelDownload", guid=begun["guid"])
        self.browser.until("document.getElementById('message').classList.contains('failed')", 60)
        self.picture("failed")
        self.assertRegex(self.message(), "cancelled|cut off")

    def test_without_javascript(self):
        self.browser.set_scripts(False)
        self.browser.open(self.url)
        self.assertIn("Without JavaScript, an archive can have up to 256 KB.", self.browser.text())
        self.picture("without-javascript")
        self.browser.choose("#file-1", self.folder / "words.txt", self.folder / "noise.bin")
        self.browser.click("#start")
        self.check(self.browser.download(), "words.txt", "noise.bin")

    def test_too_large_without_javascript(self):
        """Chromium shows the page, which it would not if the answer came before the end of its request."""
        self.browser.set_scripts(False)
        self.browser.open(self.url)
        self.browser.choose("#file-1", self.folder / "large.bin")
        self.browser.click("#start")
        self.browser.wait("Page.frameNavigated", 120)
        self.browser.wait("Page.loadEventFired", 120)
        self.assertIn("The archive is larger than 256 KB", self.browser.text())
        self.picture("too-large")


class PageOfHost(PageChecks, unittest.TestCase):
    megabytes, most_megabytes = 15, 1000 if LONG else 20
    start = OnHost


class PageOfEmulatedVirt(PageChecks, unittest.TestCase):
    # More than the buffers of a user network: a file that is in these has been sent, as the browser sees it.
    megabytes, most_megabytes = 8, 4

    @classmethod
    def start(cls):
        if not (machine.IMAGES / "archiver.elf").exists():
            raise unittest.SkipTest("there is no archiver.elf in .build/images: make images")
        return Emulated("qemu_virt_aarch64")


def page_on_sel4(sdk):
    class Class(PageChecks, unittest.TestCase):
        megabytes, most_megabytes = 5, 1000 if LONG else 10

        @classmethod
        def start(cls):
            return OnSeL4(sdk)

    return Class


globals().update(machine.on_each_sdk("PageOnSeL4", lambda name, sdk: page_on_sel4(sdk)))


class Document(unittest.TestCase):
    def test_text_of_the_program(self):
        sizes = (machine.ROOT / "Tests" / "Embedded" / "sizes.txt").read_text()
        self.assertAlmostEqual(int(re.search(r"^archiver +(\d+)", sizes, re.M)[1]), TEXT, delta=TEXT / 50)

    def test_each_point_names_its_test(self):
        """The comparison in docs/archiver.md: each of its tests is here."""
        table = DOCUMENT.partition("| point |")[2].partition("\n\n")[0]
        named = set(re.findall(r"`(test_\w+)`", table))
        self.assertGreater(len(named), 10)
        known = {name for each in (Checks, Host, EmulatedVirt, PageChecks) for name in dir(each)}
        self.assertEqual(named - known, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
