#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""HTTPS of the web server and the archiver on seL4, with the clients of Tests/Network/https.py; needs an SDK and QEMU, and nfs-ganesha for
the web server."""

import pathlib
import sys
import tempfile
import threading
import time
import unittest

import ganesha
import machine
import site_checks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import https_checks  # noqa: E402

NETWORK = "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:{plain}-{address}:80,hostfwd=tcp:127.0.0.1:{port}-{address}:443"
DEVICES = "-global virtio-mmio.force-legacy=false -device virtio-net-device,netdev=net0,bus=virtio-mmio-bus.0 " \
    "-device virtio-rng-device,bus=virtio-mmio-bus.8"


class OnSeL4:
    """One machine for all tests of a class."""

    system, sdk = "webserver", None

    @classmethod
    def setUpClass(cls):
        if machine.why_not():
            raise unittest.SkipTest(machine.why_not())
        super().setUpClass()
        output = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.port, cls.plain_port = machine.free_port(), machine.free_port()
        image = machine.build(
            cls.system, machine.BOARD, "release", pathlib.Path(output), sdk=cls.sdk,
            options=["--set", "https=443", *https_checks.options(cls.folder.name), *cls.more_options()])
        network = NETWORK.format(plain=cls.plain_port, port=cls.port, address=https_checks.ADDRESS)
        console = cls.enterClassContext(machine.Machine(image, *DEVICES.split(), *network.split()))
        threading.Thread(target=cls.drain, args=[console], daemon=True).start()
        https_checks.wait(cls.port, cls.root, 120, console.process, lambda: console.output)

    @staticmethod
    def drain(console):
        """Reads the machine's output, so that it never blocks."""
        while console.process.poll() is None:
            try:
                if not console._read(0.2):
                    time.sleep(0.05)
            except (OSError, ValueError):
                return

    @classmethod
    def more_options(cls):
        return []


class WebServer(https_checks.SiteChecks, OnSeL4):
    @classmethod
    def more_options(cls):
        if ganesha.why_not():
            raise unittest.SkipTest(ganesha.why_not())
        server = cls.enterClassContext(ganesha.Ganesha())
        site_checks.lay_out(server.export / "site")
        return ["--nfs-server", "10.0.2.2", "--nfs-directory", str(server.export), "--website-dir", "site", "--set",
                f"nfs-ports={server.files}:{server.mount}"]


class Archiver(https_checks.ArchiverChecks, OnSeL4):
    system = "archiver"


def on_each_sdk(base):
    """Test classes of what is in `base`."""
    def make(name, sdk):
        return type(name, (base, https_checks.WithCertificates), {"sdk": sdk})

    globals().update(machine.on_each_sdk(f"{base.__name__}OnSeL4", make))


on_each_sdk(WebServer)
on_each_sdk(Archiver)

if __name__ == "__main__":
    unittest.main()
