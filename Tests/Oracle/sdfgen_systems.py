# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Lays out Serval's systems with the sdfgen wheel.

Run with a Python that has sdfgen 0.35.1:
    sdfgen_systems.py SYSTEM BOARD DTB OUTPUT
"""

import json
import pathlib
import sys
import tempfile

from sdfgen import DeviceTree, LionsOs, Sddf, SystemDescription

PD = SystemDescription.ProtectionDomain

NODES = {
    "qemu_virt_aarch64": ("pl011@9000000", "timer", "virtio_mmio@a000000"),
    "odroidc4": (
        "soc/bus@ff800000/serial@3000",
        "soc/bus@ffd00000/watchdog@f0d0",
        "soc/ethernet@ff3f0000",
    ),
}

REGS = {"name": "regs", "perms": "rw", "size": 0x1000, "dt_index": 0}

# sDDF 0.7.0's driver descriptions, in the form that sdfgen reads.
DRIVERS = {
    "serial/arm": (["arm,pl011"], [REGS], 0),
    "serial/meson": (["amlogic,meson-gx-uart", "amlogic,meson-ao-uart"], [REGS], 0),
    "timer/arm": (["arm,armv8-timer"], [], 1),
    "timer/meson": (["amlogic,meson-gxbb-wdt"], [REGS], 0),
    "network/virtio/mmio": (
        ["virtio,mmio"],
        [REGS, {"name": "hw_ring_buffer", "size": 0x10000, "cached": True}],
        0,
    ),
    "network/meson": (
        ["amlogic,meson-gxbb-dwmac", "amlogic,meson-g12a-dwmac"],
        [
            dict(REGS, size=0x10000),
            {"name": "device_rx_ring", "size": 0x8000},
            {"name": "device_tx_ring", "size": 0x8000},
        ],
        0,
    ),
}

STACK = 0x4000
CLIENT_STACK = 0x10000


def write_driver_configurations(root):
    for device_class in ("network", "network/virtio", "serial", "timer", "blk", "i2c", "gpu", "gpio"):
        (root / "drivers" / device_class).mkdir(parents=True, exist_ok=True)
    for directory, (compatible, regions, irq) in DRIVERS.items():
        folder = root / "drivers" / directory
        folder.mkdir(parents=True)
        resources = {"regions": regions, "irqs": [{"dt_index": irq}]}
        (folder / "config.json").write_text(
            json.dumps({"compatible": compatible, "resources": resources})
        )


def image(name):
    return f"{name}.elf"


class Builder:
    def __init__(self, board, dtb):
        with tempfile.TemporaryDirectory() as root:
            write_driver_configurations(pathlib.Path(root))
            self.sddf = Sddf(root)
        self.sdf = SystemDescription(SystemDescription.Arch.AARCH64, 0x60000000)
        self.tree = DeviceTree(pathlib.Path(dtb).read_bytes())
        self.serial_node, self.timer_node, self.ethernet_node = (
            self.tree.node(path) for path in NODES[board]
        )
        self.subsystems = []
        self.domains = []

    def pd(self, name, priority, stack_size=STACK, **attributes):
        domain = PD(name, image(name), priority=priority, stack_size=stack_size, **attributes)
        self.domains.append(domain)
        return domain

    def timer(self):
        driver = self.pd("timer_driver", 101)
        return Sddf.Timer(self.sdf, self.timer_node, driver)

    def serial(self, with_input=False):
        driver = self.pd("serial_driver", 100)
        virt_tx = self.pd("serial_virt_tx", 99)
        virt_rx = self.pd("serial_virt_rx", 99) if with_input else None
        return Sddf.Serial(self.sdf, self.serial_node, driver, virt_tx, virt_rx=virt_rx)

    def net(self):
        driver = self.pd("ethernet_driver", 101, budget=100, period=400)
        virt_tx = self.pd("net_virt_tx", 100, budget=20000, stack_size=CLIENT_STACK)
        virt_rx = self.pd("net_virt_rx", 99, stack_size=CLIENT_STACK)
        return Sddf.Net(self.sdf, self.ethernet_node, driver, virt_tx, virt_rx)

    def copier(self, client):
        return self.pd(f"{client.name}_net_copier", 97, budget=20000)

    def finish(self, subsystems, output, name, children=()):
        for domain in self.domains:
            if domain.name not in children:
                self.sdf.add_pd(domain)
        for subsystem in subsystems:
            assert subsystem.connect()
        for subsystem in subsystems:
            assert subsystem.serialise_config(str(output))
        (output / f"{name}.system").write_text(self.sdf.render())


def hello(b, output):
    timer, serial = b.timer(), b.serial(with_input=True)
    hello = b.pd("hello", 50)
    child = b.pd("hello_child", 49)
    hello.add_child_pd(child)
    b.sdf.add_channel(SystemDescription.Channel(hello, child, pp_b=True, notify_b=False))
    serial.add_client(hello)
    timer.add_client(hello)
    b.finish([serial, timer], output, "hello", children=("hello_child",))


def echo(b, output):
    timer, serial, net = b.timer(), b.serial(), b.net()
    echo = b.pd("echo", 96, budget=20000, stack_size=CLIENT_STACK)
    copier = b.copier(echo)
    serial.add_client(echo)
    timer.add_client(echo)
    net.add_client_with_copier(echo, copier, mac_addr="52:54:01:00:00:12")
    b.finish([serial, net, timer], output, "echo")


def webserver(b, output):
    timer, serial, net = b.timer(), b.serial(), b.net()
    web = b.pd("web_server", 1, budget=20000, stack_size=CLIENT_STACK)
    web_copier = b.copier(web)
    nfs = b.pd("nfs", 96, stack_size=CLIENT_STACK)
    nfs_copier = b.copier(nfs)
    serial.add_client(web)
    timer.add_client(web)
    net.add_client_with_copier(web, web_copier, mac_addr="52:54:01:00:00:11")
    fs = LionsOs.FileSystem.Nfs(
        b.sdf,
        nfs,
        web,
        net=net,
        net_copier=nfs_copier,
        mac_addr="52:54:01:00:00:10",
        serial=serial,
        timer=timer,
        server="10.0.2.2",
        export_path="/export",
    )
    pools = [Sddf.Lwip(b.sdf, net, client) for client in (web, nfs)]
    b.finish([fs, serial, net, timer, *pools], output, "webserver")


def main():
    system, board, dtb, output = sys.argv[1:]
    output = pathlib.Path(output)
    output.mkdir(parents=True, exist_ok=True)
    {"hello": hello, "echo": echo, "webserver": webserver}[system](Builder(board, dtb), output)


if __name__ == "__main__":
    main()
