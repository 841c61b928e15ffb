# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Compares Serval's layouts with those of sdfgen 0.35.1, for the same PDs and device trees.

Regions, sizes, channels and interrupts must be equal; permissions equal, or stricter as listed below; and every record equal,
field by field, after replacing addresses by "region + offset" and channel identifiers by "channel to that PD" or "interrupt".

    compare_with_sdfgen.py SERVAL SDFGEN_PYTHON
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

import records

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BOARDS = ["qemu_virt_aarch64", "odroidc4"]
CHOICES = {
    "hello": [],
    "echo": [],
    "webserver": [
        "--nfs-server", "10.0.2.2", "--nfs-directory", "/export", "--website-dir", "www",
        # sdfgen has no parameters for these.
        "--set", "receive-buffers=512",
    ],
}

# Records without a counterpart in sdfgen, for choices that LionsOS compiles into its images, and for the programs' heaps, which
# are memory of LionsOS's images.
OWN_RECORDS = ("ip_client_", "web_server_", "heap_", "entropy_")
# A domain without a counterpart, with its regions and channels.
OWN_DOMAIN = "entropy"


def number(text):
    return int(text, 0)


class Layout:
    """A `.system` file and its records, in a form for comparison."""

    def __init__(self, directory, system):
        self.directory = directory
        root = ET.parse(directory / f"{system}.system").getroot()
        self.regions = {
            mr.get("name"): (number(mr.get("size")), mr.get("phys_addr") and number(mr.get("phys_addr")))
            for mr in root.iter("memory_region")
            if not mr.get("name").endswith("_heap") and f"/drivers/{OWN_DOMAIN}/" not in mr.get("name")
        }
        self.domains = {pd.get("name"): pd for pd in root.iter("protection_domain") if pd.get("name") != OWN_DOMAIN}
        self.maps = {
            (name, m.get("mr")): m for name, pd in self.domains.items() for m in pd.findall("map") if m.get("mr") in self.regions
        }
        channels = [channel.findall("end") for channel in root.iter("channel")]
        self.channels = [ends for ends in channels if OWN_DOMAIN not in [end.get("pd") for end in ends]]
        self.records = {path.name: path.read_bytes() for path in directory.glob("*.data")}

    def attributes(self):
        keys = ("priority", "budget", "period", "passive", "id")
        return {
            name: ({key: pd.get(key) for key in keys}, number(pd.get("stack_size", "0")))
            for name, pd in self.domains.items()
        }

    def permissions(self):
        return {key: (m.get("perms", "rw"), m.get("cached", "true")) for key, m in self.maps.items()}

    def interrupts(self):
        return sorted(
            (name, irq.get("irq"), irq.get("trigger"), irq.get("id"))
            for name, pd in self.domains.items()
            for irq in pd.findall("irq")
        )

    def channel_set(self):
        return sorted(
            sorted((e.get("pd"), e.get("notify", "true"), e.get("pp", "false")) for e in ends)
            for ends in self.channels
        )

    # Records

    def owner(self, file):
        """The PD that reads a record."""
        fixed = {
            "serial_driver_config.data": "serial_driver",
            "serial_virt_rx.data": "serial_virt_rx",
            "serial_virt_tx.data": "serial_virt_tx",
            "net_driver.data": "ethernet_driver",
            "net_virt_rx.data": "net_virt_rx",
            "net_virt_tx.data": "net_virt_tx",
            "nfs_config.data": "nfs",
        }
        if file in fixed:
            return fixed[file]
        stem = file[: -len(".data")]
        for name in sorted(self.domains, key=len, reverse=True):
            if stem == f"{name}_device_resources" or stem.endswith(f"_{name}"):
                return name
        raise KeyError(file)

    def place(self, pd, vaddr):
        """An address as "region + offset"."""
        if vaddr == 0:
            return None
        for (name, region), m in self.maps.items():
            start = number(m.get("vaddr"))
            if name == pd and start <= vaddr < start + self.regions[region][0]:
                return (region, vaddr - start)
        raise AssertionError(f"{pd}: {vaddr:#x} is not mapped")

    def identity(self, pd, number_):
        """A channel identifier as its other end."""
        for irq in self.domains[pd].findall("irq"):
            if int(irq.get("id")) == number_:
                return ("irq", irq.get("irq"))
        for ends in self.channels:
            for end, peer in (ends, ends[::-1]):
                if end.get("pd") == pd and int(end.get("id")) == number_:
                    return ("channel", peer.get("pd"))
        raise AssertionError(f"{pd}: nothing has identifier {number_}")

    def decoded(self, file):
        pd = self.owner(file)
        data = self.records[file]
        layout = records.layout_of(file)
        if len(data) != records.c.sizeof(layout):
            raise AssertionError(f"{file}: {len(data)} bytes, not {records.c.sizeof(layout)}")
        values = dict(records.fields(layout.from_buffer_copy(data)))
        result = {}
        for path, value in values.items():
            leaf = path.split(".")[-1]
            if leaf == "vaddr":
                value = self.place(pd, value)
            elif leaf == "id" and self.in_use(values, path):
                value = self.identity(pd, value)
            elif leaf == "id":
                self.expect_zero(file, path, value)
            result[path] = value
        return result

    @staticmethod
    def expect_zero(file, path, value):
        if value:
            raise AssertionError(f"{file}: {path} is {value} in an unused entry")

    @staticmethod
    def in_use(values, path):
        """Whether an identifier belongs to an entry in use."""
        parent = path.rpartition(".")[0]
        if path == "id":
            return True
        if parent.startswith("irqs["):
            return int(parent[5:-1]) < values["num_irqs"]
        return any(v for p, v in values.items() if p.startswith(parent + ".") and p.endswith("size"))


def stricter(pool):
    """Mappings that are writable in sdfgen's layout but not in Serval's: readers of a link, by system and domain."""

    def allowed(pd, region, layout):
        if "/serial/data/" in region:
            # Only the producer writes: the driver's side on rx, the client's side on tx.
            server, client = region.split("/")[-2:]
            downwards = client in ("serial_virt_rx",) or server == "serial_virt_rx"
            return pd == (client if downwards else server)
        if region.endswith("/net/rx/data/device"):
            return pd.endswith("_net_copier")
        if "/net/rx/data/client/" in region:
            return not pool and not pd.endswith("_net_copier")
        return False

    return allowed


# Priorities and budgets that differ from LionsOS's, for the reasons in docs/adr/0010: (priority, budget, period).
CLIENT, SERVER = ("95", "900", "1000"), ("95", "1000", None)
TIMES = {
    "ethernet_driver": ("101", "1000000", None), "serial_driver": SERVER, "serial_virt_rx": SERVER, "serial_virt_tx": SERVER,
    "net_virt_tx": SERVER, "net_virt_rx": SERVER, "echo_net_copier": SERVER, "nfs_net_copier": SERVER,
    "web_server_net_copier": SERVER, "echo": CLIENT, "nfs": CLIENT, "web_server": CLIENT, "hello": CLIENT,
    "hello_child": ("94", None, None),
}


class SideBySide(unittest.TestCase):
    serval = "serval"
    python = sys.executable
    maxDiff = None

    def layouts(self, system, board, directory, pool=True):
        dtb = directory / f"{board}.dtb"
        if not dtb.exists():
            source = ROOT / "dts" / f"{board}.dts"
            subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb, source], check=True)
        theirs = directory / f"sdfgen-{system}-{board}"
        if not theirs.exists():
            subprocess.run(
                [self.python, HERE / "sdfgen_systems.py", system, board, dtb, theirs],
                check=True, stderr=subprocess.DEVNULL,
            )
        ours = directory / f"serval-{system}-{board}-{pool}"
        choices = CHOICES[system] + (
            ["--set", "lwip-pools=yes"] if pool and system == "webserver" else []
        )
        subprocess.run(
            [
                self.serval, "generate", system, "--board", board, "--dtb", dtb, "--sdk", "2.0.1",
                "--output", ours, *choices,
            ],
            check=True, stdout=subprocess.DEVNULL,
        )
        return Layout(ours, system), Layout(theirs, system)

    def each(self):
        with tempfile.TemporaryDirectory() as temporary:
            for system in CHOICES:
                for board in BOARDS:
                    with self.subTest(system=system, board=board):
                        yield system, *self.layouts(system, board, pathlib.Path(temporary))

    def test_regions_and_sizes(self):
        for system, ours, theirs in self.each():
            self.assertEqual(ours.regions, theirs.regions)

    def test_domains(self):
        for system, ours, theirs in self.each():
            expected = theirs.attributes()
            for name, (attributes, _) in expected.items():
                if name in TIMES:
                    attributes.update(zip(("priority", "budget", "period"), TIMES[name]))
            # sdfgen prints passive="true" for the timer; nothing else sets it.
            found = ours.attributes()
            idle = found.pop("idle", None)
            self.assertEqual(idle is None, system == "hello")
            self.assertEqual(found, expected)

    def test_permissions_are_the_same_or_stricter_as_listed(self):
        for system, ours, theirs in self.each():
            mine, other = ours.permissions(), theirs.permissions()
            self.assertEqual(mine.keys(), other.keys())
            allowed = stricter(pool=system == "webserver")
            for key, (perms, cached) in mine.items():
                self.assertEqual(cached, other[key][1], key)
                expected = "r" if allowed(*key, ours) else other[key][0]
                self.assertEqual(perms, expected, key)

    def test_channels(self):
        for system, ours, theirs in self.each():
            self.assertEqual(ours.channel_set(), theirs.channel_set())

    def test_interrupts(self):
        for system, ours, theirs in self.each():
            self.assertEqual(ours.interrupts(), theirs.interrupts())

    def test_records_field_by_field(self):
        for system, ours, theirs in self.each():
            own = {name for name in ours.records if name.startswith(OWN_RECORDS)}
            # sdfgen writes a record for the receive virtualiser even if there is none.
            absent = set() if "serial_virt_rx" in ours.domains else {"serial_virt_rx.data"}
            self.assertEqual(ours.records.keys() - own, theirs.records.keys() - absent)
            for name in sorted(ours.records.keys() - own):
                self.assertEqual(ours.decoded(name), theirs.decoded(name), name)

    def test_without_lwip_nothing_is_mapped_that_is_not_used(self):
        with tempfile.TemporaryDirectory() as temporary:
            for board in BOARDS:
                ours, theirs = self.layouts(
                    "webserver", board, pathlib.Path(temporary), pool=False)
                pools = {name for name in theirs.regions if "/lib_sddf_lwip/" in name}
                self.assertEqual(len(pools), 2)
                self.assertEqual(ours.regions.keys(), theirs.regions.keys() - pools)
                allowed = stricter(pool=False)
                for key, (perms, _) in ours.permissions().items():
                    expected = "r" if allowed(*key, ours) else theirs.permissions()[key][0]
                    self.assertEqual(perms, expected, key)

    def test_the_stricter_mappings_are_these(self):
        with tempfile.TemporaryDirectory() as temporary:
            ours, theirs = self.layouts(
                "webserver", BOARDS[0], pathlib.Path(temporary), pool=False)
            other = theirs.permissions()
            differing = sorted(
                (pd, region.split("/", 1)[-1])
                for (pd, region), (perms, _) in ours.permissions().items()
                if other[pd, region][0] != perms
            )
            self.assertEqual(
                differing,
                [
                    ("nfs", "net/rx/data/client/nfs"),
                    ("nfs_net_copier", "net/rx/data/device"),
                    ("serial_driver", "serial/data/serial_driver/serial_virt_tx"),
                    ("serial_virt_tx", "serial/data/serial_virt_tx/nfs"),
                    ("serial_virt_tx", "serial/data/serial_virt_tx/web_server"),
                    ("web_server", "net/rx/data/client/web_server"),
                    ("web_server_net_copier", "net/rx/data/device"),
                ],
            )


if __name__ == "__main__":
    SideBySide.serval, SideBySide.python = (str(pathlib.Path(a).absolute()) for a in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
