# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Converts mutated system files from each SDK to each other one, and gives the results to the real Microkit tools.

    conversions.py SERVAL STUB_IMAGES SDK_DIRECTORY [--count N] [--seed S] [--keep DIR]

Each file that its own SDK takes for qemu_virt_aarch64 is converted. What `serval convert` writes must be taken by the target's tool,
and without losses it must convert back to what `serval diff` calls the same. Arguments and images are those of verdicts.py; `serval
check` speaks for SDKs that are not in SDK_DIRECTORY.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

from mutations import mutate
from verdicts import HERE, VERSIONS, Serval, Tool, fits, make_images


def serval(arguments, *command):
    result = subprocess.run([arguments.serval.absolute(), *command], capture_output=True)
    return result.returncode, result.stderr.decode(errors="replace").strip()


def convert(arguments, source, target, path, output, *options):
    return serval(arguments, "convert", path, "--from", source, "--to", target, "-o", output, *options)


def judge(arguments, version, images, scratch):
    """The real tool if there is one, else Serval."""
    sdk = (arguments.sdks / f"microkit-sdk-{version}").absolute()
    if (sdk / "bin/microkit").exists():
        return Tool(sdk, "qemu_virt_aarch64", "debug", images, scratch)
    target = ["--board", "qemu_virt_aarch64"]
    return Serval(arguments.serval.absolute(), version, target, images, None)


def failure(arguments, source, target, case, judges, scratch, is_lossy):
    """Why the conversion of `case` is wrong, or else whether there was one."""
    there, back = scratch / "there.system", scratch / "back.system"
    there.unlink(missing_ok=True)
    status, text = convert(arguments, source, target, case, there, *(["--lossy"] if is_lossy else []))
    if status == 1:
        return "written in spite of its errors" if there.exists() else False
    if status != 0:
        return f"exit status {status}: {text}"
    taken, reason = judges[target].verdict(there)
    if not taken:
        return f"the result is rejected ({reason})"
    if ": warning: Microkit" in text:
        return True
    status, text = convert(arguments, target, source, there, back)
    if status != 0:
        return f"no way back: {text}"
    command = ["diff", case, back, "--sdk", source]
    return True if serval(arguments, *command)[0] == 0 else "the way back leads elsewhere"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serval", type=pathlib.Path)
    parser.add_argument("stub_images", type=pathlib.Path)
    parser.add_argument("sdks", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()

    converted = refused = 0
    failures = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        images = scratch / "images"
        make_images(arguments.stub_images.absolute(), images)
        judges = {version: judge(arguments, version, images, scratch) for version in VERSIONS}
        for source in VERSIONS:
            rng = random.Random(f"{arguments.seed}-{source}-conversions")
            seeds = [p.read_text() for p in sorted(HERE.glob("seeds/*.system")) if fits(p, source, "aarch64", 1)]
            for index in range(-len(seeds), arguments.count):
                data = seeds[index].encode() if index < 0 else mutate(rng, rng.choice(seeds))
                case = scratch / "case.system"
                case.write_bytes(data)
                if not judges[source].verdict(case)[0]:
                    continue
                for target in VERSIONS:
                    found = failure(arguments, source, target, case, judges, scratch, rng.random() < 0.5)
                    converted += found is True
                    refused += found is False
                    if isinstance(found, str):
                        name = f"{source}-{target}-{arguments.seed}-{index}.system"
                        failures.append(name)
                        print(f"{name}: {found}", flush=True)
                        if arguments.keep:
                            arguments.keep.mkdir(parents=True, exist_ok=True)
                            (arguments.keep / name).write_bytes(data)
    print(f"{converted} converted, {refused} refused")
    print(f"{converted + refused} passed, {len(failures)} failed")
    sys.exit(1 if failures or not converted else 0)


if __name__ == "__main__":
    main()
