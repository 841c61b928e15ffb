# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Figures of any web server that can be asked from outside: requests per second with wrk, downloads, and processor time."""

import dataclasses
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import visitors  # noqa: E402

SCALE = float(os.environ.get("SERVAL_BENCH_SCALE", "1"))
MEGABYTE = 1_000_000
CONNECTIONS = (1, 8, 64, 512)
FILES = {"1 KB": "/small.txt", "100 KB": "/medium.bin"}
"""Factor by which a measurement is prolonged if not every client was answered once."""
LONGER = 5


@dataclasses.dataclass
class Rate:
    """Requests per second that got what they asked for, median and 99th percentile of the latency in ms, and the number of failed
    requests."""

    requests: float
    middle: float
    worst: float
    errors: int


def load(url, connections, is_kept, seconds=3):
    """Runs wrk, and again for longer if not every client got an answer, as on a loaded core."""
    seconds = max(1, round(seconds * SCALE))
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

    failures = re.findall(r"(?:connect|read|write|timeout) (\d+)", text)
    refused = sum(map(int, re.findall(r"Non-2xx.*: (\d+)", text)))
    served = 1 - refused / max(1, answered(text))
    return Rate(
        served * float(re.search(r"Requests/sec: +([\d.]+)", text)[1]), milliseconds(50), milliseconds(99),
        refused + sum(map(int, failures)))


def rates(host):
    """Rates by the name of the measurement, such as "1 KB, kept alive, 8"."""
    return {
        f"{size}, {'kept alive' if is_kept else 'fresh'}, {connections}": load(f"http://{host}{path}", connections, is_kept)
        for size, path in FILES.items() for is_kept in (True, False) for connections in CONNECTIONS}


def megabytes_a_second(address, names):
    """Megabytes per second of downloads of 10 MB each, one after the other: the median."""
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
