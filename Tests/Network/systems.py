# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""System `echo`, with Serval's or sDDF's echo server, on a tap device: on seL4 in QEMU, or under `serval run`."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Boot"))

import clients  # noqa: E402
import machine  # noqa: E402
import private  # noqa: E402
from testnet import Network  # noqa: E402

BOARD = machine.BOARD
"""The card in the first virtio slot, where the driver expects it, as on LionsOS's command lines, and the generator of random
numbers in slot 8."""
CARD = ["-device", "virtio-net-device,netdev=netdev0,bus=virtio-mmio-bus.0", "-global", "virtio-mmio.force-legacy=false",
        "-device", "virtio-rng-device,bus=virtio-mmio-bus.8"]


@dataclasses.dataclass
class Service:
    """An echo server: its images, and the ports of its services, None for those that it lacks."""

    name: str
    images: list
    options: list
    tcp_echo: int
    udp_echo: int
    discard: int | None = None
    chargen: int | None = None
    """Whether it sends the remaining data after the client has closed its direction."""
    half_closes: bool = True

    def link(self, directory):
        """Links all images in one directory; those of later places replace earlier ones."""
        directory.mkdir()
        for source in self.images:
            for image in source.glob("*.elf"):
                target = directory / image.name
                target.unlink(missing_ok=True)
                target.symlink_to(image)
        return directory


SERVAL = Service("serval", [machine.IMAGES], [], 7, 7, 9, 19)


def lwip(directory, only=None):
    """sDDF's echo server, built outside this repository, with its C components if they are there."""
    source = pathlib.Path(directory)
    return Service("lwIP", [machine.IMAGES, source], ["--set", "lwip-pools=yes"], 1236, 1235, half_closes=False)


def chosen():
    """Serval's server, or the one in directory SERVAL_ECHO_LWIP, to try out the tests themselves."""
    directory = os.environ.get("SERVAL_ECHO_LWIP")
    return lwip(directory) if directory else SERVAL


def why_not_boot():
    """What is missing for QEMU and seL4, beyond what `serval run` needs."""
    return machine.why_not()


def why_not_run(tool=machine.SERVAL):
    """What is missing to run anything."""
    if not tool.exists():
        return f"there is no {tool}: swift build"
    missing = [place for place in chosen().images if not list(place.glob("*.elf"))]
    if missing:
        return f"no images in {missing[0]}: make images"
    if chosen() is SERVAL and not (machine.IMAGES / "echo.elf").exists():
        return "there is no echo.elf in .build/images: make images"
    return None


def boot(image, network, *arguments):
    """QEMU with `image`, whose card is on `network`."""
    tap = f"tap,id=netdev0,ifname={network.machine_tap},script=no,downscript=no,vnet_hdr=off"
    return machine.Machine(image, "-netdev", tap, *CARD, *arguments)


class OneMachine:
    """Checks that share a machine, started once for the class. A class of tests says which machine by `target`."""

    @classmethod
    def target(cls):
        raise NotImplementedError

    @classmethod
    def make_network(cls):
        return Network()

    @classmethod
    def setUpClass(cls):
        cls.service = chosen()
        cls.system = cls.target()
        cls.network = cls.enterClassContext(cls.make_network())
        cls.machine = cls.enterClassContext(cls.system.start(cls.network))


def on_machine(checks, name, target):
    """Class `name` of tests: those of `checks`, on the machine that `target` makes. Reasons to skip all of them that are
    cheap to find are found now."""
    reason = private.why_not() or why_not_run()
    return unittest.skipIf(reason, reason)(type(name, (checks, unittest.TestCase), {"target": classmethod(target)}))


class Run:
    """A machine that has come up on a network, its address and its console."""

    def __init__(self, start, network, service):
        self.network, self.service = network, service
        self.console = start
        self.address = None

    def __enter__(self):
        try:
            self.address = self.network.address_of_machine()
            self._wait_for_answer()
        except AssertionError as error:
            text = self.text()
            self.__exit__()
            raise AssertionError(f"{error}; the console:\n{text}") from None
        return self

    def __exit__(self, *_):
        self.console.__exit__()

    def _wait_for_answer(self, seconds=10):
        """The machine may probe its new address for a second before using it."""
        deadline = time.monotonic() + seconds
        while not clients.ping(self.address, count=1, seconds=0.2):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.address} answers no ping")

    def text(self):
        try:
            self.console.expect("this never comes", seconds=0.1)
        except AssertionError:
            pass
        return self.console.output


class OnSeL4:
    """QEMU with seL4 from `sdk`, or from machine.default_sdk()."""

    def __init__(self, service, configuration="release", tool=machine.SERVAL, arguments=(), sdk=None):
        self.service, self.configuration, self.arguments = service, configuration, arguments
        self._sdk = sdk or machine.default_sdk()
        self._directory = tempfile.TemporaryDirectory()
        output = pathlib.Path(self._directory.name)
        self._image = machine.build(
            "echo", BOARD, configuration, output, images=service.link(output / "images"), tool=tool,
            options=service.options, sdk=self._sdk)

    def __str__(self):
        return f"{self.service.name} on seL4 {self._sdk.name} {self.configuration}"

    @property
    def programs(self):
        """The directory of the images that the Microkit tool was given."""
        return pathlib.Path(self._directory.name, "system")

    def start(self, network):
        return Run(boot(self._image, network, *self.arguments), network, self.service)


class Emulated:
    """`serval run` with virtual time that follows wall time."""

    def __init__(self, service, board=BOARD, sdk="2.3.0", configuration="release", tool=machine.SERVAL, arguments=()):
        self.service, self.board, self.tool, self.arguments = service, board, tool, arguments
        self._target = ["--sdk", sdk, "--config", configuration]
        self._directory = tempfile.TemporaryDirectory()
        output = pathlib.Path(self._directory.name)
        command = [tool, "generate", "echo", "--board", board, *self._target, *service.options]
        command += ["--images", service.link(output / "images"), "--output", output / "system"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self._sdk = sdk

    def __str__(self):
        return f"{self.service.name} under serval run, {self.board}, SDK {self._sdk}"

    def command(self, *arguments):
        system = pathlib.Path(self._directory.name, "system", "echo.system")
        return [self.tool, "run", system, "--board", self.board, *self._target, *self.arguments, *arguments]

    def start(self, network, errors=subprocess.STDOUT):
        command = self.command("--net", f"tap:{Network.machine_tap}", "--realtime")
        return Run(machine.Console(command, errors), network, self.service)
