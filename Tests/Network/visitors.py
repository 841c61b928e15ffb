# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Clients of a web server, polite and rude. Wrong or late answers raise AssertionError."""

import contextlib
import dataclasses
import hashlib
import pathlib
import re
import select
import selectors
import socket
import struct
import time

HERE = pathlib.Path(__file__).resolve().parent
SMUGGLING = HERE.parent.parent / "docs" / "request-smuggling.md"


@dataclasses.dataclass
class Answer:
    """An answer. `is_whole` tells whether the body arrived completely; `status` is None if the connection was reset before
    any byte. `seconds` is the time to the end, `first` the time to the first byte or to the reset."""

    status: int | None
    body: bytes
    is_whole: bool
    seconds: float
    first: float


def ask(address, path, port=80, seconds=60, fields=""):
    """Sends one request on its own connection. Ending without an answer is an error; a reset is an answer, with which a server
    reports a failure after the head."""
    start = time.monotonic()
    deadline = start + seconds
    pieces, was_reset, first = [], False, None
    try:
        with socket.create_connection((address, port), timeout=seconds) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n".encode())
            while True:
                client.settimeout(max(0.001, deadline - time.monotonic()))
                data = client.recv(1 << 18)
                first = first or time.monotonic() - start
                if not data:
                    break
                pieces.append(data)
    except ConnectionError:
        was_reset = True
    except TimeoutError:
        raise AssertionError(f"{path}: no end of the answer within {seconds} s") from None
    took, came = time.monotonic() - start, b"".join(pieces)
    if not came and was_reset:
        return Answer(None, b"", False, took, took)
    head, separator, body = came.partition(b"\r\n\r\n")
    found = re.fullmatch(rb"HTTP/1\.1 (\d{3}) [^\r\n]*", head.split(b"\r\n")[0])
    if not found or not separator:
        raise AssertionError(f"{path}: no answer, but {came[:200]!r}")
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return Answer(int(found[1]), body, length is not None and int(length[1]) == len(body), took, first)


class Download:
    """A download at a chosen pace, and its hash."""

    def __init__(self, address, path, seconds=60, buffer=None):
        self.path, self.got, self._hash = path, 0, hashlib.sha256()
        self.client = socket.socket()
        if buffer:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.client.settimeout(seconds)
        self.client.connect((address, 80))
        self.client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.client.recv(4096)
            if not data:
                raise AssertionError(f"{path}: no answer, but {head!r}")
            head += data
        self.head, _, body = head.partition(b"\r\n\r\n")
        if not self.head.startswith(b"HTTP/1.1 200 "):
            raise AssertionError(f"{path}: {self.head!r}")
        self.size = int(re.search(rb"\r\nContent-Length: (\d+)", self.head)[1])
        self._take(body)

    def _take(self, data):
        self._hash.update(data)
        self.got += len(data)

    def read(self, count=1 << 62, seconds=60):
        """Reads up to `count` more bytes."""
        end = min(self.size, self.got + count)
        deadline = time.monotonic() + seconds
        while self.got < end:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.path}: {self.got} of {self.size} bytes came within {seconds} s")
            try:
                data = self.client.recv(min(1 << 18, end - self.got))
            except TimeoutError:
                raise AssertionError(f"{self.path}: nothing comes after {self.got} bytes") from None
            if not data:
                raise AssertionError(f"{self.path}: ended after {self.got} of {self.size} bytes")
            self._take(data)
        return self

    def close(self):
        self.client.close()

    @property
    def digest(self):
        return self._hash.digest()


class Crowd(contextlib.ExitStack):
    """Connections held open until the end."""

    def __init__(self, address):
        super().__init__()
        self.address, self.clients = address, []

    def add(self, count, request=b"", buffer=None):
        """Adds `count` connections that send `data` and then stay silent."""
        for _ in range(count):
            client = self.enter_context(socket.socket())
            if buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.settimeout(30)
            client.connect((self.address, 80))
            client.sendall(request)
            self.clients.append(client)
        return self.clients[-count:]

    def dribble(self, data=b"a"):
        """Sends another byte on each open connection. Returns how many are open."""
        alive = 0
        for client in self.clients:
            try:
                client.send(data)
                alive += 1
            except OSError:
                pass
        return alive


def rush(address, count, path="/small.txt", seconds=30):
    """Sends `count` requests at once on separate connections. Returns the statuses of the answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    selector, found, deadline = selectors.DefaultSelector(), [], time.monotonic() + seconds
    with contextlib.ExitStack() as stack:
        stack.enter_context(selector)
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex((address, 80))
            selector.register(client, selectors.EVENT_WRITE)
        while len(found) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{count - len(found)} of {count} have no answer within {seconds} s")
            for key, events in selector.select(1):
                try:
                    if events & selectors.EVENT_WRITE:
                        key.fileobj.send(request)
                        selector.modify(key.fileobj, selectors.EVENT_READ)
                        continue
                    answer = key.fileobj.recv(65536)
                    found.append(int(answer[9:12]) if answer else None)
                except OSError as error:
                    found.append(error.strerror)
                selector.unregister(key.fileobj)
    return found


def rude_end(client):
    """Closes with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def has_answer(client):
    """Whether data or the connection's end has arrived."""
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return bool(poll.poll(0))


def smuggling_cases():
    """Name, bytes and status for each row of docs/request-smuggling.md, completed as its text describes."""
    cases, kind = [], "line"
    for name, text, status in re.findall(r"^\| (.+?) \| `(.*)` \| (\d+) \|$", SMUGGLING.read_text(), re.MULTILINE):
        # Escaped as in a Swift string literal.
        data = re.sub(
            r"\\(?:u\{(\w+)\}|(.))",
            lambda found: chr(int(found[1], 16)) if found[1] else {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}.get(found[2], found[2]),
            text)
        # The parts of the table, in order, start with these rows.
        kind = {"two lengths": "fields", "no size": "chunks"}.get(name, kind)
        if kind == "line":
            request = f"{data}\r\nHost: a\r\n\r\n"
        elif kind == "fields":
            request = f"POST / HTTP/1.1\r\nHost: a\r\n{data}"
        else:
            request = f"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{data}"
        cases.append((name, kind, request.encode(), int(status)))
    return cases


def statuses(address, request, seconds=30):
    """The statuses of all answers to these bytes until the server closes the connection; `None` last if it does not."""
    with socket.create_connection((address, 80), timeout=seconds) as client:
        came = b""
        try:
            client.sendall(request)
            while data := client.recv(65536):
                came += data
        except TimeoutError:
            return _statuses(came) + [None]
        except ConnectionError:
            pass
        return _statuses(came)


def _statuses(data):
    return [int(status) for status in re.findall(rb"(?m)^HTTP/1\.1 (\d{3}) ", data)]
