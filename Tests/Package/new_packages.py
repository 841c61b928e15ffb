# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Makes packages with `serval new` and uses them as their owners would: builds and tests them on this machine, builds their programs
for protection domains, runs these under `serval run` and fetches what they serve. One of them depends on Serval by a tag in a
repository, the others by path. All share one build directory, so that Serval's modules are built once for each of the two ways."""

import contextlib
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from first_run import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVAL = ROOT / ".build" / "debug" / "serval"
BUILD = ROOT / ".build" / "new-packages"


class NewPackages(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="new")
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        self.port, self.secure_port = free_port(), free_port()
        # `make test` exports the first two, which are not for these packages.
        self.environment = os.environ | {
            "SYSTEM": "webserver", "PROGRAM": "",
            "SERVAL_TOOL": str(SERVAL), "SERVAL_EMULATOR": str(SERVAL.parent / "serval-emulator"),
            "SERVAL_CERTIFICATES": str(SERVAL.parent / "serval-certificates"), "HTTPS_PORT": str(self.secure_port), "WEB_PORT": str(self.port), "TERM": "dumb", "NO_COLOR": "1"}

    def new(self, kind, serval=ROOT, build="path"):
        """The directory of a new package called `mine`, in the same place for all kinds: the compiler's caches have absolute paths."""
        self.check([SERVAL, "new", kind, self.place / "mine", "--serval", serval])
        package = BUILD / build / "mine"
        package.mkdir(parents=True, exist_ok=True)
        for old in package.iterdir():
            if old.name != ".build":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        for new in (self.place / "mine").iterdir():
            shutil.move(new, package)
        (self.place / "mine").rmdir()
        return package

    def check(self, command, **options):
        result = subprocess.run(
            command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", **options)
        self.assertEqual(result.returncode, 0, result.stdout[-3000:] + result.stderr[-3000:])
        return result.stdout

    def serving(self, package, command, use):
        """Starts a command that serves, and calls `use` when it has said so; returns its console: a terminal, as SwiftPM keeps back
        what a plugin writes to a pipe."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            command, cwd=package, env=self.environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        console = []

        def read():
            # A terminal whose other end is closed is an error to read from.
            with contextlib.suppress(OSError):
                while data := os.read(ours, 4096):
                    console.append(data.decode(errors="replace"))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            deadline = time.monotonic() + 400
            while f"localhost:{self.port}" not in "".join(console):
                self.assertTrue(reader.is_alive() and time.monotonic() < deadline, "".join(console)[-3000:])
                time.sleep(0.1)
            use(deadline)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            reader.join()
            os.close(ours)
        return "".join(console)

    def fetch(self, path, deadline):
        """Status and body, once the server answers."""
        while True:
            try:
                with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=20) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            except OSError as problem:
                self.assertLess(time.monotonic(), deadline, f"{path}: {problem}")
                time.sleep(0.2)

    def look_at_site(self, deadline):
        self.assertEqual(self.fetch("/hello", deadline), (200, "Hello World!\n"))
        self.assertEqual(self.fetch("/hello?name=seL4", deadline), (200, "Hello seL4!\n"))
        self.assertEqual(self.fetch("/nowhere", deadline)[0], 404)

    def test_1_a_site(self):
        package = self.new("site")
        self.check(["swift", "test"], cwd=package)
        # Only packages that use Cryptography fetch BoringSSL.
        self.assertNotIn("swift-crypto", (package / "Package.resolved").read_text())
        self.serving(package, ["swift", "run", "mine", "--port", str(self.port)], self.look_at_site)
        console = self.serving(package, ["swift", "package", "serval", "run"], self.look_at_site)
        self.assertIn("mine: listening on port 80", console)
        self.assertNotIn("fault", console)
        self.check_https(package)

    def check_https(self, package):
        """The same program over TLS, with a certificate that is made once, and with one that is given."""
        own = package / ".build" / "https"
        shutil.rmtree(own, ignore_errors=True)

        def look(deadline):
            self.look_at_site(deadline)
            context = ssl.create_default_context(cafile=own / "certificate.pem")
            with urllib.request.urlopen(f"https://localhost:{self.secure_port}/hello", timeout=20, context=context) as answer:
                self.assertEqual((answer.read(), answer.headers["Strict-Transport-Security"]), (b"Hello World!\n", strict))

        strict = None
        command = ["swift", "package", "serval", "run"]
        console = self.serving(package, [*command, "HTTPS=1"], look)
        self.assertIn(f"http://localhost:{self.port} and https://localhost:{self.secure_port};", console)
        self.assertIn("certificate.pem is for localhost", console)
        self.assertEqual((own / "key.pem").stat().st_mode & 0o777, 0o600)
        self.assertEqual((package / "out" / "mine-run" / "signer.elf").stat().st_mode & 0o777, 0o600)
        strict = "max-age=60"
        given = ["--certificate", ".build/https/certificate.pem", "--key", ".build/https/key.pem"]
        self.serving(package, [*command, "--set", "https=443", "--set", "hsts=60", *given], look)

    def test_2_a_site_that_depends_on_a_tag(self):
        repository = self.place / "serval.git"
        self.check(["git", "clone", "--quiet", "--bare", ROOT, repository])
        self.check(["git", "tag", "9.9.9"], cwd=repository)
        package = self.new("site", f"file://{repository}@9.9.9", build="tag")
        # The repository of an earlier run is gone.
        for name in ("workspace-state.json", "checkouts", "repositories"):
            left = package / ".build" / name
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        self.check(["swift", "build", "--product", "mine"], cwd=package)
        images = package / ".build" / "images"
        self.check([ROOT / "make" / "package.sh", package, images, "mine"], cwd=ROOT)
        self.assertEqual((images / "mine.elf").read_bytes()[:4], b"\x7fELF")
        self.check([SERVAL, "inspect", images / "mine.elf"])

    def test_3_a_program(self):
        package = self.new("program")
        self.check(["swift", "test"], cwd=package)

        def talk(deadline):
            while True:
                try:
                    with socket.create_connection(("localhost", self.port), timeout=20) as peer:
                        answers = peer.makefile("rw", newline="\n")
                        if answers.readline() != "good day\n":
                            raise ConnectionError("no greeting yet")
                        answers.write("hello\n\n")
                        answers.flush()
                        self.assertEqual([answers.readline(), answers.readline()], ["5\n", "0\n"])
                        return
                except OSError as problem:
                    self.assertLess(time.monotonic(), deadline, problem)
                    time.sleep(0.2)

        self.serving(package, ["swift", "run", "mine", "--port", str(self.port)], talk)
        self.serving(package, ["swift", "package", "serval", "run"], talk)

    def test_3_a_program_that_uses_cryptography(self):
        package = self.new("program")
        manifest, main = package / "Package.swift", package / "Sources" / "mine" / "Main.swift"
        sessions = '.product(name: "Sessions", package: "serval")'
        description = manifest.read_text().replace(", traits: []", "")
        manifest.write_text(description.replace(sessions, sessions + ", " + sessions.replace("Sessions", "Cryptography"), 1))
        text = main.read_text().replace("import Sessions", "import Cryptography\nimport Sessions")
        length = 'output.write("\\(index)\\n")'
        self.assertIn(length, text)
        main.write_text(text.replace(length, """
          var digest = [UInt8](repeating: 0, count: 32)
          var span = digest.mutableSpan
          HashFunction.sha256.hash(bytes.extracting(first: index), into: &span)
          output.write("\\(digest[0]) \\(digest[31])\\n")"""))

        def talk(deadline):
            while True:
                try:
                    with socket.create_connection(("localhost", self.port), timeout=20) as peer:
                        answers = peer.makefile("rw", newline="\n")
                        if answers.readline() != "good day\n":
                            raise ConnectionError("no greeting yet")
                        answers.write("abc\n")
                        answers.flush()
                        # FIPS 180-4: ba7816bf ... f20015ad.
                        self.assertEqual(answers.readline(), f"{0xba} {0xad}\n")
                        return
                except OSError as problem:
                    self.assertLess(time.monotonic(), deadline, problem)
                    time.sleep(0.2)

        self.serving(package, ["swift", "package", "serval", "run"], talk)

    def test_4_a_system(self):
        package = self.new("system")
        def look(deadline):
            status, body = self.fetch("/", deadline)
            self.assertEqual(status, 200)
            self.assertIn("mine", body)

        self.serving(package, ["swift", "package", "serval", "run"], look)
        # The plugin's tool knows the package's system.
        output = package / "out" / "layout"
        self.check(
            ["swift", "package", "serval", "generate", "mine", "--board", "odroidc4", "-o", output], cwd=package)
        self.check(["swift", "package", "serval", "check", output / "mine.system", "--strict"], cwd=package)

    def test_5_what_cannot_be_made(self):
        (self.place / "full").mkdir()
        (self.place / "full" / "file").touch()
        for arguments, expected in [
            (["sites", "a"], "did you mean 'site'?"),
            (["site", "1st"], "'1st' cannot be the name"),
            (["site", "web"], "'web' cannot be the name"),
            (["site", "full"], "full"),
            (["program", "default"], "'default' cannot be the name"),
            (["site", "a", "--serval", "https://example.org/serval@main"], "does not end with a version"),
            (["site", "a", "--serval", "/nowhere"], "'/nowhere' is not a checkout of Serval"),
        ]:
            result = subprocess.run([SERVAL, "new", *arguments], cwd=self.place, capture_output=True, text=True)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(expected, result.stderr)
        self.assertEqual(sorted(os.listdir(self.place)), ["full"])

    def test_6_mistakes_in_a_package_are_explained(self):
        package = self.new("site")
        taken = socket.create_server(("127.0.0.1", self.port))
        self.addCleanup(taken.close)
        for command, expected in [
            (["swift", "package", "serval", "run"], f"port {self.port} of this machine is taken"),
            (["swift", "package", "microkit", "imagse"], "choose one"),
            (["swift", "package", "microkit", "image", "MICROKIT_SDK=/nowhere"], "is not a Microkit SDK"),
        ]:
            result = subprocess.run(command, cwd=package, env=self.environment, capture_output=True, text=True)
            self.assertNotEqual(result.returncode, 0)
            self.assertRegex(result.stdout + result.stderr, re.escape(expected))


if __name__ == "__main__":
    unittest.main()
