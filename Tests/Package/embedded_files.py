# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The plugin EmbedFiles in a package of your own: any bytes, files that come and go, ten megabytes, and the same program in a
protection domain under `serval run`."""

import gzip
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Boot"))

import machine  # noqa: E402

PACKAGE = ROOT / ".build" / "embedded-files"
MANIFEST = f"""// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "pages", dependencies: [.package(name: "serval", path: "{ROOT}", traits: [])],
  targets: [
    .executableTarget(
      name: "pages", dependencies: [.product(name: "Web", package: "serval")],
      plugins: [.plugin(name: "EmbedFiles", package: "serval")])
  ])
"""
SERVER = """import Web

@main struct Pages {
  static func main() {
    var router = Router()
    router.get("/*path", Files.all.answer)
    router.notFound(Files.all.answer)
    serve(router)
  }
}
"""
# Prints each file as path, gzip's bytes and bytes, in hexadecimal.
PRINTER = """import Web

@main struct Pages {
  static func main() {
    for file in Files.all { print("\\(file.path)", digits(file.gzip), digits(file.bytes), separator: "|") }
  }

  static func digits(_ bytes: EmbeddedBytes?) -> String {
    guard let bytes else { return "-" }
    var text: [UInt8] = []
    var offset = 0
    let names = Array("0123456789abcdef".utf8)
    while let count = bytes.lend(from: offset, { span in
      for index in span.indices { text += [names[Int(span[index] >> 4)], names[Int(span[index] & 15)]] }
      return span.count
    }) { offset += count }
    return String(decoding: text, as: UTF8.self)
  }
}
"""


def build(*arguments):
    """The seconds it took."""
    start = time.monotonic()
    command = ["swift", "build", "--package-path", PACKAGE, *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise AssertionError(result.stdout[-3000:] + result.stderr[-3000:])
    # So SwiftPM calls files that nothing takes.
    if "unhandled" in result.stdout + result.stderr:
        raise AssertionError(result.stdout + result.stderr)
    return time.monotonic() - start


def prepare(source, files):
    """Writes the package, with `files` by path, and without others."""
    sources = PACKAGE / "Sources" / "pages"
    sources.mkdir(parents=True, exist_ok=True)
    for path, text in ((PACKAGE / "Package.swift", MANIFEST), (sources / "Pages.swift", source)):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    shutil.rmtree(PACKAGE / "Files", ignore_errors=True)
    for path, content in files.items():
        add(path, content)


def add(path, content):
    file = PACKAGE / "Files" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def contents():
    """What the built program holds, by path: bytes, and the gzip variant's bytes or None."""
    output = subprocess.run([PACKAGE / ".build" / "debug" / "pages"], check=True, capture_output=True, text=True).stdout
    files = {}
    for line in output.splitlines():
        path, packed, plain = line.split("|")
        files[path[1:]] = bytes.fromhex(plain), None if packed == "-" else bytes.fromhex(packed)
    return files


class EmbeddedFiles(unittest.TestCase):
    def check(self, files):
        found = contents()
        self.assertEqual(sorted(found), sorted(files))
        for path, (plain, packed) in found.items():
            self.assertEqual(plain, files[path], path)
            if packed is not None:
                self.assertEqual(gzip.decompress(packed), plain, path)

    def test_any_bytes_and_any_change(self):
        noise = random.Random(1)
        scalars = "".join(chr(value) for value in range(0x11000) if not 0xD800 <= value < 0xE000).encode()
        files = {"scalars.txt": scalars, "one": b"x", "empty": b"", "quote": b'"""\\(x)#"', "all.bin": bytes(range(256)) * 5,
                 "zeroes.bin": b"\xff" + bytes(5000), "deep/er/x y.css": b"a {}\n" * 500, "class": b"1", "1 & 2/\xe9.txt": b"2",
                 "a-b.css": b"3", "a_b.css": b"4"}
        for count in (1, 7, 8, 1023, 1024, 1025, 2048, 3000):
            files[f"noise/{count}.bin"] = noise.randbytes(count - 1) + b"\x80"
        prepare(PRINTER, files)
        build()
        self.check(files)
        self.assertIsNotNone(contents()["deep/er/x y.css"][1])
        # Each change is seen by the next build, in new folders as well.
        for path, content in (("new.txt", b"new"), ("new.txt", b"newer"), ("far/away/file", b"1"), ("far/away/other", b"2"),
                              ("far/away/file", b"3")):
            files[path] = content
            add(path, content)
            build()
            self.check(files)
        for path in ("far/away/other", "one", "new.txt"):
            del files[path]
            (PACKAGE / "Files" / path).unlink()
            build()
            self.check(files)

    def test_mistakes_are_named(self):
        prepare(PRINTER, {"a\\b": b""})
        with self.assertRaisesRegex(AssertionError, r"a\\b.*has a backslash in its name"):
            build()
        shutil.rmtree(PACKAGE / "Files")
        (PACKAGE / "Package.swift").touch()
        with self.assertRaisesRegex(AssertionError, r"there is no folder to embed in 'pages'; create "):
            build()

    def test_ten_megabytes_take_seconds(self):
        noise = random.Random(2)
        words = [b"function ", b"return ", b"the ", b"\n", b'"', b"<p>", "größe ".encode()]
        prepare(PRINTER, {"index.html": b"<h1>1</h1>"})
        build()
        files = {f"{number}.png": noise.randbytes(1 << 20) for number in range(5)}
        files |= {f"{number}.js": b"".join(noise.choices(words, k=180_000))[:1 << 20] for number in range(5)}
        prepare(PRINTER, files)
        whole = build()
        self.check(files)
        source = PACKAGE / "Sources" / "pages" / "Pages.swift"
        source.write_text(source.read_text() + "// edited\n")
        handler = build()
        add("0.js", b"// shorter\n" + files["0.js"])
        page = build()
        print(f"\n10 MB: built in {whole:.1f} s, after an edit of a handler in {handler:.1f} s, of a file in {page:.1f} s")
        self.assertLess(whole, 120)
        self.assertLess(handler, whole)

    def test_in_a_protection_domain(self):
        noise = random.Random(3)
        page = b"<!doctype html>\n<h1>Home</h1>\n" + b"<p>text</p>\n" * 500
        picture = b"\x89PNG\r\n\x1a\n" + noise.randbytes(300_000)
        # Each of both lies in the image once. The heap has the same size in both.
        sizes = {}
        for name, files in (("small", {"index.html": b"-"}), ("large", {"index.html": page, "logo.png": picture})):
            prepare(SERVER, files)
            images = PACKAGE / ".build" / "images"
            subprocess.run(["./make/package.sh", PACKAGE, images, "pages"], cwd=ROOT, check=True, capture_output=True)
            text = subprocess.run(["readelf", "-SW", images / "pages.elf"], check=True, capture_output=True, text=True).stdout
            sizes[name] = {
                name: int(size, 16) for name, size in re.findall(r"\] (\.\S+)\s+\w+\s+\w+ \w+ (\w+)", text)}
        grown = {name: sizes["large"][name] - sizes["small"][name] for name in (".text", ".rodata", ".data", ".bss")}
        print(f"\n{len(page) + len(picture)} bytes: sections grow by {grown}")
        packed = len(gzip.compress(page, 9))
        self.assertLess(abs(grown[".rodata"] - len(page) - len(picture) - packed), 20_000)
        self.assertLess(grown[".data"] + grown[".bss"], 1000)
        for image in machine.IMAGES.glob("*.elf"):
            link = images / image.name
            if not link.exists():
                link.symlink_to(image)
        with tempfile.TemporaryDirectory() as output:
            target = ["--sdk", "2.3.0", "--config", "release"]
            command = [machine.SERVAL, "generate", "program", "--set", "program=pages", "--board", machine.BOARD, *target]
            subprocess.run([*command, "--images", images, "--output", output], check=True, stdout=subprocess.DEVNULL)
            port = machine.free_port()
            command = [machine.SERVAL, "run", f"{output}/program.system", *target, "--net", "user", "--forward", f"{port}:80"]
            with machine.Console(command):
                self.look(f"http://127.0.0.1:{port}", page, picture)

    def look(self, site, page, picture):
        def get(path, **fields):
            request = urllib.request.Request(site + path, headers={name.replace("_", "-"): value for name, value in fields.items()})
            try:
                return urllib.request.urlopen(request, timeout=10)
            except urllib.error.HTTPError as answer:
                return answer

        deadline = time.monotonic() + 60
        while True:
            try:
                first = get("/")
                break
            except OSError:
                # Until it has its address, connections fail.
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)
        self.assertEqual((first.status, first.read()), (200, page))
        self.assertRegex(first.headers["ETag"], r'^"[0-9a-f]+-[0-9a-f]+"$')
        compressed = get("/", Accept_Encoding="gzip")
        self.assertEqual(compressed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(compressed.read()), page)
        self.assertNotEqual(compressed.headers["ETag"], first.headers["ETag"])
        self.assertEqual(get("/", If_None_Match=first.headers["ETag"]).status, 304)
        self.assertEqual(hashlib.sha256(get("/logo.png").read()).digest(), hashlib.sha256(picture).digest())
        part = get("/logo.png", Range="bytes=1000-250000")
        self.assertEqual((part.status, part.read()), (206, picture[1000:250_001]))
        self.assertEqual(get("/none").status, 404)


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main()
