# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Compares the verdicts of `serval check` and the real Microkit tools on mutated system files.

    verdicts.py SERVAL STUB_IMAGES SDK_DIRECTORY [--count N] [--seed S] [--keep DIR]

SDK_DIRECTORY holds microkit-sdk-1.4.1, -2.0.1, ...; each one whose version Serval knows is compared. The images are stubs with
every symbol that any SDK needs and setvar targets sv0 to sv9, so that the real tool's verdict concerns the system file.
Disagreements are printed and kept in DIR; the exit status is 1 if there are any.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VERSIONS = ["1.4.1", "2.0.1", "2.1.0", "2.2.0", "2.3.0", "2.3.1"]

NUMBERS = [
    "0", "1", "2", "61", "62", "63", "-1", "-0", "+5", "255", "256", "254", "0x10", "0x1000", "0x1_000",
    "0x200000", "0x1001", "4096", "8192", "0x", "", " 1", "1 ", "abc", "0X10", "1e3", "1_0", "_", "0x-1",
    "0x+10", "0xffffffffff", "0xfffffff000", "0xffffffe000", "0xffffffc000", "0xffffffb000",
    "0x10000000000", "0xfffffffffffff000", "0xffffffffffffffff", "18446744073709551616", "0x3000000",
    "0x2000000", "0x40000000", "0x20000000", "0x5000000", "0x9000000", "1000", "2000", "0x1000000",
    "0x1001000", "0x800", "٣",
]
WORDS = [
    "true", "false", "True", "", "level", "edge", "rw", "r", "w", "x", "rwx", "rr", "rq", "wx", "one",
    "two", "three", "kid", "main", "monitor", "a.elf", "b.elf", "missing.elf", "regs", "shared", "big",
    "sv0", "sv1", "sv2", "sv3", "small8", "fdt", "x86_vbe", "us", "10 us", "5 ticks", "0 us", "10  us",
]
ATTRIBUTES = [
    "name", "size", "page_size", "phys_addr", "priority", "budget", "period", "passive", "pp",
    "stack_size", "id", "mr", "vaddr", "perms", "cached", "setvar_vaddr", "setvar_size", "setvar_id",
    "irq", "trigger", "symbol", "region_paddr", "pd", "notify", "path", "smc", "cpu", "fpu", "domain",
    "slot", "path_for_symbols", "bogus", "xml:space", "x:name", "duration", "start_index",
    "index_shift",
]
ELEMENTS = [
    "memory_region", "protection_domain", "program_image", "map", "irq", "setvar", "channel", "end",
    "virtual_machine", "vcpu", "domains", "domain", "domain_schedule", "schedule_entry",
    "schedule_end_marker", "cspace", "cap_tcb", "cap_sc", "cap_vspace", "cap_bogus", "ioport",
    "io_address_space", "bogus", "system",
]

TAG = re.compile(r"<[^<>]*>", re.S)
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")


def mutate_attribute(rng, text):
    places = list(ATTRIBUTE.finditer(text))
    if not places:
        return text
    place = rng.choice(places)
    kind = rng.randrange(6)
    if kind == 0:
        return text[: place.start()] + text[place.end() :]
    if kind == 1:
        name = rng.choice(ATTRIBUTES)
        return text[: place.start(1)] + name + text[place.end(1) :]
    if kind == 2:
        extra = f'{rng.choice(ATTRIBUTES)}="{rng.choice(NUMBERS + WORDS)}" '
        return text[: place.start()] + extra + text[place.start() :]
    if kind == 3:
        # The value of another attribute of the same name.
        others = [p for p in places if p.group(1) == place.group(1)]
        return text[: place.start(2)] + rng.choice(others).group(2) + text[place.end(2) :]
    value = rng.choice(NUMBERS if rng.random() < 0.65 else WORDS)
    return text[: place.start(2)] + f'"{value}"' + text[place.end(2) :]


def element_spans(text):
    """Whole elements, as far as the seeds' simple grammar goes: self-closing ones and blocks."""
    spans = [m.span() for m in re.finditer(r"<\w+[^<>]*/>", text)]
    for name in ("protection_domain", "channel", "virtual_machine", "cspace", "domains", "domain_schedule"):
        stack = []
        for match in re.finditer(rf"<(/?){name}\b[^<>]*?(/?)>", text):
            if match.group(2):
                continue
            if match.group(1):
                if stack:
                    spans.append((stack.pop(), match.end()))
            else:
                stack.append(match.start())
    return spans


def mutate_element(rng, text):
    spans = element_spans(text)
    if not spans:
        return text
    start, end = rng.choice(spans)
    kind = rng.randrange(6)
    if kind == 0:
        return text[:start] + text[end:]
    if kind == 1:
        return text[:end] + text[start:end] + text[end:]
    if kind == 2:
        # At another place.
        piece, rest = text[start:end], text[:start] + text[end:]
        tags = [m.end() for m in TAG.finditer(rest)]
        at = rng.choice(tags) if tags else 0
        return rest[:at] + piece + rest[at:]
    if kind == 3:
        other = rng.choice(spans)
        return text[:start] + text[other[0] : other[1]] + text[end:]
    if kind == 4:
        extra = f"<{rng.choice(ELEMENTS)} {rng.choice(ATTRIBUTES)}=\"{rng.choice(NUMBERS + WORDS)}\" />"
        return text[:start] + extra + text[start:]
    match = re.match(r"<(\w+)", text[start:end])
    return text[: start + 1] + rng.choice(ELEMENTS) + text[start + 1 + len(match.group(1)) :]


def mutate_text(rng, text):
    snippets = [
        "stray", "<!-- comment -->", "<!-- a -- b -->", "<?pi data?>", "&amp;", "&bogus;", "&#0;", "&#x20;",
        "<![CDATA[x]]>", "<![CDATA[ ]]>", "]]>", "\u00a0", "\r\n", "<!DOCTYPE system>", "<a>", "</a>",
        "<x:y/>", "\x01", "\ufeff", "<?xml version=\"1.0\"?>",
    ]
    if rng.random() < 0.15:
        declaration = rng.choice([
            '<?xml version="1.0"?>', '<?xml version="1.1"?>', '<?xml version="2.0"?>',
            '<?xml version="1.0" encoding="latin1"?>', '<?xml version="1.0" standalone="yes"?>',
            ' <?xml version="1.0"?>', '<?xml encoding="UTF-8"?>', "\ufeff", "\ufeff<?xml version='1.0'?>",
            '<?xml version="1.0" encoding="UTF-16"?>',
        ])
        return declaration + re.sub(r"^<\?xml.*?\?>", "", text)
    if rng.random() < 0.1:
        return text.replace("<system>", rng.choice([
            '<system xmlns="urn:x">', '<system bogus="1">', '<x:system xmlns:x="urn:x">', "<System>",
            '<system xmlns:x="urn:x">', '<system x:y="1">',
        ]), 1)
    at = rng.choice([m.end() for m in TAG.finditer(text)] or [0])
    if rng.random() < 0.2:
        at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(snippets) + text[at:]


def mutate_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data)) if data else 0
        kind = rng.randrange(3)
        if kind == 0 and data:
            data[at] = rng.randrange(256)
        elif kind == 1 and data:
            del data[at : at + rng.randrange(1, 8)]
        else:
            data[at:at] = bytes(rng.randrange(32, 127) for _ in range(rng.randrange(1, 4)))
    return bytes(data)


def mutate(rng, seed):
    text = seed
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        operation = rng.choices(
            [mutate_attribute, mutate_element, mutate_text], weights=[6, 3, 1])[0]
        text = operation(rng, text)
    data = text.encode("utf-8", "surrogatepass")
    return mutate_bytes(rng, data) if rng.random() < 0.05 else data


class Comparison:
    def __init__(self, serval, sdk, version, images):
        self.serval, self.sdk, self.version, self.images = serval, sdk, version, images

    def real(self, path, scratch):
        environment = dict(os.environ, MICROKIT_SDK=str(self.sdk))
        command = [
            self.sdk / "bin/microkit", path, "--board", "qemu_virt_aarch64", "--config", "debug",
            "-o", scratch / "loader.img", "-r", scratch / "report.txt", "--search-path", self.images,
        ]
        result = subprocess.run(command, env=environment, capture_output=True, cwd=scratch)
        lines = (result.stderr + result.stdout).decode(errors="replace").strip().splitlines()
        return result.returncode == 0, (lines or [""])[-1 if result.returncode != 101 else 0]

    def ours(self, path):
        command = [
            self.serval, "check", path, "--sdk", self.version, "--board", "qemu_virt_aarch64",
            "--search-path", self.images,
        ]
        result = subprocess.run(command, capture_output=True)
        if result.returncode not in (0, 1):
            return None, f"exit status {result.returncode}: {result.stderr.decode(errors='replace')}"
        errors = [
            line for line in result.stdout.decode(errors="replace").splitlines() if ": error:" in line or line.startswith("error:")
        ]
        return result.returncode == 0, (errors or [""])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serval", type=pathlib.Path)
    parser.add_argument("stub_images", type=pathlib.Path)
    parser.add_argument("sdks", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--versions", default=",".join(VERSIONS))
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()

    compared = accepted = 0
    disagreements = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        images = scratch / "images"
        images.mkdir()
        variables = [f"sv{i}:8" for i in range(10)] + ["small4:4"]
        for name in ("a.elf", "b.elf"):
            subprocess.run([arguments.stub_images, images / name, *variables], check=True)
        for version in arguments.versions.split(","):
            sdk = (arguments.sdks / f"microkit-sdk-{version}").absolute()
            if not (sdk / "bin/microkit").exists():
                continue
            comparison = Comparison(arguments.serval.absolute(), sdk, version, images)
            seeds = [p.read_text() for p in sorted(HERE.glob("seeds/*.system")) if fits(p, version)]
            rng = random.Random(f"{arguments.seed}-{version}")
            for index in range(-len(seeds), arguments.count):
                data = seeds[index].encode() if index < 0 else mutate(rng, rng.choice(seeds))
                path = scratch / "case.system"
                path.write_bytes(data)
                theirs, their_reason = comparison.real(path, scratch)
                ours, our_reason = comparison.ours(path)
                compared += 1
                accepted += theirs
                if ours is not theirs:
                    name = f"{version}-{arguments.seed}-{index}.system"
                    disagreements.append(name)
                    print(f"{name}: real {'takes' if theirs else 'rejects'} ({their_reason});"
                          f" serval {ours} ({our_reason})", flush=True)
                    if arguments.keep:
                        arguments.keep.mkdir(parents=True, exist_ok=True)
                        (arguments.keep / name).write_bytes(data)
    print(f"{compared} compared, {accepted} accepted by the real tools")
    print(f"{compared - len(disagreements)} passed, {len(disagreements)} failed")
    sys.exit(1 if disagreements else 0)


def fits(path, version):
    """The versions that a seed is for. Its name ends with the oldest one, as in a-2.3.0.system, and with `only` if it is the only one."""
    match = re.search(r"-(\d\.\d\.\d)(only)?$", path.stem)
    if not match:
        return True
    return version == match.group(1) if match.group(2) else VERSIONS.index(version) >= VERSIONS.index(match.group(1))


if __name__ == "__main__":
    main()
