# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Builds docs/examples/own-system as its user would, and runs the system it generates under `serval run`."""

import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "own-system"
SCRATCH = ROOT / ".build" / "own-system"
SERVAL = ROOT / ".build" / "debug" / "serval"


class OwnSystem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = ["swift", "build", "--package-path", EXAMPLE, "--scratch-path", SCRATCH]
        subprocess.run(command, check=True)
        cls.tool = SCRATCH / "debug" / "my-serval"

    def run_tool(self, *arguments):
        return subprocess.run([self.tool, *arguments], capture_output=True, text=True)

    def test_it_generates_its_system_for_both_boards(self):
        for board in ("qemu_virt_aarch64", "odroidc4"):
            with tempfile.TemporaryDirectory() as output:
                result = self.run_tool("generate", "logger", "--board", board, "--output", output)
                self.assertEqual(result.returncode, 0, result.stderr)
                text = (pathlib.Path(output) / "logger.system").read_text()
                self.assertIn('<memory_region name="archive" size="0x200000"', text)

    def test_its_program_gets_an_address_and_logs_it(self):
        for board in ("qemu_virt_aarch64", "odroidc4"):
            with self.subTest(board=board), tempfile.TemporaryDirectory() as output:
                images = ROOT / ".build" / "images"
                generated = self.run_tool("generate", "logger", "--board", board, "--images", images, "--output", output)
                self.assertEqual(generated.returncode, 0, generated.stderr)
                checked = self.run_tool("check", f"{output}/logger.system", "--board", board, "--strict")
                self.assertEqual(checked.returncode, 0, checked.stdout)
                ran = subprocess.run(
                    [SERVAL, "run", f"{output}/logger.system", "--net", "user", "--for", "8s"],
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
                console = re.sub(rb"\x1b\[[0-9;]*m?", b"", ran.stdout).decode(errors="replace")
                self.assertEqual(ran.returncode, 0, ran.stderr.decode(errors="replace"))
                self.assertRegex(console, r"logger: address 10\.0\.2\.\d+")
                self.assertNotIn("fault", console.lower())

    def test_its_program_has_the_address_that_is_chosen(self):
        with tempfile.TemporaryDirectory() as output:
            arguments = ["generate", "logger", "--board", "odroidc4", "--images", ROOT / ".build" / "images", "--output", output]
            generated = self.run_tool(*arguments, "--set", "address=192.168.7.9/24")
            self.assertEqual(generated.returncode, 0, generated.stderr)
            ran = subprocess.run(
                [SERVAL, "run", f"{output}/logger.system", "--for", "2s"], stdin=subprocess.DEVNULL, capture_output=True,
                timeout=120)
            self.assertIn(b"address 192.168.7.9/24", ran.stdout)
            refused = self.run_tool(*arguments, "--set", "address=192.168.7.255/24")
            self.assertEqual(refused.returncode, 2)
            self.assertIn("192.168.7.255/24 is the broadcast address of its network", refused.stderr)

    def test_its_own_board_and_drivers(self):
        """IMX8MM.swift: an SDK's board whose tree and drivers the package brings along."""
        with tempfile.TemporaryDirectory() as output:
            result = self.run_tool("generate", "logger", "--board", "imx8mm_evk", "--output", output)
            self.assertEqual(result.returncode, 0, result.stderr)
            file = pathlib.Path(output) / "logger.system"
            text = file.read_text()
            # The console's UART and the third interrupt of the network card.
            for words in ('phys_addr="0x30890000"', 'irq="59"', 'phys_addr="0x30be0000"', 'irq="152"', "device_tx_ring"):
                self.assertIn(words, text)
            for sdk in ("2.0.1", "2.3.1"):
                self.run_tool("generate", "logger", "--board", "imx8mm_evk", "--sdk", sdk, "--output", output)
                for tool in (self.tool, SERVAL):
                    command = [tool, "check", file, "--board", "imx8mm_evk", "--sdk", sdk, "--strict"]
                    checked = subprocess.run(command, capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stdout)
            # Memory for DMA is in what the SDK's kernel manages, and moved into the kernel it is refused.
            file.write_text(re.sub(r'(device_tx_ring" .*phys_addr=")\w+', r"\g<1>0x40100000", file.read_text()))
            self.assertEqual(self.run_tool("check", file, "--board", "imx8mm_evk").returncode, 1)
        listed = self.run_tool("boards").stdout
        self.assertIn("imx8mm_evk         NXP i.MX 8M Mini EVK", listed)
        devices = self.run_tool("devices", EXAMPLE / "Sources" / "my-serval" / "imx8mm_evk.dts", "--drivers")
        self.assertIn("serial_driver_imx.elf", devices.stdout)

    def test_the_plugin_builds_the_programs(self):
        image = EXAMPLE / ".build" / "images" / "hello.elf"
        image.unlink(missing_ok=True)
        command = ["swift", "package", "--package-path", EXAMPLE, "--scratch-path", SCRATCH]
        command += ["microkit"]
        subprocess.run([*command, "images"], check=True, capture_output=True)
        self.assertEqual(image.read_bytes()[:4], b"\x7fELF")
        for nonsense in (["imagse"], [], ["images", "odroidc4"], ["images", "MICROKIT_BOARD=odroid"]):
            result = subprocess.run([*command, *nonsense], capture_output=True, text=True)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("error: ", result.stderr)

    def test_its_options_work(self):
        with tempfile.TemporaryDirectory() as output:
            arguments = ["generate", "logger", "--board", "odroidc4", "--output", output]
            result = self.run_tool(*arguments, "--set", "baud-rate=9600")
            self.assertEqual(result.returncode, 0, result.stderr)
            record = (pathlib.Path(output) / "serial_driver_config.data").read_bytes()
            self.assertEqual(int.from_bytes(record[88:96], "little"), 9600)
            result = self.run_tool(*arguments, "--set", "baud-rate=fast")
            self.assertEqual(result.returncode, 2)
            self.assertIn("'fast' is not a number of bits per second", result.stderr)

    def test_it_knows_only_its_own_system(self):
        result = self.run_tool("generate", "webserver", "--board", "odroidc4", "--output", "/tmp/x")
        self.assertEqual(result.returncode, 2)
        self.assertIn("there is no system 'webserver'", result.stderr)


if __name__ == "__main__":
    unittest.main()
