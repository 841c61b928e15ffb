# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Builds and parses frames with UDP, TCP, ICMP and ARP, as far as the other end of a test needs."""

import dataclasses
import socket
import struct

BROADCAST = b"\xff" * 6


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ethernet(destination, source, kind, payload):
    frame = destination + source + struct.pack("!H", kind) + payload
    return frame + b"\0" * max(0, 60 - len(frame))


def ipv4(source, destination, protocol, payload, identification=0):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identification, 0x4000, 64, protocol, 0)
    head += socket.inet_aton(source) + socket.inet_aton(destination)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def pseudo_header(source, destination, protocol, size):
    """What the checksums of UDP and TCP cover besides the packet."""
    return socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, protocol, size)


def udp(source, destination, ports, data):
    """An IPv4 packet with a datagram; `ports` are the source and destination ports."""
    head = struct.pack("!HHHH", *ports, 8 + len(data), 0)
    pseudo = pseudo_header(source, destination, 17, 8 + len(data))
    total = checksum(pseudo + head + data) or 0xffff
    return ipv4(source, destination, 17, head[:6] + struct.pack("!H", total) + data)


def tcp(source, destination, ports, numbers, flags, data=b""):
    """An IPv4 packet with a segment without options; `numbers` are the sequence and acknowledgement numbers."""
    head = struct.pack("!HHIIBBHHH", *ports, *numbers, 5 << 4, flags, 65_535, 0, 0)
    pseudo = pseudo_header(source, destination, 6, len(head) + len(data))
    head = head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:]
    return ipv4(source, destination, 6, head + data)


def icmp_echo(source, destination, number, data):
    head = struct.pack("!BBHHH", 8, 0, 0, 7, number)
    head = head[:2] + struct.pack("!H", checksum(head + data)) + head[4:]
    return ipv4(source, destination, 1, head + data)


def arp(operation, source, destination):
    """`source` and `destination` are each a MAC address and an IPv4 address."""
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + source[0] + socket.inet_aton(source[1]) \
        + destination[0] + socket.inet_aton(destination[1])


@dataclasses.dataclass
class Packet:
    """The contents of a frame. Ports are 0 unless the protocol is UDP; `data` is the payload of UDP, or else of IPv4."""

    destination_mac: bytes
    source_mac: bytes
    source: str
    destination: str
    protocol: int
    ports: tuple
    data: bytes


def parse(frame):
    """The Packet in a frame; None unless it is an unfragmented IPv4 packet."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00" or frame[14] >> 4 != 4:
        return None
    size, total = (frame[14] & 15) * 4, struct.unpack("!H", frame[16:18])[0]
    if size < 20 or total < size or len(frame) < 14 + total or struct.unpack("!H", frame[20:22])[0] & 0x3fff:
        return None
    protocol, payload = frame[23], frame[14 + size:14 + total]
    ports = (0, 0)
    if protocol == 17 and len(payload) >= 8:
        ports, payload = struct.unpack("!HH", payload[:4]), payload[8:]
    addresses = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
    return Packet(frame[:6], frame[6:12], *addresses, protocol, ports, payload)
