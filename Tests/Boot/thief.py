#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A web server that was taken over (Programs/key_thief, in the place of `web_server`) asks the signer for its key and for signatures of
other kinds, and gets none: under `serval run` on both boards, and on seL4."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import machine
from emulated import BOARDS, plain

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import https_checks  # noqa: E402
from tls_clients import OPENSSL  # noqa: E402

STEPS = ["hashes", "schemes", "keys", "contents", "messages", "kernel", "flood", "done"]
SERVER = "TLS 1.3, server CertificateVerify"


def images(folder):
    """The programs of systems, with the thief for the web server's."""
    place = pathlib.Path(folder, "images")
    place.mkdir()
    for image in machine.IMAGES.glob("*.elf"):
        (place / image.name).symlink_to(image)
    (place / "web_server.elf").unlink()
    (place / "web_server.elf").symlink_to(machine.IMAGES / "tests" / "key_thief.elf")
    return place


@unittest.skipUnless(OPENSSL, "openssl is not installed")
class Checks(https_checks.WithCertificates):
    def options(self):
        return ["--set", "https=443", *https_checks.options(self.folder.name, ["ec"]), "--nfs-server", "10.0.2.4", "--nfs-directory", "/",
                "--website-dir", "/"]

    def check(self, console):
        """Nothing was answered but the two honest requests, before and after all others; and what is signed is a handshake."""
        self.assertEqual(re.findall(r"thief (\w+) (\d+)", console), [(step, "0") for step in STEPS], console)
        signed = re.findall(r"signed (\w+) ([0-9a-f]+) ([0-9a-f]+)", console)
        self.assertEqual([(name, len(hash) // 2) for name, hash, _ in signed],
                         [("before", 32), ("before", 48), ("after", 32), ("after", 48)], console)
        for _, hash, signature in signed:
            hash, signature = bytes.fromhex(hash), bytes.fromhex(signature)
            contents = {context: b" " * 64 + context.encode() + b"\0" + hash for context in (SERVER, SERVER.replace("server", "client"))}
            self.assertTrue(self.verifies(contents.pop(SERVER), signature))
            # Neither a client's proof, nor the hash itself, signed as it is or hashed again.
            for content in [*contents.values(), hash]:
                self.assertFalse(self.verifies(content, signature))
            if len(hash) == 32:
                self.assertFalse(self.verifies(hash, signature, is_digest=True))
        for secret in https_checks.secrets(self.folder.name, ["ec"]):
            self.assertNotIn(secret.hex(), console)

    def verifies(self, content, signature, is_digest=False):
        folder = pathlib.Path(self.folder.name)
        (folder / "content").write_bytes(content)
        (folder / "signature").write_bytes(signature)
        command = ["pkeyutl", "-verify", "-certin", "-inkey", "ec.pem", "-sigfile", "signature", "-in", "content"]
        command += [] if is_digest else ["-rawin", "-digest", "sha256"]
        return subprocess.run([OPENSSL, *command], cwd=folder, capture_output=True).returncode == 0


class Emulated(Checks):
    def test_each_board(self):
        for board in BOARDS:
            for sdk, configuration in [("1.4.1", "debug"), ("2.3.0", "release")]:
                with self.subTest(board=board, sdk=sdk), tempfile.TemporaryDirectory() as folder:
                    target = ["--sdk", sdk, "--config", configuration]
                    system = pathlib.Path(folder, "system")
                    subprocess.run(
                        [machine.SERVAL, "generate", "webserver", "--board", board, *target, "--images", images(folder), "--output", system,
                         *self.options()], check=True, stdout=subprocess.DEVNULL)
                    result = subprocess.run(
                        [machine.SERVAL, "run", system / "webserver.system", *target, "--for", "5s"], stdin=subprocess.DEVNULL,
                        capture_output=True, timeout=120)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    self.check(plain(result.stdout))


@unittest.skipIf(machine.why_not(), machine.why_not())
class OnSeL4(Checks):
    def test_each_sdk(self):
        for number, sdk in machine.sdks().items():
            for configuration in machine.configurations(sdk=sdk):
                with self.subTest(sdk=number, configuration=configuration), tempfile.TemporaryDirectory() as folder:
                    image = machine.build(
                        "webserver", machine.BOARD, configuration, pathlib.Path(folder), images=images(folder), options=self.options(),
                        sdk=sdk)
                    generator = ["-global", "virtio-mmio.force-legacy=false", "-device", "virtio-rng-device,bus=virtio-mmio-bus.8"]
                    with machine.Machine(image, *generator) as console:
                        console.expect(r"thief done \d+", 120)
                        self.check(console.output)


if __name__ == "__main__":
    unittest.main()
