# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Record layouts as ctypes, transcribed from the C headers of sDDF 0.7.0 and LionsOS.

Deliberately independent of Sources/Core/Records: a mistake there must not hide here.
"""

import ctypes as c


class Region(c.LittleEndianStructure):
    _fields_ = [("vaddr", c.c_uint64), ("size", c.c_uint64)]


class DeviceRegion(c.LittleEndianStructure):
    _fields_ = [("region", Region), ("io_addr", c.c_uint64)]


class DeviceIrq(c.LittleEndianStructure):
    _fields_ = [("id", c.c_uint8)]


class DeviceResources(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("num_regions", c.c_uint8),
        ("num_irqs", c.c_uint8),
        ("regions", DeviceRegion * 64),
        ("irqs", DeviceIrq * 64),
    ]


class SerialConnection(c.LittleEndianStructure):
    _fields_ = [("queue", Region), ("data", Region), ("id", c.c_uint8)]


class SerialDriver(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("rx", SerialConnection),
        ("tx", SerialConnection),
        ("default_baud", c.c_uint64),
        ("rx_enabled", c.c_uint8),
    ]


class SerialVirtRx(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("driver", SerialConnection),
        ("clients", SerialConnection * 64),
        ("num_clients", c.c_uint8),
        ("switch_char", c.c_uint8),
        ("terminate_num_char", c.c_uint8),
    ]


class SerialVirtTxClient(c.LittleEndianStructure):
    _fields_ = [("conn", SerialConnection), ("name", c.c_char * 64)]


class SerialVirtTx(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("driver", SerialConnection),
        ("clients", SerialVirtTxClient * 64),
        ("num_clients", c.c_uint8),
        ("begin_str", c.c_char * 128),
        ("enable_colour", c.c_uint8),
        ("enable_rx", c.c_uint8),
    ]


class SerialClient(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 5), ("rx", SerialConnection), ("tx", SerialConnection)]


class TimerClient(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 5), ("id", c.c_uint8)]


class NetConnection(c.LittleEndianStructure):
    _fields_ = [
        ("free_queue", Region),
        ("active_queue", Region),
        ("num_buffers", c.c_uint16),
        ("id", c.c_uint8),
    ]


class NetDriver(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 5), ("virt_rx", NetConnection), ("virt_tx", NetConnection)]


class NetTxRegion(c.LittleEndianStructure):
    _fields_ = [("data", DeviceRegion), ("num_buffers", c.c_uint32)]


class NetVirtTxClient(c.LittleEndianStructure):
    _fields_ = [
        ("conn", NetConnection),
        ("regions", NetTxRegion * 64),
        ("num_regions", c.c_uint8),
    ]


class NetVirtTx(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("driver", NetConnection),
        ("clients", NetVirtTxClient * 64),
        ("num_clients", c.c_uint8),
    ]


class Mac(c.LittleEndianStructure):
    _fields_ = [("octets", c.c_uint8 * 6)]


class NetVirtRxClient(c.LittleEndianStructure):
    _fields_ = [("conn", NetConnection), ("mac_addrs", Mac * 64), ("num_macs", c.c_uint8)]


class NetVirtRx(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("driver", NetConnection),
        ("data", DeviceRegion),
        ("buffer_metadata", Region),
        ("clients", NetVirtRxClient * 64),
        ("num_clients", c.c_uint8),
    ]


class NetCopy(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("rx", NetConnection),
        ("rx_data", Region * 64),
        ("client", NetConnection),
        ("client_data", Region),
    ]


class NetClient(c.LittleEndianStructure):
    _fields_ = [
        ("magic", c.c_uint8 * 5),
        ("rx", NetConnection),
        ("rx_data", Region),
        ("tx", NetConnection),
        ("tx_data", Region),
        ("mac_addr", Mac),
    ]


class Lwip(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 5), ("pbuf_pool", Region), ("num_pbufs", c.c_uint64)]


class FsConnection(c.LittleEndianStructure):
    _fields_ = [
        ("command_queue", Region),
        ("completion_queue", Region),
        ("share", Region),
        ("queue_len", c.c_uint16),
        ("id", c.c_uint8),
    ]


class FsEnd(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 8), ("connection", FsConnection)]


class Nfs(c.LittleEndianStructure):
    _fields_ = [("magic", c.c_uint8 * 8), ("server", c.c_char * 4096), ("export", c.c_char * 4096)]


# The structure in a file, by the start of the file's name. Longest first.
BY_PREFIX = [
    ("serial_driver_config", SerialDriver),
    ("serial_virt_rx", SerialVirtRx),
    ("serial_virt_tx", SerialVirtTx),
    ("serial_client_", SerialClient),
    ("timer_client_", TimerClient),
    ("net_driver", NetDriver),
    ("net_virt_rx", NetVirtRx),
    ("net_virt_tx", NetVirtTx),
    ("net_copy_", NetCopy),
    ("net_client_", NetClient),
    ("lib_sddf_lwip_config_", Lwip),
    ("fs_client_", FsEnd),
    ("fs_server_", FsEnd),
    ("nfs_config", Nfs),
]


def layout_of(name):
    if name.endswith("_device_resources.data"):
        return DeviceResources
    for prefix, layout in BY_PREFIX:
        if name.startswith(prefix):
            return layout
    raise KeyError(name)


def fields(value, path=""):
    """Every scalar of a structure, as (path, value)."""
    if isinstance(value, c.Structure):
        for name, *_ in value._fields_:
            yield from fields(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, c.Array):
        for index, element in enumerate(value):
            yield from fields(element, f"{path}[{index}]")
    else:
        yield path, value
