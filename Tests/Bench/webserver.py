#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Measures the web server's request rates, with its site on nfs-ganesha: webserver.py SERVAL. Runs in QEMU if MICROKIT_SDK is
set, and under `serval run`. Prints for comparison figures of LionsOS's web server and of nginx in an AArch64 Linux guest, which
were measured once in the same QEMU with the same export, and of nginx on this machine. See docs/testing-network.md."""

import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

for place in ("Network", "Boot"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / place))

import ganesha  # noqa: E402
import machine  # noqa: E402
import site_checks  # noqa: E402
import systems  # noqa: E402
import testnet  # noqa: E402
import visitors  # noqa: E402
import web_memory  # noqa: E402
import website  # noqa: E402

SCALE = float(os.environ.get("SERVAL_BENCH_SCALE", "1"))
MEGABYTE = 1_000_000
CONNECTIONS = (1, 8, 64, 512)
FILES = {"1 KB": "/small.txt", "100 KB": "/medium.bin"}
DOWNLOADS = 5
LONGER = 5
"""Factor by which a measurement is prolonged if not every client was answered once."""
# LionsOS's server speaks HTTP/1.0, so its figures also stand for kept-alive connections. It was measured with 1 (21 ms), 8 and
# 32 clients, nginx with 1, 8 and 128; of a range the best figure is given. LionsOS's HEAD of May 2026, SDK 2.0.1, release,
# QEMU 7.2.
_LIONS = {1: 48, 8: 62, 64: 86, 512: 86}
LIONS = {("1 KB", kept, n): rate for kept in (True, False) for n, rate in _LIONS.items()}
GUEST = {
    **{("1 KB", True, n): rate for n, rate in {1: 490, 8: 400, 64: 400, 512: 400}.items()},
    **{("1 KB", False, n): 330 for n in CONNECTIONS}, **{("100 KB", True, n): 120 for n in CONNECTIONS}}
OTHERS = {
    "10 MB from NFS, MB/s": (6.8, 18), "10 MB again, MB/s": (6.8, 30), "first answer, s": (1.4, 2.5),
    "idle, % of a core": (50, 0.3)}


@dataclasses.dataclass
class Rate:
    """Requests per second, median and 99th percentile of the latency in ms, and the number of failed requests."""

    requests: float
    middle: float
    worst: float
    errors: int


def load(url, connections, is_kept):
    """Runs wrk, and again for longer if not every client got an answer, as on a loaded core."""
    seconds = max(1, round(3 * SCALE))
    text = wrk(url, connections, is_kept, seconds)
    if answered(text) < connections:
        text = wrk(url, connections, is_kept, LONGER * seconds)
    return rate(text)


def wrk(url, connections, is_kept, seconds):
    """The output of wrk. Its timeout is that of the longest run, so that slow answers are not errors."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", f"{LONGER * seconds}s"]
    if not is_kept:
        command += ["-H", "Connection: close"]
    return subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout


def answered(text):
    return int(re.search(r"(\d+) requests in", text)[1])


def rate(text):
    def milliseconds(percentile):
        found = re.search(rf"{percentile}% +([\d.]+)(us|ms|s|m) *\n", text)
        if not found:
            raise AssertionError(f"wrk printed\n{text}")
        return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[found[2]]

    failures = re.findall(r"(?:connect|read|write|timeout) (\d+)|Non-2xx.*: (\d+)", text)
    return Rate(
        float(re.search(r"Requests/sec: +([\d.]+)", text)[1]), milliseconds(50), milliseconds(99),
        sum(int(one or other) for one, other in failures))


def rates(host):
    found = {}
    for size, path in FILES.items():
        for is_kept in (True, False):
            for connections in CONNECTIONS:
                found[size, is_kept, connections] = load(f"http://{host}{path}", connections, is_kept)
    return found


def megabytes_a_second(address, names):
    """Megabytes per second of sequential downloads of 10 MB each: the median."""
    found = []
    for name in names:
        start = time.monotonic()
        download = visitors.Download(address, f"/{name}")
        download.read()
        found.append(download.size / MEGABYTE / (time.monotonic() - start))
        download.close()
    return statistics.median(found)


def processor_seconds(process):
    """Processor time in seconds of a process and its descendants."""
    total = 0.0
    for task in [process.pid, *_descendants(process.pid)]:
        fields = pathlib.Path(f"/proc/{task}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _descendants(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in children for one in [int(child), *_descendants(int(child))]]


def idle_share(process, seconds=10):
    """Percentage of a core that a process uses without requests."""
    time.sleep(2)
    before, start = processor_seconds(process), time.monotonic()
    time.sleep(seconds)
    return 100 * (processor_seconds(process) - before) / (time.monotonic() - start)


def idle_hello(system, tool):
    """The same for system `hello`, which ticks once a second: the cost of the machine itself."""
    with tempfile.TemporaryDirectory() as directory:
        output = pathlib.Path(directory)
        if isinstance(system, website.OnSeL4):
            image = machine.build("hello", machine.BOARD, "release", output, tool=tool)
            console = machine.Machine(image)
        else:
            target = ["--board", system.board, "--sdk", "2.3.0", "--config", "release"]
            subprocess.run(
                [tool, "generate", "hello", *target, "--images", machine.IMAGES, "--output", output / "system"], check=True,
                stdout=subprocess.DEVNULL)
            console = machine.Console([tool, "run", output / "system" / "hello.system", *target, "--realtime"])
        with console:
            console.expect("tick 1 at", 30)
            return idle_share(console.process)


def boot_time(system, network):
    """Seconds from a machine's start to its first page: the median of three, because the first start reads from the disk."""

    def one():
        with system.start(network) as run:
            return website.first_answer(run.address) - run.started

    return statistics.median(one() for _ in range(3))


def measure(system, tool):
    """Returns the rates, and the other figures by name."""
    with testnet.Network(cable=False) as network:
        others = {"first answer, s": boot_time(system, network)}
        found = measure_running(system, network, others)
    others["idle `hello`, % of a core"] = idle_hello(system, tool)
    return found, others


def measure_running(system, network, others):
    with system.start(network) as run:
        website.first_answer(run.address)
        names = [f"ten{index}.bin" for index in range(DOWNLOADS)]
        others["10 MB from NFS, MB/s"] = megabytes_a_second(run.address, names)
        others["10 MB again, MB/s"] = megabytes_a_second(run.address, names[-1:] * DOWNLOADS)
        found = rates(run.address)
        # By then the last connections have been freed.
        time.sleep(5)
        others["idle, % of a core"] = idle_share(run.console.process)
    return found


def nginx(site):
    """Rates of nginx on this machine, over its loopback; None if it is not installed."""
    if not shutil.which("nginx"):
        return None
    with tempfile.TemporaryDirectory() as directory:
        configuration = pathlib.Path(directory, "conf")
        configuration.write_text(
            f"user root; daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/log;\n"
            "events { worker_connections 2048; }\nhttp { access_log off; keepalive_requests 10000000;\n"
            f"server {{ listen 127.0.0.1:8080; root {site}; }} }}\n")
        server = subprocess.Popen(["nginx", "-c", configuration, "-e", f"{directory}/log"])
        try:
            time.sleep(1)
            return rates("127.0.0.1:8080")
        finally:
            server.terminate()
            server.wait()


def cell(value, width=10):
    return f"{'-' if value is None else format(value, f',.{0 if value >= 100 else 1}f'):>{width}}"


def ratio(value, other):
    return f"{'-' if not other else format(value / other, '.1f'):>7}"


def report(title, found, others=None):
    print(f"\n{title}\n{'':34}{'requests/s':>10}{'50 % ms':>10}{'99 % ms':>10}{'errors':>8}", end="")
    print(f"{'LionsOS':>10}{'x':>7}{'nginx, guest':>14}{'x':>7}" if others else "")
    for (size, is_kept, connections), rate in found.items():
        name = f"{size}, {'kept alive' if is_kept else 'fresh'}, {connections}"
        print(f"{name:34}{cell(rate.requests)}{cell(rate.middle)}{cell(rate.worst)}{rate.errors:8}", end="")
        if others:
            key = (size, is_kept, connections)
            lions, guest = LIONS.get(key), GUEST.get(key)
            print(f"{cell(lions)}{ratio(rate.requests, lions)}{cell(guest, 14)}{ratio(rate.requests, guest)}", end="")
        print(flush=True)
    for name, value in (others or {}).items():
        lions, guest = OTHERS.get(name, (None, None))
        print(f"{name:34}{value:10.2f}{'':28}{cell(lions)}{ratio(value, lions)}{cell(guest, 14)}{ratio(value, guest)}")


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
            (site / f"ten{index}.bin").write_bytes(site_checks.pattern(10 * MEGABYTE, 20 + index))
        if systems.why_not_boot() is None:
            stand(website.OnSeL4(server, "--set", "access-log=no", tool=tool), tool)
            print("memory per connection: see serval run, which can look into programs as seL4 cannot")
        for board in (machine.BOARD, "odroidc4"):
            system = website.Emulated(server, "--set", "access-log=no", board=board, tool=tool)
            stand(system, tool)
            memory(system)
        orientation = nginx(site)
        if orientation:
            report("nginx on this machine, over the loopback", orientation)


def stand(system, tool):
    try:
        report(f"web server: {system}", *measure(system, tool))
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        print(f"web server: {system}: {error}", flush=True)


def memory(system):
    """Prints the memory per connection, with the bounds of docs/web-server.md."""
    try:
        with testnet.Network(cable=False) as network, system.start(network, ["--stats"]) as run:
            web_memory.print_table(run)
    except (AssertionError, OSError, KeyError) as error:
        print(f"web server: {system}: memory: {error}", flush=True)


if __name__ == "__main__":
    main()
