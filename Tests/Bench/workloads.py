# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Workloads of the network bench: Linux clients of an echo server. Each generator opens its connections and yields, works when
it is resumed, and returns the numbers of packets and bytes that were echoed."""

import selectors
import socket
import time

import clients

SEGMENT = 1448  # of TCP, with timestamps on Ethernet


def udp_one_at_a_time(machine, size, count):
    with _datagrams(machine) as client:
        data = bytes(size)
        client.send(data), client.recv(2048)
        yield
        lost = 0
        for _ in range(count):
            client.send(data)
            try:
                client.recv(2048)
            except TimeoutError:
                lost += 1
        return count - lost, (count - lost) * size


def udp_bursts(machine, size, bursts, length=128):
    with _datagrams(machine) as client:
        data = bytes(size)
        client.send(data), client.recv(2048)
        yield
        came = 0
        for _ in range(bursts):
            for _ in range(length):
                client.send(data)
            try:
                for _ in range(length):
                    client.recv(2048)
                    came += 1
            except TimeoutError:
                pass
        return came, came * size


def _datagrams(machine):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    client.settimeout(0.2)
    client.connect((machine.address, machine.service.udp_echo))
    return client


def tcp_one_at_a_time(machine, size, count):
    """Sends `size` bytes `count` times, each time after the last echo."""
    with _Connections(machine, 1) as (client,):
        data = bytes(size)
        _echo(client, data)
        yield
        for _ in range(count):
            _echo(client, data)
        return count, count * size


def tcp_in_turn(machine, size, count, connections):
    """The same, with the connections taking turns. Each echo is acknowledged at once. Otherwise Linux would send separate
    acknowledgements only if a connection's next turn is late, and the cost per packet would grow with the connections."""
    with _Connections(machine, connections) as open_ones:
        data = bytes(size)
        for client in open_ones:
            _echo(client, data)
        yield
        for index in range(count):
            _echo(open_ones[index % connections], data, acknowledges=True)
        return count, count * size


def _echo(client, data, acknowledges=False):
    client.sendall(data)
    if acknowledges:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    left = len(data)
    while left:
        got = len(client.recv(left))
        if not got:
            raise AssertionError("the server closed a connection")
        left -= got


def tcp_stream(machine, size, connections=1, seconds=60):
    """Echoes `size` bytes in all, over all connections at once. Packets are counted as if all were full."""
    with _Connections(machine, connections) as open_ones:
        each = size // connections
        selector, left = selectors.DefaultSelector(), {}
        for client in open_ones:
            _echo(client, b"hello")
            client.setblocking(False)
            left[client] = [each, each]
            selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
        chunk = memoryview(bytes(1 << 16))
        yield
        deadline, busy = time.monotonic() + seconds, connections
        while busy:
            if time.monotonic() > deadline:
                raise AssertionError(f"{busy} of {connections} connections were not done in {seconds} s")
            for key, events in selector.select(1):
                client, counts = key.fileobj, left[key.fileobj]
                if events & selectors.EVENT_WRITE:
                    counts[0] -= client.send(chunk[:min(len(chunk), counts[0])])
                    if counts[0] == 0:
                        selector.modify(client, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    data = client.recv(1 << 18)
                    counts[1] -= len(data)
                    if not data or counts[1] == 0:
                        if counts[1]:
                            raise AssertionError("the server closed a connection")
                        selector.unregister(client)
                        busy -= 1
        selector.close()
        return max(size // SEGMENT, 1), each * connections


class _Connections(list):
    def __init__(self, machine, count):
        super().__init__()
        try:
            for _ in range(count):
                client = socket.create_connection((machine.address, machine.service.tcp_echo), timeout=10)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.append(client)
        except OSError:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self:
            client.close()


def idle(machine, seconds):
    yield
    time.sleep(seconds)
    return seconds, 0


def lossy_stream(network, machine, size, loss):
    network.harm(loss=loss)
    return clients.tcp_echo(
        machine.address, machine.service.tcp_echo, size, seconds=120, half_closes=machine.service.half_closes)
