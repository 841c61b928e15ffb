# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""An NFSv3 server in virtual time, with one directory of files in memory: what the file system server of system `webserver` asks
it (RFC 1813, RFC 5531), without I/O."""

import struct

PORTS = (111, 2049)
_ROOT = b"root"
_TIME = 1_700_000_000


class Server:
    """`files` are contents by name."""

    def __init__(self, files):
        self._files = {name.encode(): data for name, data in files.items()}
        self._numbers = {name: number for number, name in enumerate(sorted(self._files), 2)}

    def receiver(self):
        """What a stream's bytes are passed to: collects records, and answers each."""
        collected = bytearray()

        def received(stream, data):
            collected.extend(data)
            while len(collected) >= 4:
                size = struct.unpack("!I", collected[:4])[0] & 0x7fffffff
                if len(collected) < 4 + size:
                    return
                reply = self._answer(bytes(collected[4:4 + size]))
                del collected[:4 + size]
                stream.send(struct.pack("!I", 0x80000000 | len(reply)) + reply)

        return received

    def _answer(self, call):
        number, _, _, program, _, procedure = struct.unpack("!6I", call[:24])
        arguments, position = call, 24
        for _ in range(2):
            size = struct.unpack("!I", arguments[position + 4:position + 8])[0]
            position += 8 + _padded(size)
        results = self._results(program, procedure, arguments[position:])
        return struct.pack("!6I", number, 1, 0, 0, 0, 0) + results

    def _results(self, program, procedure, rest):
        if procedure == 0:
            return b""
        if program == 100_000:
            return struct.pack("!I", PORTS[1])
        if program == 100_005:
            return struct.pack("!I", 0) + _opaque(_ROOT) + struct.pack("!II", 1, 1)
        handle, rest = _taken(rest)
        attributes = struct.pack("!I", 1) + self._attributes(handle)
        match procedure:
            case 1:
                return struct.pack("!I", 0) + self._attributes(handle)
            case 3:
                name, _ = _taken(rest)
                if name not in self._files:
                    return struct.pack("!I", 2) + attributes
                return struct.pack("!I", 0) + _opaque(name) + struct.pack("!I", 1) + self._attributes(name) + attributes
            case 4:
                return struct.pack("!I", 0) + attributes + struct.pack("!I", struct.unpack("!I", rest[:4])[0] & 0x23)
            case 6:
                offset, count = struct.unpack("!QI", rest[:12])
                data = self._files[handle][offset:offset + count]
                is_end = offset + len(data) >= len(self._files[handle])
                return struct.pack("!I", 0) + attributes + struct.pack("!II", len(data), is_end) + _opaque(data)
            case 19:
                sizes = struct.pack("!7I", *[65_536, 65_536, 4096] * 2, 65_536)
                return struct.pack("!I", 0) + attributes + sizes + struct.pack("!Q3I", 1 << 62, 0, 1, 0x0a)
        raise AssertionError(f"procedure {procedure} of program {program} is unknown")

    def _attributes(self, handle):
        is_root = handle == _ROOT
        size = 0 if is_root else len(self._files[handle])
        number = 1 if is_root else self._numbers[handle]
        return struct.pack("!5I4QQ", 2 if is_root else 1, 0o555, 1, 0, 0, size, size, 0, 1, number) \
            + struct.pack("!6I", *[_TIME, 0] * 3)


def _padded(size):
    return size + -size % 4


def _opaque(data):
    return struct.pack("!I", len(data)) + data + b"\0" * (-len(data) % 4)


def _taken(rest):
    size = struct.unpack("!I", rest[:4])[0]
    return rest[4:4 + size], rest[4 + _padded(size):]
