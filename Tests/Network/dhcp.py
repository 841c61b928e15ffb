# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A DHCP server (RFC 2131) that can misbehave: answer late or never, refuse, or send strange options."""

import socket
import struct
import threading

import packets

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
_COOKIE = b"\x63\x82\x53\x63"
_REQUESTED, _LEASE, _TYPE, _SERVER = 50, 51, 53, 54


class Server:
    """The server's replies, without I/O. MAC addresses get addresses in order, from the network's tenth on."""

    def __init__(self, address, lease=3600):
        self.address = address
        self.lease = lease
        self.mask = "255.255.255.0"
        self.is_silent = False
        """Whether requests for an address are refused."""
        self.refuses = False
        self.mask = "255.255.255.0"
        self.routers = [address]
        """Bytes of options appended to the server's own."""
        self.extra = b""
        self.leases = {}
        self._given = 0
        """Type and MAC address of each message received, answered or not."""
        self.seen = []

    def answer(self, message):
        """The reply to a message, or None."""
        if len(message) < 240 or message[0] != 1 or message[236:240] != _COOKIE:
            return None
        options = _options(message[240:])
        kind = options.get(_TYPE, b"\0")[0]
        mac = message[28:34]
        self.seen.append((kind, mac))
        if kind == DECLINE:
            # Another station has the address: offer another one next time.
            self.leases.pop(mac, None)
        if self.is_silent or kind not in (DISCOVER, REQUEST):
            return None
        if options.get(_SERVER, self._address) != self._address:
            return None
        offered = self._lease(mac)
        if kind == DISCOVER:
            return self._reply(message, OFFER, offered)
        wanted = options.get(_REQUESTED, message[12:16])
        if self.refuses or wanted != offered:
            return self._reply(message, NAK, b"\0" * 4)
        return self._reply(message, ACK, offered)

    @property
    def _address(self):
        return socket.inet_aton(self.address)

    def _lease(self, mac):
        if mac not in self.leases:
            self.leases[mac] = f"{self.address.rsplit('.', 1)[0]}.{10 + self._given}"
            self._given += 1
        return socket.inet_aton(self.leases[mac])

    def _reply(self, message, kind, address):
        options = _option(_TYPE, bytes([kind])) + _option(_SERVER, self._address)
        if kind != NAK:
            options += _option(_LEASE, struct.pack("!I", self.lease)) + _option(1, socket.inet_aton(self.mask))
            if self.routers:
                options += _option(3, b"".join(map(socket.inet_aton, self.routers)))
            options += _option(6, self._address) + self.extra
        head = bytes([2, 1, 6, 0]) + message[4:8] + b"\0\0" + message[10:12] + (message[12:16] if kind == ACK else b"\0" * 4)
        head += address + self._address + message[24:28] + message[28:44] + b"\0" * 192
        return (head + _COOKIE + options + b"\xff").ljust(300, b"\0")

    def frame(self, reply, mac):
        """The frame for a reply, addressed by RFC 2131, 4.1; `mac` is the server's own."""
        client, kind = reply[28:34], _options(reply[240:])[_TYPE][0]
        known, given = reply[12:16], reply[16:20]
        if kind == NAK or (known == b"\0" * 4 and reply[10] & 0x80):
            to = (packets.BROADCAST, "255.255.255.255")
        else:
            to = (client, socket.inet_ntoa(known if known != b"\0" * 4 else given))
        return packets.ethernet(to[0], mac, 0x0800, packets.udp(self.address, to[1], (67, 68), reply))


def _option(code, value):
    return bytes([code, len(value)]) + value


def _options(data):
    found, index = {}, 0
    while index + 1 < len(data) and data[index] != 255:
        if data[index] == 0:
            index += 1
            continue
        found[data[index]] = data[index + 2:index + 2 + data[index + 1]]
        index += 2 + data[index + 1]
    return {code: value for code, value in found.items() if value}


class Service:
    """A server on a device of this namespace, in a thread."""

    def __init__(self, server, device):
        self.server = server
        self._device = device
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        self._socket.bind(("", 67))
        self._socket.settimeout(0.1)
        # Clients without an address do not answer ARP, so the kernel cannot reach them.
        self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._raw.bind((device, 0))
        self._changed = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        mac = self._raw.getsockname()[4]
        while not self._ends:
            try:
                reply = self.server.answer(self._socket.recv(2048))
            except TimeoutError:
                continue
            if reply:
                try:
                    self._raw.send(self.server.frame(reply, mac))
                except OSError:
                    pass  # The device is down.
            with self._changed:
                self._changed.notify_all()

    def wait(self, condition, seconds=30):
        """Waits until a message makes `condition(server)` true."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.server), seconds):
                raise AssertionError(f"DHCP messages until the time was over: {self.server.seen}")

    def close(self):
        self._ends = True
        self._thread.join()
        self._socket.close()
        self._raw.close()
