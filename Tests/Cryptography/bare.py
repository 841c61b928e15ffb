# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Builds Bare.swift with the module Cryptography for a bare AArch64 machine, and runs it in QEMU."""

import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES, RUNTIME = ROOT / "Sources", ROOT / "Sources" / "Runtime" / "CMicrokit"
CRYPTOGRAPHY = SOURCES / "Components" / "Cryptography"
LIBRARY = ROOT / ".build" / "cryptography" / "libserval-cryptography.a"
MODULES = {
    "Bytes": SOURCES / "Core" / "Bytes", "Cryptography": CRYPTOGRAPHY / "Cryptography",
    "CryptographyVectors": ROOT / "Tests" / "CryptographyVectors", "Bare": ROOT / "Tests" / "Cryptography",
}


def tool(name):
    """A tool of the Swift toolchain."""
    return str(pathlib.Path(os.path.realpath(shutil.which("swiftc"))).parent / name)


def why_not():
    """What is missing to run it, as a reason to skip; None if nothing is."""
    if not LIBRARY.exists():
        return f"{LIBRARY} is not built: make/cryptography.sh"
    return None if shutil.which("qemu-system-aarch64") else "qemu-system-aarch64 is not installed"


def build(directory):
    """Builds the program in `directory`, and returns its path."""
    flags = ["-target", "aarch64-none-none-elf", "-enable-experimental-feature", "Embedded", "-wmo", "-Osize"]
    flags += ["-parse-as-library", "-swift-version", "6", "-Xfrontend", "-function-sections"]
    flags += ["-Xfrontend", "-disable-stack-protector", "-I", directory, "-I", CRYPTOGRAPHY / "CCryptography" / "include"]
    objects = []
    for name, folder in MODULES.items():
        objects.append(directory / f"{name}.o")
        module = ["-emit-module", "-emit-module-path", directory / f"{name}.swiftmodule"]
        run([tool("swiftc"), *flags, "-module-name", name, *module, "-c", *sorted(folder.glob("*.swift")), "-o", objects[-1]])
    for source in ROOT / "Tests/Bench/NetworkStack/Start.S", RUNTIME / "copy.S", RUNTIME / "memory.c":
        objects.append(directory / f"{source.name}.o")
        run([tool("clang"), "--target=aarch64-none-none-elf", "-Os", "-ffreestanding", "-fno-builtin", "-c", source,
             "-o", objects[-1]])
    program = directory / "bare.elf"
    # Of the functions that Start.S and memory.c both have, those of Start.S are taken.
    run([tool("ld.lld"), "--gc-sections", "-z", "muldefs", "-Ttext=0x40080000", "-e", "_start", "-o", program,
         *objects, LIBRARY])
    return program


def execute(program, vectors="", extension=False, seconds=300):
    """The console of `program`, which checks `vectors`, or counts instructions if there are none."""
    text = vectors.encode()
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder, "vectors")
        data.write_bytes(struct.pack("<QQ", len(text), extension) + text)
        command = ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a53", "-m", "2G", "-nographic", "-monitor", "none"]
        command += ["-device", f"loader,file={data},addr=0x90000000,force-raw=on", "-kernel", program]
        command += [] if text else ["-icount", "shift=0"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds).stdout


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{result.stderr}")
