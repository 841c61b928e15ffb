# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Compares the verdicts of `serval check` and the real Microkit tools on mutated system files.

    verdicts.py SERVAL STUB_IMAGES SDK_DIRECTORY [--count N] [--seed S] [--target BOARD:CONFIG ...] [--keep DIR]

SDK_DIRECTORY holds microkit-sdk-1.4.1, -2.0.1, ...; each one whose version Serval knows is compared, for each target that it
has. The images are stubs with every symbol that any SDK needs and setvar targets sv0 to sv9, so that the real tool's verdict
concerns the system file. What Serval knows of a board comes from its own tables, with --board-folders from the SDK; with --kinds
it is told the architecture and the number of cores only.

--parser PROGRAM asks a program instead of an SDK's bin/microkit: one that contains the tool's own code and is faster than a
process for each file. "{version}" in its path becomes the SDK's version. It gets a line for each file, of fields between
tabs: SDK, board, configuration, system file, directory of images. It answers each with a line: "accepted", or another word
for a rejection, a tab, and the reason.

Disagreements are printed and kept in DIR; the exit status is 1 if there are any.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from mutations import mutate

HERE = pathlib.Path(__file__).resolve().parent
VERSIONS = ["1.4.1", "2.0.1", "2.1.0", "2.2.0", "2.3.0", "2.3.1"]
ARCHITECTURES = ["aarch64", "riscv64", "x86_64"]
PREFILLS = {"small8": 8, "page": 4096, "two_pages": 8192, "empty": 0}


class Tool:
    """The Microkit tool of an SDK, run again for each file."""

    def __init__(self, sdk, board, configuration, images, scratch):
        self.sdk, self.board, self.configuration, self.images, self.scratch = sdk, board, configuration, images, scratch

    def verdict(self, path):
        command = [
            self.sdk / "bin/microkit", path, "--board", self.board, "--config", self.configuration,
            "-o", self.scratch / "loader.img", "-r", self.scratch / "report.txt", "--search-path", self.images,
        ]
        environment = dict(os.environ, MICROKIT_SDK=str(self.sdk))
        result = subprocess.run(command, env=environment, capture_output=True, cwd=self.scratch)
        lines = (result.stderr + result.stdout).decode(errors="replace").strip().splitlines()
        return result.returncode == 0, (lines or [""])[-1 if result.returncode != 101 else 0]


class Parser:
    """A program that answers for many files; the protocol is above."""

    def __init__(self, program, sdk, board, configuration, images, scratch):
        self.request = "\t".join([str(sdk), board, configuration, "{}", str(images)]) + "\n"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=scratch)

    def verdict(self, path):
        self.process.stdin.write(self.request.replace("{}", str(path)).encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode(errors="replace")
        if not answer:
            sys.exit(f"the parser ended at {path}")
        word, _, reason = answer.rstrip("\n").partition("\t")
        return word == "accepted", reason if word in ("accepted", "rejected") else f"{word}: {reason}"


class Serval:
    def __init__(self, program, version, target, images, sdk):
        self.command = [program, "check", "--sdk", version, *target, "--search-path", images]
        self.environment = {k: v for k, v in os.environ.items() if k != "MICROKIT_SDK"}
        if sdk:
            self.environment["MICROKIT_SDK"] = str(sdk)

    def verdict(self, path):
        result = subprocess.run([*self.command, path], capture_output=True, env=self.environment)
        if result.returncode not in (0, 1):
            return None, f"exit status {result.returncode}: {result.stderr.decode(errors='replace')}"
        lines = result.stdout.decode(errors="replace").splitlines()
        errors = [line for line in lines if ": error:" in line or line.startswith("error:")]
        return result.returncode == 0, (errors or [""])[0]


def fits(path, version, architecture, cores):
    """What a seed is for is in its name: the oldest version, as in a-2.3.0, with `only` if it is the only one; architectures, if it
    is not for all; smp if it needs four cores, uniprocessor if it needs one."""
    words = path.stem.split("-")
    if ("smp" in words and cores < 4) or ("uniprocessor" in words and cores > 1):
        return False
    architectures = [word for word in words if word in ARCHITECTURES]
    if architectures and architecture not in architectures:
        return False
    match = re.search(r"-(\d\.\d\.\d)(only)?", path.stem)
    if not match:
        return True
    return version == match.group(1) if match.group(2) else VERSIONS.index(version) >= VERSIONS.index(match.group(1))


def architecture_and_cores(configuration_folder):
    kernel = json.loads((configuration_folder / "include/kernel/gen_config.json").read_text())
    return kernel["SEL4_ARCH"], int(kernel["MAX_NUM_NODES"])


def make_images(stub_images, images):
    images.mkdir()
    variables = [f"sv{i}:8" for i in range(10)] + ["small4:4"]
    for name in ("a.elf", "b.elf"):
        subprocess.run([stub_images, images / name, *variables], check=True)
    for name, size in PREFILLS.items():
        (images / name).write_bytes(bytes(size))


def compare(arguments, version, board, configuration):
    """Compares for one target. Returns how many were compared, how many the real tool takes, and the disagreements."""
    sdk = (arguments.sdks / f"microkit-sdk-{version}").absolute()
    folder = sdk / "board" / board / configuration
    if not folder.exists():
        return 0, 0, []
    architecture, cores = architecture_and_cores(folder)
    every_seed = {path: path.read_text() for path in sorted(HERE.glob("seeds/*.system"))}
    seeds = [text for path, text in every_seed.items() if fits(path, version, architecture, cores)]
    rng = random.Random(f"{arguments.seed}-{version}-{board}-{configuration}")
    accepted, disagreements = 0, []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        images = scratch / "images"
        make_images(arguments.stub_images.absolute(), images)
        if arguments.parser:
            program = pathlib.Path(arguments.parser.replace("{version}", version)).absolute()
            real = Parser(program, sdk, board, configuration, images, scratch)
        else:
            real = Tool(sdk, board, configuration, images, scratch)
        target = ["--board", board, "--config", configuration]
        if arguments.kinds:
            target = ["--arch", architecture, "--cores", str(cores)]
        serval = Serval(arguments.serval.absolute(), version, target, images, sdk if arguments.board_folders else None)
        path = scratch / "case.system"
        for index in range(-len(seeds), arguments.count):
            # Now and then a seed for another target or version, whose elements are errors here.
            seed = rng.choice(seeds if rng.random() < 0.9 else list(every_seed.values()))
            path.write_bytes(seeds[index].encode() if index < 0 else mutate(rng, seed))
            theirs, their_reason = real.verdict(path)
            ours, our_reason = serval.verdict(path)
            accepted += theirs
            if ours is theirs:
                continue
            name = f"{version}-{board}-{configuration}-{arguments.seed}-{index}.system"
            disagreements.append(name)
            print(f"{name}: real {'takes' if theirs else 'rejects'} ({their_reason}); serval {ours} ({our_reason})", flush=True)
            if arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / name).write_bytes(path.read_bytes())
    return len(seeds) + arguments.count, accepted, disagreements


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serval", type=pathlib.Path)
    parser.add_argument("stub_images", type=pathlib.Path)
    parser.add_argument("sdks", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--versions", default=",".join(VERSIONS))
    parser.add_argument("--target", action="append", metavar="BOARD:CONFIG")
    parser.add_argument("--parser", metavar="PROGRAM")
    parser.add_argument("--board-folders", action="store_true")
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()

    targets = [target.split(":") for target in arguments.target or ["qemu_virt_aarch64:debug"]]
    compared = accepted = failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {
            (version, *target): pool.submit(compare, arguments, version, *target)
            for version in arguments.versions.split(",") for target in targets
        }
        for name, run in runs.items():
            count, taken, disagreements = run.result()
            if count:
                counts = f"{count} compared, {taken} taken by the real tool, {len(disagreements)} differ"
                print(f"{' '.join(name)}: {counts}", flush=True)
            compared, accepted, failed = compared + count, accepted + taken, failed + len(disagreements)
    print(f"{compared} compared, {accepted} accepted by the real tools")
    print(f"{compared - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
