#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `webserver` with the sample site: under `serval run` for both boards, with its own NFS server; and on seL4, if an
SDK, QEMU and nfs-ganesha are available."""

import os
import pathlib
import subprocess
import tempfile
import threading
import time
import unittest

import ganesha
import machine
import site_checks

ADDRESS = "10.0.2.15"
FIXED = {"address": "10.0.2.80/24,router=10.0.2.2", "nfs-address": "10.0.2.81/24"}
FORWARD = "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:{port}-{address}:80"
DEVICE = "-global virtio-mmio.force-legacy=false -device virtio-net-device,netdev=net0,bus=virtio-mmio-bus.0 " \
    "-device virtio-rng-device,bus=virtio-mmio-bus.8"


class Emulated:
    """The web server under `serval run`. Its site is `folder` in `export`; `choices` are options of `serval generate`."""

    def __init__(self, board, export, port, configuration="release", folder="/", choices=(), address=ADDRESS):
        self.directory = tempfile.TemporaryDirectory()
        system = pathlib.Path(self.directory.name, "system")
        target = ["--sdk", "2.3.0", "--config", configuration]
        subprocess.run(
            [machine.SERVAL, "generate", "webserver", "--board", board, *target, "--images", machine.IMAGES,
             "--output", system, "--nfs-server", "10.0.2.4", "--nfs-directory", "/", "--website-dir", folder,
             *(word for choice in choices for word in ("--set", choice))],
            check=True, stdout=subprocess.DEVNULL)
        self.console = open(pathlib.Path(self.directory.name, "console"), "w+")
        self.process = subprocess.Popen(
            [machine.SERVAL, "run", system / "webserver.system", *target, "--net", "user", "--forward", f"{port}:{address}:80",
             "--export", export],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT)

    def text(self):
        self.console.seek(0)
        return self.console.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.console.close()
        self.directory.cleanup()


class EmulatedWebServer(unittest.TestCase):
    def check(self, board):
        port = machine.free_port()
        with tempfile.TemporaryDirectory() as export:
            site_checks.lay_out(pathlib.Path(export, "site"))
            site_checks.lay_out_links(export, "site")
            with Emulated(board, export, port, folder="site") as run:
                client = site_checks.Client(self, port)
                client.wait()
                client.pages()
                client.as_expected()
                client.outside_links()
                client.conditions_and_ranges()
                client.kept_alive()
                client.malformed()
                client.many()
                client.idle_and_rude(200)
                client.download()
                self.assertIsNone(run.process.poll(), run.text())
                console = run.text()
                self.assertIn("web_server: address 10.0.2.15/24", console)
                self.assertIn("nfs: address 10.0.2.16/24", console)
                self.assertIn("web_server: listening on port 80", console)
                self.assertIn("GET /gallery 200 ", console)

    def test_choices(self):
        """The site's options take effect for visitors."""
        port = machine.free_port()
        with tempfile.TemporaryDirectory() as export:
            site_checks.lay_out(pathlib.Path(export, "site"))
            site_checks.lay_out_links(export, "site")
            for choices, page, picture, hashed in [
                (["cache=lionsos"], "max-age=600", "max-age=31536000", "max-age=600"),
                (["cache=60", "cache-hashed=120"], "max-age=60", "max-age=60", "max-age=120, immutable"),
                (["cache=no-store", "dot-files=yes", "outside-links=yes"], "no-store", "no-store", "no-store"),
            ]:
                with Emulated("qemu_virt_aarch64", export, port, folder="site", choices=choices):
                    client = site_checks.Client(self, port)
                    client.wait()
                    for path, expected in [("/", page), ("/pictures/serval.png", picture), ("/app.3f9a1c2b.js", hashed)]:
                        self.assertEqual(client.expect(path, 200)[1]["Cache-Control"], expected, choices)
                    shows_all = len(choices) == 3
                    client.outside_links(followed=shows_all)
                    client.expect("/.secret", 200 if shows_all else 404)

    def test_fixed_addresses(self):
        """Neither client asks the DHCP server, which would assign other addresses."""
        port, address = machine.free_port(), "10.0.2.80"
        with tempfile.TemporaryDirectory() as export:
            site_checks.lay_out(pathlib.Path(export, "site"))
            choices = [f"{name}={value}" for name, value in FIXED.items()]
            with Emulated("odroidc4", export, port, folder="site", choices=choices, address=address) as run:
                client = site_checks.Client(self, port)
                client.wait()
                client.pages()
                console = run.text()
                self.assertIn("web_server: address 10.0.2.80/24", console)
                self.assertIn("nfs: address 10.0.2.81/24", console)

    def test_on_qemu_virt_aarch64(self):
        self.check("qemu_virt_aarch64")

    def test_on_odroidc4(self):
        self.check("odroidc4")


class OnSeL4:
    """Tests on seL4 with the SDK `sdk`."""

    sdk = None

    def boot(self, server, port, site="site", configuration="release", choices=(), address=ADDRESS):
        """A machine that serves `site` from the export of `server`. `choices` are options of `serval generate`."""
        output = tempfile.TemporaryDirectory()
        self.addCleanup(output.cleanup)
        os.environ.update(
            NFS_SERVER="10.0.2.2", NFS_DIRECTORY=str(server.export), WEBSITE_DIR=site,
            NFS_PORTS=f"{server.files}:{server.mount}")
        image = machine.build(
            "webserver", machine.BOARD, configuration, pathlib.Path(output.name), options=choices, sdk=self.sdk)
        return machine.Machine(image, *DEVICE.split(), *FORWARD.format(port=port, address=address).split())

    def drain(self, console):
        """Reads the machine's output continuously, so that it never blocks."""
        def read():
            while console.process.poll() is None:
                if not console._read(0.2):
                    time.sleep(0.05)

        threading.Thread(target=read, daemon=True).start()

    def test_the_sample_site(self):
        port = machine.free_port()
        with ganesha.Ganesha() as server:
            site_checks.lay_out(server.export / "site")
            site_checks.lay_out_links(server.export, "site")
            with self.boot(server, port) as console:
                console.expect(r"web_server: address 10\.0\.2\.15", 30)
                self.drain(console)
                client = site_checks.Client(self, port)
                client.wait()
                client.pages()
                client.as_expected()
                client.outside_links()
                client.conditions_and_ranges()
                client.kept_alive()
                client.malformed()
                client.many()
                client.idle_and_rude(1000)
                client.download()

    def test_fixed_addresses(self):
        port = machine.free_port()
        with ganesha.Ganesha() as server:
            site_checks.lay_out(server.export / "site")
            choices = [word for name, value in FIXED.items() for word in ("--set", f"{name}={value}")]
            with self.boot(server, port, choices=choices, address="10.0.2.80") as console:
                console.expect(r"web_server: address 10\.0\.2\.80/24", 30)
                self.drain(console)
                client = site_checks.Client(self, port)
                client.wait()
                client.pages()

    def test_a_server_that_comes_later_and_goes_during_a_download(self):
        port = machine.free_port()
        server = ganesha.Ganesha()
        self.addCleanup(server.directory.cleanup)
        self.addCleanup(server.stop)
        size = 60_000_000
        site_checks.lay_out(server.export / "site", size)
        with self.boot(server, port) as console:
            console.expect("nfs: the NFS server cannot be reached", 60)
            server.start()
            console.expect("nfs: export mounted", 60)
            self.drain(console)
            client = site_checks.Client(self, port)
            client.wait()
            expected = site_checks.pattern(size)
            download = threading.Thread(target=lambda: client.download(expected))
            failures = []
            threading.excepthook = lambda problem: failures.append(problem.exc_value)
            download.start()
            time.sleep(0.5)
            server.stop()
            time.sleep(2)
            server.start()
            download.join(120)
            self.assertFalse(download.is_alive() or failures, failures)
            client.pages()


def on_sel4(name, sdk):
    return unittest.skipIf(ganesha.why_not(), ganesha.why_not())(type(name, (OnSeL4, unittest.TestCase), {"sdk": sdk}))


globals().update(machine.on_each_sdk("WebServer", on_sel4))


if __name__ == "__main__":
    unittest.main(verbosity=2)
