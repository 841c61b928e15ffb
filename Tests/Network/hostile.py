# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A lying NFS server: a proxy between a client and a real server that alters replies in one of several named ways."""

import random
import socket
import struct
import threading
import time

_LAST = 0x80000000  # RFC 5531, section 11: the bit of a fragment's mark that says it is the record's last


class _Hangup(Exception):
    pass


def _record(data):
    return struct.pack(">I", _LAST | len(data)) + data


def honest(reply, _):
    yield _record(reply)


def never(_reply, _):
    yield b""


def twice(reply, _):
    yield _record(reply) * 2


def late(reply, chance):
    time.sleep(chance.uniform(0.1, 2))
    yield _record(reply)


def drop_by_drop(reply, _):
    for index, byte in enumerate(_record(reply)[:200]):
        yield bytes([byte])
        time.sleep(0.005)
    yield _record(reply)[200:]


def noise(reply, chance):
    """A reply to the right call with random content."""
    yield _record(reply[:4] + chance.randbytes(chance.randrange(0, 2 * len(reply))))


def noise_in_results(reply, chance):
    """Keeps the RPC header (RFC 5531, section 9) and lies about NFS."""
    yield _record(reply[:24] + chance.randbytes(max(0, len(reply) - 24)))


def changed(reply, chance):
    """Changes some bytes, mostly lengths and types."""
    data = bytearray(reply)
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(4, max(5, min(len(data), 200)))] = chance.choice([0, 1, 0x7f, 0x80, 0xff])
    yield _record(bytes(data))


def words_changed(reply, chance):
    data = bytearray(reply)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(4, max(8, min(len(data), 240)), 4)
        value = chance.choice([0, 1, 2, 70, 10001, 10008, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc])
        data[at:at + 4] = struct.pack(">I", value)
    yield _record(bytes(data))


def cut_short(reply, chance):
    yield _record(reply[:chance.randrange(0, len(reply))])


def too_long(reply, chance):
    yield _record(reply + chance.randbytes(chance.choice([1, 3, 4, 4096, 60_000])))


def other_call(reply, chance):
    yield _record(chance.randbytes(4) + reply[4:])


def questions(reply, _):
    """Sends a call instead of a reply."""
    yield _record(reply[:4] + bytes(4) + reply[8:])


def wrong_mark(reply, chance):
    length = chance.choice([0, 1, len(reply) - 1, len(reply) + 1, len(reply) + 5000, 0x7fffffff, 1 << 24])
    yield struct.pack(">I", _LAST | length) + reply


def endless(_reply, _):
    """Sends a record whose last fragment never comes."""
    for _ in range(500):
        yield struct.pack(">I", 65_536) + bytes(65_536)


def endless_nothing(_reply, _):
    for _ in range(50):
        yield bytes(65_536)


def many_fragments(reply, _):
    """Sends fragments of one byte each, which is legal."""
    for byte in reply[:-1]:
        yield struct.pack(">IB", 1, byte)
    yield _record(reply[-1:])


def hangup(reply, chance):
    """Closes the connection in the middle of a record."""
    yield _record(reply)[:chance.randrange(0, len(reply) + 4)]
    raise _Hangup


def refused(reply, chance):
    """Replies with errors of the server: RFC 1813, section 2.6, and RFC 5531, section 9."""
    if chance.random() < 0.3:
        words = chance.choice([(1, 1, 1, chance.randrange(0, 14)), (1, 0, 0, 0, chance.randrange(1, 6), 0, 0)])
        yield _record(reply[:4] + struct.pack(f">{len(words)}I", *words))
    else:
        status = chance.choice([1, 2, 5, 6, 13, 17, 20, 21, 27, 28, 30, 31, 63, 66, 69, 70, 71, 10001, 10006, 10008])
        yield _record(reply[:24] + struct.pack(">I", status) + bytes(8))


def stale(reply, _):
    yield _record(reply[:24] + struct.pack(">I", 70) + bytes(8))


QUICK = [noise, noise_in_results, changed, words_changed, cut_short, too_long, other_call, questions, wrong_mark,
         endless_nothing, many_fragments, hangup, refused, stale, twice]
SLOW = [never, late, drop_by_drop, endless]


def any_of_quick(reply, chance):
    """Alters each reply in another way; some stay honest, so that operations progress."""
    yield from chance.choice([honest, honest, *QUICK])(reply, chance)


def now_and_then(reply, chance):
    """Alters one reply in ten, so that operations that begin honestly continue with a lie."""
    yield from chance.choice([honest] * 135 + QUICK)(reply, chance)


def seldom(reply, chance):
    """Alters one reply in 300."""
    yield from (chance.choice(QUICK) if chance.random() < 1 / 300 else honest)(reply, chance)


class Server:
    """Listens at `address` on each port in `ports`, which maps to the real server's port on this machine."""

    def __init__(self, address, ports, seed):
        self.way = honest
        """Number of replies from the real server so far."""
        self.count = 0
        self._chance, self._ends = random.Random(seed), False
        self._acceptors, self._open = [], set()
        for port, real in ports.items():
            listener = socket.create_server((address, port), backlog=64)
            listener.settimeout(0.1)
            self._acceptors.append(threading.Thread(target=self._accept, args=(listener, real), daemon=True))
            self._acceptors[-1].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Stops listening; the ports are free when this returns."""
        self._ends = True
        for acceptor in self._acceptors:
            acceptor.join()
        for connection in list(self._open):
            _reset(connection)

    def _accept(self, listener, port):
        with listener:
            while not self._ends:
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                real = socket.create_connection(("127.0.0.1", port))
                self._open |= {client, real}
                threading.Thread(target=self._ask, args=(client, real), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, real), daemon=True).start()

    def _ask(self, client, real):
        try:
            while data := client.recv(65536):
                real.sendall(data)
        except OSError:
            pass
        self._close(client, real)

    def _answer(self, client, real):
        try:
            with real.makefile("rb") as source:
                while len(mark := source.read(4)) == 4:
                    reply = source.read(struct.unpack(">I", mark)[0] & ~_LAST)
                    self.count += 1
                    for data in self.way(reply, self._chance):
                        if self._ends:
                            break
                        client.sendall(data)
        except (OSError, ValueError, _Hangup):
            pass
        self._close(client, real)

    def _close(self, *connections):
        for connection in connections:
            self._open.discard(connection)
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()


def _reset(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
