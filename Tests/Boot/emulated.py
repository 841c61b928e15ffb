#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Systems under `serval run`, with the images that boot on seL4: for both boards and every SDK, without needing an SDK. With
an SDK and QEMU, the transcripts of `hello` are compared."""

import collections
import contextlib
import functools
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import machine

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Network"))

import websocket  # noqa: E402

SDKS = ["1.4.1", "2.0.1", "2.1.0", "2.2.0", "2.3.0", "2.3.1"]
BOARDS = ["qemu_virt_aarch64", "odroidc4"]
CONFIGURATIONS = ["debug", "release"]


@functools.cache
def generated(board, sdk, configuration, system="hello", tool=machine.SERVAL):
    """A temporary directory with the system and its patched images, removed when the process exits."""
    directory = tempfile.TemporaryDirectory()
    # The programs of the tests and those of the systems, in one folder.
    images = pathlib.Path(directory.name, "images")
    images.mkdir()
    for source in (machine.IMAGES, machine.IMAGES / "tests"):
        for image in source.glob("*.elf"):
            (images / image.name).symlink_to(image)
    command = [tool, "generate", system, "--board", board, "--sdk", sdk, "--config", configuration]
    command += ["--images", images, "--output", f"{directory.name}/system"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return directory


def run(typed, *arguments, board=BOARDS[0], sdk="2.3.0", configuration="debug", system="hello", tool=machine.SERVAL):
    """The console's text, without colours."""
    file = f"{generated(board, sdk, configuration, system, tool).name}/system/{system}.system"
    command = [machine.SERVAL, "run", file, "--sdk", sdk, "--config", configuration]
    result = subprocess.run([*command, *arguments], input=typed.encode(), capture_output=True, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"status {result.returncode}: {result.stderr.decode()}")
    return plain(result.stdout)


def plain(console):
    return re.sub(r"\x1b\[[0-9;]*m?", "", console.decode(errors="replace")).replace("\r", "")


def every(test, boards=BOARDS):
    for board in boards:
        for sdk in SDKS:
            for configuration in CONFIGURATIONS:
                with test.subTest(board=board, sdk=sdk, configuration=configuration):
                    yield {"board": board, "sdk": sdk, "configuration": configuration}


class EmulatedRuntime(unittest.TestCase):
    def test_every_step(self):
        tool = machine.SERVAL.with_name("test-systems")
        for target in every(self, BOARDS[:1]):
            console = run("", "--for", "60s", system="runtime", tool=tool, **target)
            self.assertEqual(console.count(": ok"), 19, console)
            self.assertNotIn("FAILED", console)
            self.assertIn("all done", console)


class EmulatedRecords(unittest.TestCase):
    """Records of types that Serval does not know. The program of docs/own-system.md is in Tests/Boot/Programs/herald."""

    TOOL = machine.SERVAL.with_name("test-systems")

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.images = self.directory / "images"
        self.images.mkdir()
        for source in (machine.IMAGES, machine.IMAGES / "tests"):
            for image in source.glob("*.elf"):
                (self.images / image.name).symlink_to(image)

    def generate(self, system, *choices, sdk="2.3.0", configuration="debug"):
        command = [self.TOOL, "generate", system, "--board", BOARDS[0], "--sdk", sdk, "--config", configuration]
        command += ["--images", self.images, "--output", self.directory / "system"]
        for choice in choices:
            command += ["--set", choice]
        return subprocess.run(command, capture_output=True, text=True)

    def console(self, system, sdk="2.3.0", configuration="debug"):
        command = [machine.SERVAL, "run", self.directory / "system" / f"{system}.system", "--sdk", sdk]
        result = subprocess.run(
            [*command, "--config", configuration, "--for", "1s"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        return plain(result.stdout) + plain(result.stderr)

    def inspect(self, tool, domain):
        command = [tool, "inspect", self.directory / "system" / f"{domain}.elf"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def test_the_program_reads_what_its_system_gives(self):
        for target in every(self, BOARDS[:1]):
            del target["board"]
            self.assertEqual(self.generate("herald", "text=hear, hear", **target).returncode, 0)
            self.assertIn("hear, hear, 0xa000202\n" * 2, self.console("herald", **target))

    def test_inspect_shows_it(self):
        self.assertEqual(self.generate("herald", "text=grüß dich").returncode, 0)
        shown = self.inspect(self.TOOL, "herald")
        self.assertIn("greeting in section .program_records, 70 bytes\n", shown)
        for row in (r"0  times  2 +uint16_t", r"2  text   \"grüß dich\" +char\[64\]", r"66  guest  10\.0\.2\.2 +uint32_t"):
            self.assertRegex(shown, row)
        # A tool that does not know the type.
        self.assertRegex(self.inspect(machine.SERVAL, "herald"), r"0  bytes  02 00 67 72 c3 bc c3 9f 20 64 69 63 68 00 00 00  \.\.gr")

    def test_a_record_with_other_properties_stops_the_program(self):
        self.assertEqual(self.generate("herald", "image=herald_next.elf").returncode, 0)
        self.assertIn("greeting: herald: the record has other properties than this program's", self.console("herald"))

    def test_generate_refuses_what_cannot_work(self):
        for choice, error in {
            "record=no": "herald.elf reads a record, and the system gives it none [record]\n  fix: give it one with addRecord",
            "image=serial_virt_rx.elf": "the system gives it record 'greeting', and its program",
            "text=" + 65 * "x": "the greeting is 65 bytes long, but its record holds 64",
            "text=a\tb": "the greeting contains a control character",
        }.items():
            with self.subTest(choice):
                result = self.generate("herald", choice)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(error, result.stderr)
                self.assertFalse((self.directory / "system").exists())

    def test_sections_of_a_c_program(self):
        """The linker script takes sections that it does not list: constants into the read-only segment, variables into that of
        .data, each only if something uses it."""
        runtime = machine.ROOT / "Sources" / "Runtime"
        names = ("entry.S", "patched.S", "traps.S", "records.S", "debug.c", "memory.c", "supervised.c")
        sources = [runtime / "CMicrokit" / name for name in names]
        image = self.images / "own_section.elf"
        subprocess.run(
            ["clang", "-target", "aarch64-none-elf", "-ffreestanding", "-fno-builtin", "-Os", "-ffunction-sections",
             "-fdata-sections", f"-I{runtime}/CMicrokit/include", *sources, machine.ROOT / "Tests/Boot/Programs/own_section/main.c",
             "-nostdlib", "-static", "-fuse-ld=lld", f"-Wl,-T,{runtime}/microkit.ld", "-Wl,--gc-sections",
             "-Wl,-z,max-page-size=4096", "-o", image], check=True)
        sections, segments = elf(image.read_bytes())
        self.assertNotIn(".unused_config", sections)
        flags = {name: [flag for flag, start, end in segments if start <= sections[name] < end] for name in sections}
        read, write, execute = 4, 2, 1
        self.assertEqual(flags[".my_config"], [read])
        self.assertEqual(flags[".microkit"], [read])
        self.assertEqual(flags[".my_counter"], [read | write])
        self.assertEqual(flags[".text"], [read | execute])
        # The last one has its segment to itself, and grows.
        self.assertEqual(max(sections, key=sections.get), ".serval_traps")
        self.assertEqual(self.generate("own_section").returncode, 0)
        self.assertIn("written into a section!\n", self.console("own_section"))
        self.assertIn("my_config in section .my_config, 32 bytes\n", self.inspect(machine.SERVAL, "own_section"))


def elf(data):
    """The addresses of a program's sections by name, and its loaded segments: flags, start and end."""
    programs, headers = struct.unpack_from("<QQ", data, 0x20)
    program_count, _, count, names = struct.unpack_from("<HHHH", data, 0x38)
    entries = [struct.unpack_from("<IIQQQQ", data, headers + 64 * index) for index in range(count)]
    def name(offset):
        start = entries[names][4] + offset
        return data[start : data.index(b"\0", start)].decode()
    segments = [struct.unpack_from("<IIQQQQQ", data, programs + 56 * index) for index in range(program_count)]
    return (
        {name(offset): address for offset, _, flags, address, _, _ in entries if flags & 2},
        [(flags, address, address + size) for kind, flags, _, address, _, _, size in segments if kind == 1])


class EmulatedDocumentation(unittest.TestCase):
    """The programs of docs/programs.md, which are in Tests/Boot/Programs."""

    TOOL = machine.SERVAL.with_name("test-systems")

    def test_the_ticker_ticks(self):
        console = run("", "--for", "3500ms", system="ticker", tool=self.TOOL)
        self.assertEqual(console.count("tick\n"), 3, console)

    @contextlib.contextmanager
    def running(self, system, port):
        """The local port that leads to `port` of the program in `system`."""
        system = f"{generated(BOARDS[0], '2.3.0', 'release', system, self.TOOL).name}/system/{system}.system"
        local = machine.free_port()
        command = [machine.SERVAL, "run", system, "--sdk", "2.3.0", "--config", "release", "--net", "user"]
        with machine.Console([*command, "--forward", f"{local}:{port}"]):
            yield local

    def patiently(self, attempt):
        """What `attempt` gives. Until the program has its address, connections fail."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return attempt()
            except (OSError, AssertionError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def said(self, system, port, request):
        """What a server says on `port` of the program in `system`, until it ends the connection."""
        def attempt():
            with socket.create_connection(("127.0.0.1", local), timeout=5) as connection:
                connection.sendall(request)
                said = connection.makefile(newline="").read()
                self.assertTrue(said)
                return said

        with self.running(system, port) as local:
            return self.patiently(attempt)

    def test_the_greeter_greets(self):
        self.assertEqual(self.said("greeter", 4242, b""), "good day\r\n")

    def test_the_web_server_says_hello(self):
        said = self.said("web_hello", 80, b"GET /?a=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertTrue(said.startswith("HTTP/1.1 200 OK\r\n") and said.endswith("\r\n\r\nHello World!\n"), said)

    def test_the_members_of_a_chat_hear_each_other(self):
        with self.running("web_chat", 80) as local:
            members = [self.patiently(lambda: websocket.Peer(local)) for _ in range(4)]
            for number, member in enumerate(members):
                member.send(b"member %d" % number)
                self.assertEqual({other.receive() for other in members}, {b"member %d" % number})
            members.pop().close()
            members[0].send(b"x" * 60_000)
            self.assertEqual([len(member.receive()) for member in members], [60_000] * 3)
            for member in members:
                member.close()

    def test_people_go_in_and_out_as_json(self):
        def post(text):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", local, timeout=5)) as connection:
                connection.request("POST", "/people", text, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                return answer.status, answer.read().decode()

        with self.running("web_people", 80) as local:
            self.assertEqual(
                self.patiently(lambda: post('{"age": 36, "name": "\\u0041da"}')), (201, '{"name":"Ada","age":36}'))
            self.assertEqual(
                post('{"name": "Bo", "age": 300}'),
                (422, '{"error":"the number is out of range","offset":22,"path":"$.age"}'))
            self.assertEqual(post("[")[0], 400)


@unittest.skipUnless((machine.IMAGES / "web_server.elf").exists(), "there is no web_server.elf in .build/images: make images")
class EmulatedWebServer(unittest.TestCase):
    """The web server on a forwarded port, as with `make run`: many clients at once, through libslirp's sockets."""

    SMALL, LARGE = b"small" * 200, os.urandom(100_000)

    @classmethod
    def setUpClass(cls):
        stack = cls.enterClassContext(tempfile.TemporaryDirectory())
        site, system = pathlib.Path(stack, "site"), pathlib.Path(stack, "system")
        site.mkdir()
        (site / "small.txt").write_bytes(cls.SMALL)
        (site / "large.bin").write_bytes(cls.LARGE)
        target = ["--sdk", "2.3.0", "--config", "release"]
        command = [machine.SERVAL, "generate", "webserver", "--board", BOARDS[0], *target, "--images", machine.IMAGES]
        for name, value in {"nfs-server": "10.0.2.4", "nfs-directory": "/", "website-dir": "/", "access-log": "no"}.items():
            command += ["--set", f"{name}={value}"]
        subprocess.run([*command, "--output", system], check=True, stdout=subprocess.DEVNULL)
        cls.port = machine.free_port()
        command = [machine.SERVAL, "run", system / "webserver.system", *target, "--net", "user", "--stats"]
        cls.console = machine.Console([*command, "--forward", f"{cls.port}:80", "--export", site])
        cls.addClassCleanup(cls.console.__exit__)
        cls.console.expect("export mounted", 60)
        cls.ask("/large.bin")

    @classmethod
    def ask(cls, path):
        connection = http.client.HTTPConnection("127.0.0.1", cls.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def together(self, clients, action):
        """The results of `action` in `clients` threads at once, or the errors that it raised."""
        found = []

        def one():
            try:
                found.append(action())
            except (OSError, http.client.HTTPException) as error:
                found.append(repr(error))

        threads = [threading.Thread(target=one) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def test_a_browsers_six_connections_do_not_wait(self):
        """If the host's backlog were too short, a connection would wait for a second."""

        def timed():
            start = time.monotonic()
            self.assertEqual(self.ask("/small.txt"), (200, self.SMALL))
            return time.monotonic() - start

        slowest = [max(self.together(6, timed)) for _ in range(20)]
        self.assertLess(sorted(slowest)[len(slowest) // 2], 0.5, slowest)

    def test_64_clients_kept_alive(self):
        def thirty():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for _ in range(30):
                connection.request("GET", "/small.txt")
                if connection.getresponse().read() != self.SMALL:
                    return "a wrong answer"
            connection.close()
            return "all"

        self.assertEqual(collections.Counter(self.together(64, thirty)), {"all": 64})

    def test_300_at_once(self):
        self.assertEqual(collections.Counter(self.together(300, lambda: self.ask("/small.txt")[0])), {200: 300})

    def test_200_large_files_at_once(self):
        found = self.together(200, lambda: self.ask("/large.bin") == (200, self.LARGE))
        self.assertEqual(collections.Counter(found), {True: 200})

    @unittest.skipUnless(shutil.which("ab"), "ab is not installed")
    def test_apache_bench_ends(self):
        command = ["ab", "-q", "-k", "-c", "64", "-n", "4000", f"http://127.0.0.1:{self.port}/small.txt"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"Complete requests: +4000\n")
        self.assertRegex(result.stdout, r"Failed requests: +0\n")

    @unittest.skipUnless(shutil.which("wrk"), "wrk is not installed")
    def test_wrk_with_512_connections(self):
        command = ["wrk", "-t1", "-c512", "-d5s", "--timeout", "20s", f"http://127.0.0.1:{self.port}/small.txt"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotRegex(result.stdout, r"Socket errors|Non-2xx")
        self.assertGreater(int(re.search(r"(\d+) requests in", result.stdout)[1]), 300, result.stdout)

    def processor_time(self):
        """Processor seconds that the emulator has used."""
        children = pathlib.Path(f"/proc/{self.console.process.pid}/task/{self.console.process.pid}/children").read_text()
        clocks = 0
        for process in (self.console.process.pid, *children.split()):
            clocks += sum(map(int, pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return clocks / os.sysconf("SC_CLK_TCK")

    def test_an_idle_system_costs_nothing(self):
        self.ask("/small.txt")
        time.sleep(1)
        start = self.processor_time()
        time.sleep(3)
        self.assertLess(self.processor_time() - start, 0.3)

    def virtual_time(self):
        """Virtual seconds so far, and those that were skipped."""
        self.console.process.send_signal(signal.SIGUSR1)
        found = self.console.expect(r"virtual time: ([\d.]+) s(?:, and ([\d.]+) s)?.*\n", 20)
        return float(found[1]), float(found[2] or 0)

    def test_time_goes_on_under_load(self):
        """Virtual time neither stalls nor leaps: it passes like wall time, minus the time that the host kept from the machine."""
        end = time.monotonic() + 6

        def load():
            while time.monotonic() < end:
                self.ask("/large.bin")

        clients = threading.Thread(target=lambda: self.together(8, load))
        clients.start()
        samples = []
        while time.monotonic() < end:
            samples.append((time.monotonic(), *self.virtual_time(), time.monotonic()))
            time.sleep(0.2)
        clients.join()
        # The host may delay between a request and its reply.
        for (first, virtual, omitted, second), (third, later, more, fourth) in zip(samples, samples[1:]):
            self.assertLess(later - virtual, fourth - first + 0.05, samples)
            self.assertGreater(later - virtual + more - omitted, third - second - 0.05, samples)


class EmulatedHello(unittest.TestCase):
    def assert_in_order(self, console, *patterns):
        position = 0
        for pattern in patterns:
            found = re.compile(pattern).search(console, position)
            self.assertTrue(found, f"no '{pattern}' in its place in:\n{console}")
            position = found.end()

    def test_banner_ticks_and_echo(self):
        for target in every(self):
            console = run("What you typed\r", "--for", "3500ms", **target)
            self.assert_in_order(
                console, "Begin input", "hello from Swift on seL4", r"restarts so far: 0\n",
                "you typed: What you typed\n", r"tick 1 at 100\d ms", r"tick 2 at 200\d ms", r"tick 3 at 300\d ms")
            self.assertNotIn("tick 4", console)

    def test_a_child_that_faults_is_restarted_with_fresh_data(self):
        for target in every(self):
            console = run("fault\rtrap\roverflow\rwrite-text\rexecute-data\rstill here\r", "--for", "2s", **target)
            # The kernel's messages about the child may come in between.
            self.assertEqual(len(re.findall("restarting it", console)), 5)
            self.assert_in_order(
                console, "bad access to 0x4 at 0x20", "trap at 0x20", "bad access to 0xff", "bad access to 0x200004",
                r"bad access to (0xff\w+) at \1", "restarts so far: 5", "still here", "tick 1")

    def refused(self, directory, *arguments):
        command = [machine.SERVAL, "run", f"{directory}/hello.system", "--sdk", "2.3.0", *arguments]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 1, result.stderr)
        return result.stderr

    def test_images_for_another_kernel_are_refused(self):
        directory = generated(BOARDS[0], "2.3.0", "debug").name
        errors = self.refused(f"{directory}/system", "--config", "release")
        self.assertIn("made for a different kernel than Microkit 2.3.0, release", errors)

    def test_a_record_of_another_version_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(f"{generated(BOARDS[0], '2.3.0', 'debug').name}/system", directory, dirs_exist_ok=True)
            image = pathlib.Path(directory, "serial_driver.elf")
            contents = image.read_bytes()
            # sDDF's records start with "sDDF" and a class number.
            self.assertIn(b"sDDF\x03", contents)
            image.write_bytes(contents.replace(b"sDDF\x03", b"sDDF\x63"))
            errors = self.refused(directory, "--config", "debug")
            self.assertIn("protection domain 'serial_driver'", errors)
            self.assertIn("serial_driver.elf: record serial_driver_config", errors)

    def test_two_runs_are_the_same(self):
        with tempfile.TemporaryDirectory() as directory:
            def one(name):
                trace = pathlib.Path(directory, name)
                console = run("hello\rfault\r", "--for", "3s", "--trace", trace, board="odroidc4")
                return console, trace.read_bytes()

            self.assertEqual(one("first"), one("second"))

    def test_an_hour_takes_seconds(self):
        start = time.monotonic()
        console = run("", "--for", "1h")
        self.assertIn("tick 3599 at", console)
        self.assertLess(time.monotonic() - start, 60)

    @unittest.skipIf(machine.why_not(), machine.why_not())
    def test_the_transcript_is_seL4s(self):
        """Compares line by line without the ticks, whose place among the others depends on QEMU's speed."""
        with tempfile.TemporaryDirectory() as output:
            image = machine.build("hello", BOARDS[0], "release", pathlib.Path(output))
            with machine.Machine(image) as console:
                console.expect("restarts so far: 0")
                for line in ["What you typed", "fault", "execute-data"]:
                    console.type(line)
                    console.expect(r"you typed: .*\n|restarts so far: [1-9]")
                console.expect(r"tick \d+ at")
                real = plain(console.raw)
        sdk = machine.version(machine.default_sdk())
        emulated = run("What you typed\rfault\rexecute-data\r", "--for", "2s", sdk=sdk, configuration="release")

        def lines(console):
            console = console[console.index("Begin input"):]
            return [line for line in console.split("\n") if line and "tick" not in line]

        self.assertEqual(lines(emulated), lines(real))


if __name__ == "__main__":
    unittest.main(verbosity=2)
