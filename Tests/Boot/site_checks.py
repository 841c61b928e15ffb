# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Checks of the sample site, as browsers and curl request it, wherever it is served."""

import concurrent.futures
import hashlib
import http.client
import pathlib
import shutil
import socket
import struct
import time

import machine

SAMPLE = machine.ROOT / "examples" / "site"
HOST = "127.0.0.1"


def pattern(size, seed=1):
    """`size` bytes that do not repeat, the same for the same seed."""
    block = hashlib.shake_256(str(seed).encode()).digest(1 << 20)
    whole = b"".join(hashlib.sha256(block[:64] + struct.pack(">I", i)).digest() + block for i in range(size // len(block) + 1))
    return whole[:size]


def lay_out(directory, size=10_000_000):
    """Copies the sample site to `directory`, with a file of `size` bytes."""
    shutil.copytree(SAMPLE, directory, dirs_exist_ok=True)
    pathlib.Path(directory, "big.bin").write_bytes(pattern(size))
    pathlib.Path(directory, "small.txt").write_bytes(b"x" * 1024)
    pathlib.Path(directory, "small.txt.gz").write_bytes(b"\x1f\x8b not looked at")
    for name, text in [
        ("data.csv", "a,b\n"), ("app.webmanifest", "{}"), ("module.wasm", ""), ("x.unknown", ""), ("app.3f9a1c2b.js", ""),
        (".secret", "secret\n"), (".git/config", "secret\n"), (".well-known/security.txt", "Contact: nobody\n"),
    ]:
        file = pathlib.Path(directory, name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    link("data.csv", directory, "inside.csv")


def lay_out_links(export, folder):
    """Adds links that lead out of the site in `folder` of `export`, and one to a file inside it."""
    pathlib.Path(export, "outside.txt").write_text("outside\n")
    for target, name in [("../outside.txt", "outside.txt"), ("/outside.txt", "absolute.txt"), ("..", "parent"),
                         (f"/{folder}/data.csv", "named.csv")]:
        link(target, export, folder, name)


def link(target, *path):
    """Creates a symbolic link unless it exists."""
    place = pathlib.Path(*path)
    if not place.is_symlink():
        place.symlink_to(target)


class Client:
    """A client of the server on port `port` of this machine; failures are those of `test`."""

    def __init__(self, test, port):
        self.test = test
        self.port = port

    def wait(self, seconds=60):
        """Waits until the server answers with a page."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self.get("/")[0] == 200:
                    return
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            self.test.assertLess(time.monotonic(), deadline, "the web server does not answer")
            time.sleep(0.2)

    def connection(self, timeout=60):
        return http.client.HTTPConnection(HOST, self.port, timeout=timeout)

    def connect(self):
        """A new connection. The pause spares libslirp's backlog, see `many`."""
        time.sleep(0.02)
        return socket.create_connection((HOST, self.port), timeout=60)

    def get(self, path, method="GET", connection=None, **headers):
        """Status, headers and body."""
        own = connection or self.connection()
        try:
            own.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = own.getresponse()
            return response.status, response.headers, response.read()
        finally:
            if own is not connection:
                own.close()

    def expect(self, path, status, method="GET", **headers):
        found = self.get(path, method, **headers)
        self.test.assertEqual(found[0], status, path)
        return found

    def pages(self):
        for path, file, kind in [
            ("/", "index.html", "text/html"), ("/gallery", "gallery.html", "text/html"),
            ("/style.css", "style.css", "text/css"), ("/pictures/serval.png", "pictures/serval.png", "image/png"),
            ("/folder/", "folder/index.html", "text/html"),
        ]:
            _, headers, body = self.expect(path, 200)
            self.test.assertEqual(body, (SAMPLE / file).read_bytes())
            self.test.assertTrue(headers["Content-Type"].startswith(kind), headers["Content-Type"])
            self.test.assertTrue(headers["Last-Modified"] and headers["ETag"] and headers["Cache-Control"])
        self.test.assertEqual(self.expect("/folder", 301)[1]["Location"], "/folder/")
        self.test.assertEqual(self.expect("/none", 404)[2], (SAMPLE / "404.html").read_bytes())
        for path in ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/folder/..%2f..%2fetc/passwd", "/%00"]:
            self.test.assertIn(self.get(path)[0], (400, 404), path)
        status, headers, body = self.get("/", method="HEAD")
        self.test.assertEqual((status, body), (200, b""))
        self.test.assertEqual(int(headers["Content-Length"]), len((SAMPLE / "index.html").read_bytes()))
        headers = self.expect("/small.txt", 200, Accept_Encoding="gzip")[1]
        self.test.assertEqual(headers["Content-Encoding"], "gzip")

    def as_expected(self):
        """Expectations besides pages: content types, caching, hidden files."""
        headers = self.expect("/", 200)[1]
        self.test.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.test.assertEqual(headers["Cache-Control"], "no-cache")
        self.test.assertIsNone(headers["Date"])
        for name, kind in [("data.csv", "text/csv; charset=utf-8"), ("app.webmanifest", "application/manifest+json"),
                           ("module.wasm", "application/wasm"), ("x.unknown", "application/octet-stream")]:
            self.test.assertEqual(self.expect(f"/{name}", 200)[1]["Content-Type"], kind)
        hashed = self.expect("/app.3f9a1c2b.js", 200)[1]
        self.test.assertEqual(hashed["Content-Type"], "text/javascript; charset=utf-8")
        self.test.assertEqual(hashed["Cache-Control"], "max-age=31536000, immutable")
        page = (SAMPLE / "404.html").read_bytes()
        for path in ["/.secret", "/.git/config", "/../x", "/%2e%2e/x", "/a%2fb", "/pictures/", "/" + "a" * 256]:
            self.test.assertEqual(self.expect(path, 404)[2], page, path)
        self.test.assertEqual(self.expect("/.well-known/security.txt", 200)[2], b"Contact: nobody\n")
        self.test.assertEqual(self.expect("/inside.csv", 200)[2], b"a,b\n")
        tag = headers["ETag"]
        connection = self.connection()
        connection.putrequest("GET", "/")
        for value in ['"other"', tag]:
            connection.putheader("If-None-Match", value)
        connection.endheaders()
        self.test.assertEqual(connection.getresponse().status, 304)
        connection.close()
        self.expect("/", 501, method="BREW")
        _, headers, _ = self.expect("/", 405, method="POST")
        self.test.assertEqual(headers["Allow"], "GET, HEAD")

    def outside_links(self, followed=False):
        """Links made by `lay_out_links`: those that lead out of the site are refused unless `followed`."""
        for path in ["/outside.txt", "/absolute.txt", "/parent/outside.txt"]:
            status, _, body = self.get(path)
            self.test.assertEqual((status, body == b"outside\n"), (200, True) if followed else (404, False), path)
        self.test.assertEqual(self.expect("/named.csv", 200)[2], b"a,b\n")

    def conditions_and_ranges(self):
        whole = pattern(10_000_000)
        _, headers, _ = self.expect("/style.css", 200)
        self.expect("/style.css", 304, If_None_Match=headers["ETag"])
        self.expect("/style.css", 304, If_Modified_Since=headers["Last-Modified"])
        self.expect("/style.css", 200, If_None_Match='"another"')
        _, headers, body = self.expect("/big.bin", 206, Range="bytes=1000-1999")
        self.test.assertEqual((headers["Content-Range"], body), ("bytes 1000-1999/10000000", whole[1000:2000]))
        self.test.assertEqual(self.expect("/big.bin", 206, Range="bytes=-5")[2], whole[-5:])
        # A resumed download.
        self.test.assertEqual(self.expect("/big.bin", 206, Range="bytes=4000000-")[2], whole[4_000_000:])
        self.expect("/big.bin", 416, Range="bytes=10000000-")
        _, headers, body = self.expect("/big.bin", 206, Range="bytes=0-9,5000000-5000009")
        self.test.assertTrue(headers["Content-Type"].startswith("multipart/byteranges"))
        self.test.assertIn(whole[:10], body)
        self.test.assertIn(whole[5_000_000:5_000_010], body)

    def kept_alive(self):
        connection = self.connection()
        connection.connect()
        first = connection.sock
        for number in range(50):
            self.test.assertEqual(self.get(f"/small.txt?{number}", connection=connection)[0], 200)
        self.test.assertIs(connection.sock, first)
        connection.close()
        # Ten requests in one segment, then one in single bytes.
        request = b"GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n"
        with socket.create_connection((HOST, self.port), timeout=30) as pipelined:
            pipelined.sendall(request * 9 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            answer = b"".join(iter(lambda: pipelined.recv(65536), b""))
        self.test.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 10)
        self.test.assertEqual(answer.count(b"x" * 1024), 10)
        with socket.create_connection((HOST, self.port), timeout=30) as slow:
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in request:
                slow.send(bytes([byte]))
                time.sleep(0.002)
            self.test.assertTrue(slow.recv(65536).startswith(b"HTTP/1.1 200 OK"))

    def download(self, expected=None, timeout=120):
        expected = expected or pattern(10_000_000)
        connection = self.connection(timeout)
        body = self.get("/big.bin", connection=connection)[2]
        connection.close()
        self.test.assertEqual(hashlib.sha256(body).digest(), hashlib.sha256(expected).digest())

    def malformed(self):
        for request, status in [
            (b"GET / HTTP/1.1\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", b"400"), (b"GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
            (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", b"400"),
            (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
            (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 2000 + b"\r\n", b"431"),
            (b"GET / HTTP/2.0\r\n\r\n", b"505"), (b"\x16\x03\x01\x02\x00", b"400"),
        ]:
            with socket.create_connection((HOST, self.port), timeout=30) as connection:
                connection.sendall(request)
                self.test.assertEqual(connection.recv(65536)[9:12], status, request[:60])

    def many(self, count=100, workers=8):
        """`count` requests on separate connections, few at once: libslirp, which forwards the port, listens with a backlog of
        one, and clients that find it full retry after seconds."""
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            pages = list(pool.map(lambda number: self.get(f"/pictures/{number % 10}.png?{number}"), range(count)))
        for number, page in enumerate(pages):
            self.test.assertEqual(page[0], 200)
            self.test.assertEqual(page[2], (SAMPLE / "pictures" / f"{number % 10}.png").read_bytes())

    def idle_and_rude(self, idle):
        """`idle` silent connections, and others that break off, do not keep the server from serving."""
        waiting = [self.connect() for _ in range(idle)]
        for number in range(50):
            rude = self.connect()
            rude.sendall(b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n"[: 10 + number])
            if number % 2:
                rude.recv(100) if number > 38 else None
                rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            rude.close()
        self.expect("/small.txt", 200)
        for connection in waiting:
            connection.close()
        self.expect("/small.txt", 200)
