# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Mutations of system files: of attributes, of elements, of other text, and of bytes."""

import re

NUMBERS = [
    "0", "1", "2", "61", "62", "63", "-1", "-0", "+5", "255", "256", "254", "0x10", "0x1000", "0x1_000",
    "0x200000", "0x1001", "4096", "8192", "0x", "", " 1", "1 ", "abc", "0X10", "1e3", "1_0", "_", "0x-1",
    "0x+10", "0xffffffffff", "0xfffffff000", "0xffffffe000", "0xffffffc000", "0xffffffb000",
    "0x10000000000", "0xfffffffffffff000", "0xffffffffffffffff", "18446744073709551616", "0x3000000",
    "0x2000000", "0x40000000", "0x20000000", "0x5000000", "0x9000000", "1000", "2000", "0x1000000",
    "0x1001000", "0x800", "٣", "107", "108", "3", "4", "0x3f8", "0xcf8", "65536", "127", "128", "64",
    "0x3fffff0000", "0x3ffffff000", "0x7ffffffff000", "0x7fffffffe000", "0x80000000", "0x90000000",
    "0x84000000", "0xfed00000", "0xfee00000", "0x8000000000", "256M", "0xb0000000",
]
WORDS = [
    "true", "false", "True", "", "level", "edge", "rw", "r", "w", "x", "rwx", "rr", "rq", "wx", "one",
    "two", "three", "kid", "main", "monitor", "a.elf", "b.elf", "missing.elf", "regs", "shared", "big",
    "sv0", "sv1", "sv2", "sv3", "small8", "fdt", "x86_vbe", "us", "10 us", "5 ticks", "0 us", "10  us",
    "page", "two_pages", "empty", "low", "high", "0:3.0", "1:2.3", "0:31.7", "0:32.0", "255:31.7", "256:0.0",
    "1:2", "1:2.8", "-1:0.0", "1:2.3.4", " 0:3.0", "+0:3.0", "a:b.c", "x86_tsc_freq", "disk", "packets", "linux", "vmm",
]
ATTRIBUTES = [
    "name", "size", "page_size", "phys_addr", "priority", "budget", "period", "passive", "pp",
    "stack_size", "id", "mr", "vaddr", "perms", "cached", "setvar_vaddr", "setvar_size", "setvar_id",
    "irq", "trigger", "symbol", "region_paddr", "pd", "notify", "path", "smc", "cpu", "fpu", "domain",
    "slot", "path_for_symbols", "bogus", "xml:space", "x:name", "duration", "start_index",
    "index_shift", "pin", "ioapic", "pcidev", "handle", "vector", "polarity", "addr", "setvar_addr", "peripheral_id",
    "domain_id", "iovaddr", "prefill_path", "prefill_bootinfo", "setvar_prefill_size",
]
ELEMENTS = [
    "memory_region", "protection_domain", "program_image", "map", "irq", "setvar", "channel", "end",
    "virtual_machine", "vcpu", "domains", "domain", "domain_schedule", "schedule_entry",
    "schedule_end_marker", "cspace", "cap_tcb", "cap_sc", "cap_vspace", "cap_bogus", "ioport",
    "io_address_space", "iomap", "bogus", "system",
]

# Values that are right more often than not, so that the real tool takes a part of the files.
LIKELY = {
    "id": ["0", "1", "7", "20", "61"], "vaddr": ["0x2000000", "0x2001000", "0x5000000", "0x20000000", "0x1000000000"],
    "size": ["0x1000", "0x2000", "0x200000", "0x400000", "4_096", "8", "1"], "perms": ["r", "rw", "rx", "rwx", "wr", "x"],
    "priority": ["0", "1", "99", "100", "101", "254"], "page_size": ["0x1000", "0x200000", "4096"],
    "phys_addr": ["0x9000000", "0x50000000", "0x70000000", "0x90000000", "0xa0000000", "0x1000"],
    "stack_size": ["0x1000", "0x10000", "0x1000000"], "budget": ["1000", "10", "100"], "period": ["1000", "5000"],
    "pd": ["one", "two", "kid", "vmm"], "mr": ["shared", "big", "ring", "guest", "page", "packets"], "cpu": ["0", "1", "3", "4"],
    "irq": ["33", "34", "79", "1"], "iovaddr": ["0x10000000", "0x10001000", "0x8000000000"], "vector": ["0", "5", "107"],
    "pin": ["0", "4", "23", "24"], "ioapic": ["0", "1"], "handle": ["0", "1"], "addr": ["0x3f8", "0x60", "0xcfc", "0xfff0"],
    "slot": ["1", "5", "62", "63", "64", "127"], "domain_id": ["1", "3"], "prefill_path": ["small8", "page", "two_pages"],
    "path": ["a.elf", "b.elf"], "peripheral_id": ["0:5.0", "1:0.1"], "pcidev": ["0:5.0", "1:0.1"], "name": ["one", "new"],
}

TAG = re.compile(r"<[^<>]*>", re.S)
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")


def mutate_attribute(rng, text):
    places = list(ATTRIBUTE.finditer(text))
    if not places:
        return text
    place = rng.choice(places)
    kind = rng.randrange(8)
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
    if kind > 5:
        value = rng.choice(LIKELY.get(place.group(1), [value]))
    return text[: place.start(2)] + f'"{value}"' + text[place.end(2) :]


def element_spans(text):
    """Whole elements, as far as the seeds' simple grammar goes: self-closing ones and blocks."""
    spans = [m.span() for m in re.finditer(r"<\w+[^<>]*/>", text)]
    for name in (
        "protection_domain", "channel", "virtual_machine", "cspace", "domains", "domain_schedule", "io_address_space",
    ):
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
