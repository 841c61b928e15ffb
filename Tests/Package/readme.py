# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Runs every command of README.md, as it stands there, in a copy of the checkout. What `make test` has built already is not built
again: `swift` is a stub, and the tool and the programs are those in .build. With MICROKIT_SDK set, boot images are made by that
SDK and run in QEMU; otherwise both are stubs."""

import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

import documents
from first_run import NAMES, free_port

ROOT = documents.ROOT
SDK = os.environ.get("MICROKIT_SDK")
README = ROOT / "README.md"
# Commands that run until they are interrupted, and what shows that they work.
ENDLESS = {
    "make run": r"serval: .* is served on http://localhost:(\d+)",
    "make qemu MICROKIT_SDK": r"web_server: address 10\.0\.2\.\d+",
    "make qemu SYSTEM=hello": r"tick \d+ at",
}
# What a stub of QEMU prints, so that the same patterns match.
BOOTED = "web_server: address 10.0.2.15\ntick 1 at 1000 ms\n"
# Running the tests from a test of theirs would not end.
DRY = ["make test"]


class ReadMe(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="readme")
        self.addCleanup(directory.cleanup)
        place = pathlib.Path(directory.name)
        self.checkout, self.programs, self.home = place / "serval", place / "programs", place / "home"
        for folder in (self.programs, self.home, self.checkout / ".build" / "release", self.checkout / ".build" / "unicorn"):
            folder.mkdir(parents=True)
        for name in ("make", "systems", "examples", "dts"):
            shutil.copytree(ROOT / name, self.checkout / name)
        for name in ("Sources", "Tests"):
            (self.checkout / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "Makefile", self.checkout)
        # The images are there, as if SwiftPM had built them.
        self.stub("cryptography.sh", "exit 0", self.checkout / "make")
        for name in ("serval", "serval-emulator"):
            (self.checkout / ".build" / "release" / name).symlink_to(ROOT / ".build" / "debug" / name)
        version = re.search(r"^version=(.*)$", (ROOT / "make" / "unicorn.sh").read_text(), flags=re.M)[1]
        (self.checkout / ".build" / "unicorn" / f"asked-for-{version}").touch()
        bin = ROOT / ".build" / "target" / "aarch64-none-none-elf" / "release"
        self.stub("swift", f'case "$*" in *--show-bin-path*) echo "{bin}";; esac')
        self.link_sdk()
        self.port = str(free_port())
        self.environment = {key: value for key, value in os.environ.items() if key not in NAMES}
        self.environment |= {
            "PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.home), "WEB_PORT": self.port,
            "TERM": "dumb", "NO_COLOR": "1"}

    def stub(self, name, script, place=None):
        file = (place or self.programs) / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def link_sdk(self):
        """The SDK by the name that the README has for it, or a stub of one."""
        place = self.home / "microkit-sdk-2.3.1"
        if SDK:
            place.symlink_to(SDK)
            return
        for configuration in ("debug", "release"):
            (place / "board" / "qemu_virt_aarch64" / configuration / "include").mkdir(parents=True)
        (place / "bin").mkdir()
        (place / "VERSION").write_text("2.3.1\n")
        self.stub("microkit", 'while [ "$1" != -o ]; do shift; done; echo image >"$2"', place / "bin")
        # What reads the SDK's headers.
        self.stub("swiftc", "exit 1")
        self.stub("clang", "exit 0")
        self.stub("qemu-system-aarch64", f"printf '{BOOTED}'; exec sleep 60")

    def test_every_command(self):
        blocks = documents.blocks(README, "sh")
        self.assertGreater(len(blocks), 3)
        exports, ran = [], collections.Counter()
        for start, block in blocks:
            for number, line in enumerate(block.split("\n"), start + 1):
                if not line.strip():
                    continue
                if line.startswith("export "):
                    exports.append(line)
                    continue
                with self.subTest(line=number, command=line):
                    script = "\n".join(["set -euo pipefail", *exports, line])
                    endless = [words for words in ENDLESS if line.startswith(words)]
                    if endless:
                        self.watch(script, ENDLESS[endless[0]])
                    elif line in DRY:
                        self.check(script.replace(line, f"{line} --dry-run"))
                    else:
                        self.check(script)
                    ran[line.split()[0]] += 1
        self.assertGreater(ran["make"], 3)
        self.assertGreater(ran["serval"], 5)

    def check(self, script):
        result = subprocess.run(
            ["bash", "-c", script], cwd=self.checkout, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=300)
        self.assertEqual(result.returncode, 0, result.stdout[-2000:] + result.stderr[-2000:])

    def watch(self, script, pattern):
        """Runs what does not end, until its console shows `pattern`; a site is then fetched."""
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=self.checkout, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        console = []

        def read():
            for line in process.stdout:
                console.append(line.decode(errors="replace"))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            deadline = time.monotonic() + 180
            while not (match := re.search(pattern, "".join(console))):
                self.assertTrue(reader.is_alive() and time.monotonic() < deadline, "".join(console)[-3000:])
                time.sleep(0.1)
            if match.groups():
                self.assertEqual(match[1], self.port)
                self.fetch(f"http://localhost:{match[1]}/", deadline, console)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            reader.join()
            process.stdin.close()
            process.stdout.close()

    def fetch(self, address, deadline, console):
        while True:
            try:
                with urllib.request.urlopen(address, timeout=30) as answer:
                    self.assertIn(b"</html>", answer.read())
                return
            except OSError as problem:
                self.assertLess(time.monotonic(), deadline, f"{problem}: {''.join(console)[-3000:]}")
                time.sleep(0.2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
