#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Measures the web server beside its peers, all with the same site on nfs-ganesha: webserver.py SERVAL. On seL4 in QEMU if
MICROKIT_SDK is set, nginx in a Linux guest in the same QEMU if Debian's packages can be had, under `serval run`, and nginx on
this machine if it is installed. Prints a table, and writes it with a picture to docs/bench. See docs/testing-network.md."""

import contextlib
import dataclasses
import json
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

for place in ("Network", "Boot"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / place))

import charts  # noqa: E402
import ganesha  # noqa: E402
import https_checks  # noqa: E402
import https_rates  # noqa: E402
import linux_guest  # noqa: E402
import machine  # noqa: E402
import rates  # noqa: E402
import site_checks  # noqa: E402
import systems  # noqa: E402
import testnet  # noqa: E402
import web_memory  # noqa: E402
import website  # noqa: E402

BENCH = machine.ROOT / "docs" / "bench"
DOWNLOADS = 5
FROM_NFS, AGAIN = "10 MB from NFS, MB/s", "10 MB again, MB/s"
FIRST, IDLE, MEMORY, IMAGE = "first answer, s", "idle, % of a core", "memory, MB", "image, MB"
"""LionsOS's web server of May 2026, measured once elsewhere: SDK 2.0.1, release, QEMU 7.2. It speaks HTTP/1.0, so its rates
stand for kept-alive connections, too."""
RECORDED = {
    "1 KB, fresh, 1": 48, "1 KB, fresh, 8": 62, "1 KB, fresh, 64": 86, FROM_NFS: 6.8, AGAIN: 6.8, FIRST: 1.4, IDLE: 50}
"""What the picture shows: a measurement, its unit, and whether less is better."""
SHOWN = [
    ("1 KB, kept alive, 8", "requests/s", False), ("1 KB, fresh, 8", "requests/s", False),
    ("100 KB, kept alive, 8", "requests/s", False), (https_rates.FULL, "with a request for 1 KB each", False),
    (https_rates.KEPT, "requests/s", False), (FROM_NFS, "MB/s", False), (FIRST, "s", True), (MEMORY, "MB", True),
    (IMAGE, "MB", True)]


@dataclasses.dataclass
class Subject:
    """What was measured: figures by name, and latencies and errors of the rates among them."""

    name: str
    figures: dict = dataclasses.field(default_factory=dict)
    details: dict = dataclasses.field(default_factory=dict)

    def add_rates(self, found):
        for name, rate in found.items():
            self.figures[name] = rate.requests
            self.details[name] = {"median ms": rate.middle, "99 % ms": rate.worst, "errors": rate.errors}


def idle_hello(system, tool):
    """The load of system `hello`, which ticks once a second: the cost of the machine itself."""
    with tempfile.TemporaryDirectory() as directory:
        output = pathlib.Path(directory)
        if isinstance(system, website.OnSeL4):
            console = machine.Machine(machine.build("hello", machine.BOARD, "release", output, tool=tool))
        else:
            target = ["--board", system.board, "--sdk", "2.3.0", "--config", "release"]
            subprocess.run(
                [tool, "generate", "hello", *target, "--images", machine.IMAGES, "--output", output / "system"], check=True,
                stdout=subprocess.DEVNULL)
            console = machine.Console([tool, "run", output / "system" / "hello.system", *target, "--realtime"])
        with console:
            console.expect("tick 1 at", 30)
            return rates.idle_share(console.process)


def boot_time(system, network):
    """Seconds from a machine's start to its first page: the median of three, because the first start reads from the disk."""

    def one():
        with system.start(network) as run:
            return website.first_answer(run.address) - run.started

    return statistics.median(one() for _ in range(3))


def choices(credentials):
    """Options of `serval generate` for the systems that are measured."""
    return ["--set", "access-log=no", "--set", "https=443", *https_checks.options(credentials, ["ec"])]


def measure(name, system, ca_file):
    """All figures of a system whose certificate for localhost `ca_file` leads to."""
    subject = Subject(name)
    with testnet.Network(cable=False) as network:
        subject.figures[FIRST] = boot_time(system, network)
        with system.start(network) as run:
            website.first_answer(run.address)
            names = [f"ten{index}.bin" for index in range(DOWNLOADS)]
            subject.figures[FROM_NFS] = rates.megabytes_a_second(run.address, names)
            subject.figures[AGAIN] = rates.megabytes_a_second(run.address, names[-1:] * DOWNLOADS)
            subject.add_rates(rates.rates(run.address))
            subject.figures.update(https_rates.figures(run.address, 443, ca_file))
            # By then the last connections have been freed.
            time.sleep(5)
            subject.figures[IDLE] = rates.idle_share(run.console.process)
            if isinstance(run, linux_guest.GuestRun):
                subject.figures[MEMORY] = run.memory_in_use() / rates.MEGABYTE
    return subject


def measure_sel4(server, tool, credentials):
    system = website.OnSeL4(server, *choices(credentials), tool=tool)
    subject = measure(f"Serval on seL4 ({system})", system, f"{credentials}/root.pem")
    output = pathlib.Path(system.directory.name)
    subject.figures[IMAGE] = (output / "loader.img").stat().st_size / rates.MEGABYTE
    subject.figures[MEMORY] = memory_of(output / "system" / "webserver.system", tool) / rates.MEGABYTE
    subject.figures["idle `hello`, % of a core"] = idle_hello(system, tool)
    return subject


def memory_of(description, tool):
    """Bytes of a system's regions and of its programs, with their heaps."""
    text = subprocess.run([tool, "inspect", description], check=True, capture_output=True, text=True).stdout
    regions = float(re.search(r"memory regions \(([\d.]+) MiB\)", text)[1]) * 1024 * 1024
    return regions + sum(loaded_size(image) for image in description.parent.glob("*.elf"))


def loaded_size(image):
    """Bytes that an ELF image of 64 bits takes in memory."""
    data = image.read_bytes()
    start, size, count = (int.from_bytes(data[place:place + width], "little") for place, width in ((32, 8), (54, 2), (56, 2)))
    heads = [data[start + index * size:start + (index + 1) * size] for index in range(count)]
    return sum(int.from_bytes(head[40:48], "little") for head in heads if int.from_bytes(head[:4], "little") == 1)


def measure_guest(server):
    guest = linux_guest.Guest(server)
    subject = measure(str(guest), guest, guest.certificate)
    subject.figures[IMAGE] = guest.image_size / rates.MEGABYTE
    return subject


def measure_emulated(server, tool, credentials, board):
    system = website.Emulated(server, *choices(credentials), board=board, tool=tool)
    subject = measure(f"Serval under serval run, {board}", system, f"{credentials}/root.pem")
    subject.figures["idle `hello`, % of a core"] = idle_hello(system, tool)
    print_memory(system)
    return subject


def print_memory(system):
    """Prints the memory per connection, with the bounds of docs/web-server.md."""
    with testnet.Network(cable=False) as network, system.start(network, ["--stats"]) as run:
        web_memory.print_table(run)


def measure_nginx(site):
    """nginx on this machine, over its loopback."""
    with tempfile.TemporaryDirectory() as directory:
        configuration = pathlib.Path(directory, "conf")
        configuration.write_text(
            f"user root; daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/log;\n"
            "events { worker_connections 2048; }\nhttp { access_log off; keepalive_requests 10000000;\n"
            f"server {{ listen 127.0.0.1:8080; root {site}; }} }}\n")
        server = subprocess.Popen(["nginx", "-c", configuration, "-e", f"{directory}/log"])
        try:
            time.sleep(1)
            subject = Subject("nginx on this machine, over the loopback")
            subject.add_rates(rates.rates("127.0.0.1:8080"))
            return subject
        finally:
            server.terminate()
            server.wait()


def cell(value):
    return f"{'-' if value is None else format(value, f',.{0 if value >= 100 else 1 if value >= 10 else 2}f'):>10}"


def table(subjects):
    """A column for each subject, and how many times the figure of the peer in the same QEMU the first one has."""
    names = list(dict.fromkeys(name for subject in subjects for name in subject.figures))
    peer = next((subject for subject in subjects if subject.name.startswith("nginx") and MEMORY in subject.figures), None)
    lines = [f"{letter}: {subject.name}" for letter, subject in zip("ABCDEFGH", subjects)]
    lines += ["LionsOS: measured once elsewhere, not in this run; rates in requests/s", ""]
    head = "".join(f"{letter:>10}" for letter, _ in zip("ABCDEFGH", subjects))
    compared = f"{f'A : {chr(65 + subjects.index(peer))}':>10}" if peer and peer is not subjects[0] else ""
    lines.append(f"{'':28}{head}{compared}{'LionsOS':>10}")
    for name in names:
        values = [subject.figures.get(name) for subject in subjects]
        ratio = ""
        if compared:
            other = peer.figures.get(name)
            ratio = cell(values[0] / other if other and values[0] is not None else None)
        lines.append(f"{name:28}{''.join(map(cell, values))}{ratio}{cell(RECORDED.get(name))}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def latencies(subject):
    lines = [f"\n{subject.name}\n{'':28}{'50 % ms':>10}{'99 % ms':>10}{'errors':>10}"]
    for name, detail in subject.details.items():
        lines.append(f"{name:28}{cell(detail['median ms'])}{cell(detail['99 % ms'])}{detail['errors']:>10}")
    return "\n".join(lines)


def versions():
    def first_line(*command):
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd=machine.ROOT)
            return (done.stdout or done.stderr).strip().splitlines()[0]
        except (OSError, IndexError):
            return None

    return {
        "commit": first_line("git", "rev-parse", "--short=10", "HEAD"), "changed": bool(first_line("git", "status", "--porcelain")),
        "date": time.strftime("%Y-%m-%d"), "QEMU": first_line("qemu-system-aarch64", "--version"),
        "wrk": first_line("wrk", "--version"), "nfs-ganesha": first_line("ganesha.nfsd", "-v"),
        "processor": next(
            (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
            platform.machine())}


def picture(subjects, made):
    panels = []
    for name, unit, is_less_better in SHOWN:
        # This machine's own processor would make all other bars short.
        bars = {
            short(subject.name): subject.figures[name] for subject in subjects
            if name in subject.figures and "loopback" not in subject.name}
        if bars:
            title = name.removesuffix(f", {unit}") + (" clients" if unit == "requests/s" else "")
            panels.append(charts.Panel(title, unit, bars, is_less_better))
    note = f"One run on {made['date']}, commit {made['commit']}, {(made['QEMU'] or '').partition(' (')[0]}"
    return charts.svg("Serval's web server and its peers", note, panels, "Serval on seL4")


def short(name):
    return re.sub(r" \(.*\)$|, QEMU$", "", name)


def write(subjects):
    made = versions()
    text = table(subjects)
    print(f"\n{text}", end="")
    for subject in subjects:
        if subject.details:
            print(latencies(subject))
    BENCH.mkdir(exist_ok=True)
    (BENCH / "web.txt").write_text(text)
    content = {"made": made, "subjects": [dataclasses.asdict(subject) for subject in subjects], "LionsOS, measured elsewhere": RECORDED}
    (BENCH / "web.json").write_text(json.dumps(content, indent=1) + "\n")
    (BENCH / "web.svg").write_text(picture(subjects, made))


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    reason = website.why_not_run(tool)
    if reason is None and not shutil.which("wrk"):
        reason = "wrk is not installed"
    if reason:
        print(f"web server: skipped, {reason}")
        return
    server = ganesha.Ganesha(testnet.LINUX)
    with contextlib.ExitStack() as stack:
        stack.push(server)
        # The server needs its address to start, but keeps listening when the network is created again.
        with testnet.Network(cable=False):
            server.start()
        site = server.export / "site"
        website.lay_out(site)
        for index in range(DOWNLOADS):
            (site / f"ten{index}.bin").write_bytes(site_checks.pattern(10 * rates.MEGABYTE, 20 + index))
        credentials = stack.enter_context(tempfile.TemporaryDirectory())
        https_checks.credentials(credentials)
        subjects = [
            subject for subject in (attempt(*each) for each in subjects_of(server, tool, site, credentials)) if subject]
    if subjects:
        write(subjects)


def subjects_of(server, tool, site, credentials):
    """What to measure: a name, what is missing for it, and a function."""
    yield "seL4", systems.why_not_boot(), lambda: measure_sel4(server, tool, credentials)
    yield "nginx in a Linux guest", linux_guest.why_not(), lambda: measure_guest(server)
    for board in (machine.BOARD, "odroidc4"):
        yield f"serval run, {board}", None, lambda board=board: measure_emulated(server, tool, credentials, board)
    yield "nginx on this machine", None if shutil.which("nginx") else "it is not installed", lambda: measure_nginx(site)


def attempt(name, reason, function):
    try:
        if reason is None:
            print(f"web server: {name} ...", flush=True)
            return function()
    except (AssertionError, OSError, KeyError, subprocess.CalledProcessError) as error:
        reason = error
    print(f"web server: {name}: not measured, {reason}", flush=True)
    return None


if __name__ == "__main__":
    main()
