# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Clients of the upload service: curl, and one of our own that can misbehave."""

import contextlib
import io
import pathlib
import random
import re
import socket
import struct
import subprocess
import threading
import time
import zipfile

BOUNDARY = "serval-boundary-7fb3"


def noise(size, seed=1):
    """Bytes that do not compress."""
    return random.Random(seed).randbytes(size)


def words(size, seed=1):
    """Text that compresses to about a third."""
    chance = random.Random(seed)
    known = ["".join(chance.choices("etaoinshrdlu", k=chance.randrange(2, 9))) for _ in range(500)]
    text = " ".join(chance.choices(known, k=size // 4)).encode()
    return text[:size]


def write(file, make, size):
    """Writes `size` bytes of `noise` or `words`, too many to hold in memory."""
    with open(file, "wb") as out:
        for seed in range(0, -(-size // 1_000_000)):
            out.write(make(min(1_000_000, size - seed * 1_000_000), seed))


def is_same(entry, file):
    """Whether two open files have the same bytes."""
    while (piece := entry.read(1 << 20)) == (other := file.read(len(piece) or 1)):
        if not piece:
            return not other
    return False


def form(files):
    """A body of multipart/form-data for (field, file name or None, content)."""
    body = b""
    for field, name, content in files:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"'.encode()
        if name is not None:
            body += f'; filename="{name}"\r\nContent-Type: application/octet-stream'.encode()
        body += b"\r\n\r\n" + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def contents(archive):
    """An archive's files, by name, checked."""
    with zipfile.ZipFile(archive if isinstance(archive, (str, pathlib.Path)) else io.BytesIO(archive)) as opened:
        if opened.testzip() is not None:
            raise AssertionError(f"{opened.testzip()} is damaged")
        return {entry.filename: opened.read(entry) for entry in opened.infolist()}


def curl(*arguments, seconds=600):
    """Runs curl; what it prints."""
    result = subprocess.run(["curl", "-sS", "--max-time", str(seconds), *map(str, arguments)], capture_output=True)
    if result.returncode:
        raise AssertionError(f"curl: {result.stderr.decode()}")
    return result.stdout


class Answer:
    """A response: status, fields by lower-case name, body, and whether it was complete."""

    def __init__(self, head, body, is_whole):
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        self.body, self.is_whole = body, is_whole

    @property
    def text(self):
        return self.body.decode()


class Client:
    """A connection with one request."""

    def __init__(self, port, method, path, *, length=None, fields=(), receive_buffer=None, seconds=120):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(seconds)
        self._input = b""
        try:
            self._begin(port, method, path, length, fields)
        except OSError:
            self.close()
            raise

    def _begin(self, port, method, path, length, fields):
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\nHost: archiver\r\nConnection: close\r\n"
        if length is not None:
            head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
        for field in fields:
            head += f"{field}\r\n"
        self.socket.sendall(f"{head}\r\n".encode())

    def send(self, data):
        self.socket.sendall(data)

    def send_what_fits(self, data):
        """Sends until the other end takes no more for a second; how many bytes that was."""
        self.socket.settimeout(1)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < len(data):
                sent += self.socket.send(data[sent:sent + 65536])
        self.socket.settimeout(120)
        return sent

    def answer(self):
        """Reads to the end. A reset makes the answer one that is not whole; without a head, it is raised."""
        head, body = self._head(), b""
        is_chunked = b"transfer-encoding: chunked" in head.lower()
        length = re.search(rb"\r\ncontent-length: (\d+)", head.lower())
        is_reset = False
        try:
            while piece := self.socket.recv(1 << 18):
                self._input += piece
        except ConnectionError:
            is_reset = True
        if not is_chunked:
            body = self._input
            return Answer(head, body, not is_reset and length is not None and int(length[1]) == len(body))
        rest = self._input
        while (end := rest.find(b"\r\n")) >= 0 and (size := int(rest[:end], 16)):
            body += rest[end + 2:end + 2 + size]
            rest = rest[end + 4 + size:]
        return Answer(head, body, rest == b"0\r\n\r\n")

    def _head(self):
        while b"\r\n\r\n" not in self._input:
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise ConnectionError("the connection has ended without an answer")
            self._input += piece
        head, _, self._input = self._input.partition(b"\r\n\r\n")
        return self._head() if head.startswith(b"HTTP/1.1 100") else head

    def vanish(self):
        """Ends with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def upload(port, files, path="/upload", fields=()):
    """Sends files, reads meanwhile, and returns the answer."""
    body = form(files)
    with Client(port, "POST", path, length=len(body), fields=fields) as client:
        def send():
            # The answer says why.
            with contextlib.suppress(ConnectionError):
                client.send(body)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            return client.answer()
        finally:
            sender.join()


def new_archive(port):
    """The address of an archive with two connections."""
    with Client(port, "POST", "/archives") as client:
        answer = client.answer()
    if answer.status != 201:
        raise AssertionError(f"{answer.status} {answer.text}")
    return answer.fields["location"]


def wait_for(port, seconds=60):
    """Waits until the page is served."""
    end = time.monotonic() + seconds
    while True:
        try:
            with Client(port, "GET", "/", seconds=2) as client:
                if client.answer().status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > end:
            raise AssertionError(f"nothing is served on port {port}")
        time.sleep(0.2)
