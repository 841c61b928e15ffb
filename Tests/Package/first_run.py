# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The first use of `make`: it reports mistakes before it builds anything, also in a checkout whose path contains a blank."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Boot"))

from machine import free_port  # noqa: E402

SERVER = {"NFS_SERVER": "10.0.2.2", "NFS_DIRECTORY": "/export", "WEBSITE_DIR": "www"}
NAMES = [
    "MICROKIT_SDK", "MICROKIT_BOARD", "MICROKIT_CONFIG", "SDK_VERSION", "SYSTEM", "WEB_PORT", "SITE", "MAKEFLAGS", "MAKELEVEL",
    "ADDRESS", "NFS_ADDRESS", "PACKAGE", "PROGRAM", "PROGRAMS", "GENERATE_FLAGS", "RUN_FLAGS", "SERVAL", "IMAGES", "OUTPUT", "HTTPS", "HTTPS_PORT",
    "CERTIFICATE", "KEY", *SERVER]


class FirstRun(unittest.TestCase):
    def setUp(self):
        """A checkout that has not been built, in a path with a blank. `swift` is a stub that must not run, and QEMU one that
        prints its arguments."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        place = pathlib.Path(directory.name, "with a blank")
        self.checkout, self.programs = place / "serval", place / "programs"
        for name in ("make", "systems", "examples"):
            shutil.copytree(ROOT / name, self.checkout / name)
        shutil.copy(ROOT / "Makefile", self.checkout)
        self.programs.mkdir()
        self.program("swift", "echo swift is started; exit 1")
        self.program("qemu-system-aarch64", 'for word; do echo "<$word>"; done')
        self.sdk = place / "sdk 2.3.0"
        for configuration in ("debug", "release"):
            (self.sdk / "board" / "qemu_virt_aarch64" / configuration).mkdir(parents=True)
        (self.sdk / "bin").mkdir()
        (self.sdk / "VERSION").write_text("2.3.0\n")
        self.program("microkit", "exit 1", self.sdk / "bin")

    def program(self, name, script, place=None):
        file = (place or self.programs) / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def run_in(self, command, **choices):
        environment = {name: value for name, value in os.environ.items() if name not in NAMES}
        environment["PATH"] = f"{self.programs}:{environment['PATH']}"
        environment.update(choices)
        return subprocess.run(command, cwd=self.checkout, env=environment, capture_output=True, text=True, timeout=60)

    def refused(self, goal, words, **choices):
        """`make goal` fails with one line that contains all of `words`, and builds nothing."""
        result = self.run_in(["make", *goal.split()], **choices)
        self.assertNotEqual(result.returncode, 0)
        lines = [line for line in result.stderr.splitlines() if line.startswith("serval: ")]
        self.assertEqual(len(lines), 1, result.stderr)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertNotIn("swift is started", result.stdout + result.stderr)

    def test_missing_settings_of_a_boot_image_are_reported_first(self):
        sdk = str(self.sdk)
        missing = ["NFS_SERVER", "NFS_DIRECTORY", "WEBSITE_DIR"]
        self.refused("all", missing, MICROKIT_SDK=sdk)
        self.refused("image", missing, MICROKIT_SDK=sdk)
        self.refused("webserver", missing)
        self.refused("image", ["set WEBSITE_DIR,"], MICROKIT_SDK=sdk, **{**SERVER, "WEBSITE_DIR": ""})
        for name in ("10.0.2", "10.0.2.2:2049", "fe80::1", "10.0.2.2 "):
            self.refused("image", ["NFS_SERVER", "neither an IPv4 address"], MICROKIT_SDK=sdk, **{**SERVER, "NFS_SERVER": name})
        for variable in ("ADDRESS", "NFS_ADDRESS"):
            for text in ("10.0.2.80", "10.0.2.80/24,router", "static"):
                self.refused("image", [variable, "neither dhcp nor an address"], MICROKIT_SDK=sdk, **SERVER, **{variable: text})
        self.refused("image", ["no SYSTEM 'helo'", "archiver echo hello program webserver"], MICROKIT_SDK=sdk, SYSTEM="helo")

    def test_a_missing_or_unknown_sdk(self):
        self.refused("image", ["set MICROKIT_SDK"], **SERVER)
        self.refused("image", ["is not a Microkit SDK"], MICROKIT_SDK="/nowhere at all", **SERVER)
        for version in ("2.0.0", "1.3.0", "", "2.3", "2.x.0", "dev"):
            (self.sdk / "VERSION").write_text(f"{version}\n")
            self.refused("image", [f"version '{version}'", "1.4.1 2.0.1", str(self.sdk)], MICROKIT_SDK=str(self.sdk), **SERVER)

    def test_an_unknown_board_or_configuration(self):
        sdk = str(self.sdk)
        self.refused("image", ["MICROKIT_BOARD 'odroidc2'"], MICROKIT_SDK=sdk, MICROKIT_BOARD="odroidc2", **SERVER)
        self.refused("image", ["no board 'odroidc4'"], MICROKIT_SDK=sdk, MICROKIT_BOARD="odroidc4", **SERVER)
        self.refused("image", ["MICROKIT_CONFIG 'relase'"], MICROKIT_SDK=sdk, MICROKIT_CONFIG="relase", **SERVER)
        self.refused("image", ["no 'benchmark'"], MICROKIT_SDK=sdk, MICROKIT_CONFIG="benchmark", **SERVER)

    def test_make_and_the_tool_know_the_same_versions(self):
        source = (ROOT / "Sources" / "Host" / "SystemModel" / "SDKVersion.swift").read_text()
        script = (ROOT / "make" / "sdk.sh").read_text()
        known = script.split('versions="')[1].split('"')[0].split()
        self.assertTrue(all(f'"{version}"' in source for version in known))
        self.assertEqual(source.count('= "'), len(known))

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            words = [f"port {port} of this machine is taken", "set WEB_PORT to another"]
            self.refused("run", words, WEB_PORT=port)
            self.refused("qemu", words, WEB_PORT=port, MICROKIT_SDK=str(self.sdk), **SERVER)
        for nonsense in ("http", "0", "65536", "-1", "80 80"):
            self.refused("run", [f"WEB_PORT '{nonsense}' is not a port"], WEB_PORT=nonsense)
        self.refused("run", ["SITE names no directory: 'my site'"], SITE="my site", WEB_PORT=str(free_port()))
        self.refused("run", ["serves no SYSTEM 'hello'", "archiver webserver"], SYSTEM="hello", WEB_PORT=str(free_port()))

    def test_only_web_servers_get_a_forwarded_port(self):
        image = self.checkout / "a, b.img"
        target = {"MICROKIT_BOARD": "qemu_virt_aarch64"}
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            asked = self.run_in(["./make/qemu.sh", image], SYSTEM="hello", WEB_PORT=port, **target).stdout
            self.assertIn("<user,id=net0>", asked)
            self.assertIn("a,, b.img,addr=", asked)
        port = str(free_port())
        asked = self.run_in(["./make/qemu.sh", image], SYSTEM="webserver", WEB_PORT=port, **target).stdout
        self.assertIn(f"<user,id=net0,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:80>", asked)
        asked = self.run_in(["./make/qemu.sh", image], SYSTEM="archiver", WEB_PORT=port, **target).stdout
        self.assertIn(f"<user,id=net0,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:80>", asked)
        target["ADDRESS"] = "10.0.2.80/24,router=10.0.2.2"
        asked = self.run_in(["./make/qemu.sh", image], SYSTEM="webserver", WEB_PORT=port, **target).stdout
        self.assertIn(f"<user,id=net0,hostfwd=tcp:127.0.0.1:{port}-10.0.2.80:80>", asked)

        del target["ADDRESS"]
        for flags in ("--set heap=14 --set address=10.0.2.80/24", "--set=address=10.0.2.80/24 --set 'greeting=a address=1'"):
            asked = self.run_in(["./make/qemu.sh", image], SYSTEM="webserver", WEB_PORT=port, GENERATE_FLAGS=flags, **target).stdout
            self.assertIn(f"<user,id=net0,hostfwd=tcp:127.0.0.1:{port}-10.0.2.80:80>", asked)

    def test_https_needs_a_certificate(self):
        sdk = str(self.sdk)
        for goal in ("image", "webserver"):
            self.refused(goal, ["HTTPS needs a certificate", "CERTIFICATE and KEY"], MICROKIT_SDK=sdk, HTTPS="1", **SERVER)
        for goal in ("image", "run", "qemu", "webserver"):
            self.refused(goal, ["HTTPS 'on' is neither 1 nor 0"], MICROKIT_SDK=sdk, HTTPS="on", **SERVER)
            self.refused(goal, ["CERTIFICATE is set and KEY is not"], MICROKIT_SDK=sdk, CERTIFICATE="Makefile", **SERVER)
            self.refused(goal, ["KEY is set and CERTIFICATE is not"], MICROKIT_SDK=sdk, KEY="Makefile", **SERVER)
            self.refused(goal, ["KEY names no file that can be read: 'a key'"], MICROKIT_SDK=sdk, CERTIFICATE="Makefile", KEY="a key", **SERVER)
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            choices = {"HTTPS": "1", "WEB_PORT": str(free_port()), "HTTPS_PORT": port}
            self.refused("run", [f"port {port} of this machine is taken", "set HTTPS_PORT to another"], **choices)
        self.refused("run", ["HTTPS_PORT 'x' is not a port"], **{**choices, "HTTPS_PORT": "x"})
        both = str(free_port())
        self.refused("run", ["WEB_PORT and HTTPS_PORT are both"], HTTPS="1", WEB_PORT=both, HTTPS_PORT=both)

    def test_https_gets_a_port_of_its_own(self):
        image, web, https = self.checkout / "x.img", str(free_port()), str(free_port())
        choices = {"MICROKIT_BOARD": "qemu_virt_aarch64", "SYSTEM": "archiver", "WEB_PORT": web, "HTTPS_PORT": https}

        def network(**more):
            asked = self.run_in(["./make/qemu.sh", image], **choices, **more).stdout
            return next(line for line in asked.splitlines() if line.startswith("<user"))

        plain, secure = f",hostfwd=tcp:127.0.0.1:{web}-10.0.2.15:", f",hostfwd=tcp:127.0.0.1:{https}-10.0.2.15:"
        self.assertEqual(network(), f"<user,id=net0{plain}80>")
        self.assertEqual(network(HTTPS="0"), f"<user,id=net0{plain}80>")
        self.assertEqual(network(HTTPS="1"), f"<user,id=net0{plain}80{secure}443>")
        self.assertEqual(network(CERTIFICATE="Makefile", KEY="Makefile"), f"<user,id=net0{plain}80{secure}443>")
        self.assertEqual(network(HTTPS="1", GENERATE_FLAGS="--set port=none"), f"<user,id=net0{secure}443>")
        self.assertEqual(
            network(GENERATE_FLAGS="--set=https=8443 --set port=8080"), f"<user,id=net0{plain}8080{secure}8443>")

    def test_a_certificate_is_made_once(self):
        """`make run HTTPS=1` has the tool make it, and passes it on; CERTIFICATE is in its place."""
        self.program("tool", """
case $1 in
  certificate) while [ "$1" != --output ]; do shift; done; mkdir -p "$2"; echo made > "$2/certificate.pem"; echo secret > "$2/key.pem" ;;
esac
for word; do echo "<$word>"; done >&2""")
        makefile = self.checkout / "Makefile"
        makefile.write_text(makefile.read_text().replace("$(TOOL) images", "$(TOOL) help"))
        web, https = str(free_port()), str(free_port())

        def words(**choices):
            result = self.run_in(
                ["make", "run", "TOOL=", "SYSTEM=archiver", f"SERVAL={self.programs / 'tool'}", f"WEB_PORT={web}", f"HTTPS_PORT={https}"],
                **choices)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.printed = result.stdout + result.stderr
            return [line[1:-1] for line in result.stderr.splitlines() if line.startswith("<")]

        made = self.checkout.resolve() / ".build" / "https"
        first = words(HTTPS="1")
        self.assertIn(f"served on http://localhost:{web} and https://localhost:{https};", self.printed)
        for part in ("https=443", f"--certificate={made}/certificate.pem", f"--key={made}/key.pem", f"{https}:10.0.2.15:443"):
            self.assertIn(part, first)
        self.assertNotIn("certificate.pem is for localhost", (words(HTTPS="1"), self.printed)[1])
        os.utime(made / "certificate.pem", (1, 1))
        words(HTTPS="1")
        self.assertIn("certificate.pem is for localhost", self.printed)
        own = self.checkout / "it's mine.pem"
        own.write_text("mine")
        given = words(CERTIFICATE=str(own), KEY="Makefile")
        self.assertIn(f"--certificate={own}", given)
        self.assertIn(f"--key={self.checkout.resolve()}/Makefile", given)
        self.assertNotIn("https=443", words(HTTPS="0"))

    def test_a_package_gets_its_words_whole(self):
        """Also in a directory whose name sh and make would expand; `serval run` starts in that directory."""
        package = self.checkout.parent / "a $HOME 'package"
        package.mkdir()
        self.program("tool", 'pwd; for word; do echo "<$word>"; done >&2')
        port = str(free_port())
        flags = {
            "GENERATE_FLAGS": "--set 'greeting=Good $day' --set address=10.0.2.80/24", "RUN_FLAGS": "--trace 'a b'", "RUN_SDK": "2.2.0",
            "RUN_CONFIG": "debug", "TOOL": "", "PROGRAMS": "one two", "PACKAGE": str(package), "SERVAL": str(self.programs / "tool"),
            "WEB_PORT": port, "images": ""}
        variables = [f"{name}={value}".replace("$", "$$") for name, value in flags.items()]
        # Without what builds the images.
        makefile = self.checkout / "Makefile"
        makefile.write_text(makefile.read_text().replace("$(TOOL) images", "$(TOOL) help"))
        result = self.run_in(["make", "run", *variables])
        self.assertEqual(result.returncode, 0, result.stderr)
        words = [line[1:-1] for line in result.stderr.splitlines() if line.startswith("<")]
        generate, run = words[:words.index("run")], words[words.index("run"):]
        for part in (["generate", "program"], ["--sdk", "2.2.0"], ["--config", "debug"], ["--images", f"{package}/.build/images"], ["--set", "greeting=Good $day"]):
            self.assertIn(part, [generate[index:index + 2] for index in range(len(generate))])
        for part in (["run", f"{package}/out/one-run/program.system"], ["--sdk", "2.2.0"], ["--config", "debug"], ["--forward", f"{port}:10.0.2.80:80"], ["--trace", "a b"]):
            self.assertIn(part, [run[index:index + 2] for index in range(len(run))])
        self.assertEqual(result.stdout.splitlines()[-1], str(package))

    def test_words_of_the_plugin(self):
        source = self.checkout / "main.swift"
        source.write_text("print(RunWords(Array(CommandLine.arguments.dropFirst())).variables.joined(separator: \"\\n\"))\n")
        program = self.checkout / "words"
        subprocess.run(["swiftc", "-o", program, source, ROOT / "Plugins" / "ServalPlugin" / "RunWords.swift"], check=True, timeout=300)
        for words, expected in [
            ([], []),
            (["--board", "odroidc4"], ["MICROKIT_BOARD=odroidc4"]),
            (["--board=odroidc4", "--sdk=2.2.0", "--config", "debug"], ["MICROKIT_BOARD=odroidc4", "RUN_SDK=2.2.0", "RUN_CONFIG=debug"]),
            (["--set", "greeting=Good day", "--set=x=it's"], ["GENERATE_FLAGS='--set' 'greeting=Good day' '--set=x=it'\\''s'"]),
            (["--trace", "a=b", "SITE=c=d"], ["SITE=c=d", "RUN_FLAGS='--trace' 'a=b'"]),
            (["--mac=02:00:00:00:00:01", "GENERATE_FLAGS=--set heap=14", "RUN_FLAGS=-q", "-v"], ["GENERATE_FLAGS=--set heap=14 '--mac=02:00:00:00:00:01'", "RUN_FLAGS=-q '-v'"]),
        ]:
            lines = subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout.splitlines()
            empty = {"GENERATE_FLAGS=", "RUN_FLAGS="}
            self.assertEqual([line for line in lines if line not in empty], expected)

    def test_a_moved_checkout_drops_module_caches(self):
        cache = self.checkout / ".build" / "x86_64" / "debug" / "ModuleCache" / "X"

        def survives():
            cache.mkdir(parents=True, exist_ok=True)
            self.assertEqual(self.run_in(["./make/checkout.sh"]).returncode, 0)
            return cache.exists()

        self.assertFalse(survives(), "it is not known where this cache was built")
        self.assertTrue(survives(), "the checkout has not moved")
        moved = self.checkout.with_name("another place")
        self.checkout.rename(moved)
        self.checkout = moved
        cache = self.checkout / ".build" / "x86_64" / "debug" / "ModuleCache" / "X"
        self.assertFalse(survives())
        self.assertTrue(survives())
        # `make images`, which SwiftPM's plugin starts, checks this too.
        (self.checkout / ".build" / "checkout").unlink()
        self.run_in(["make", "images"])
        self.assertFalse(cache.exists())

    def test_a_build_with_warnings_fails_every_time(self):
        source = self.checkout / "Odd name.swift"
        source.write_text("")
        os.utime(source, (1, 1))
        self.program("build", f"echo '{source}:61:17: warning: no unsafe operations occur'; echo done")
        result = self.run_in(["./make/no-warnings.sh", "build"])
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (1, "done"))
        self.assertGreater(source.stat().st_mtime, 1, "the next build compiles it again")
        self.program("build", "echo error: no; exit 7")
        self.assertEqual(self.run_in(["./make/no-warnings.sh", "build"]).returncode, 7)
        self.program("build", "echo Compiling warnings.swift")
        self.assertEqual(self.run_in(["./make/no-warnings.sh", "build"]).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
