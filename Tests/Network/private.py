# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A network namespace for this process and its children. It vanishes with them, and leaves the host's addresses and devices
alone."""

import ctypes
import os
import pathlib
import shutil
import subprocess

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # linux/sched.h
_libc = ctypes.CDLL(None, use_errno=True)
_entered = False


def why_not():
    """What is missing for a namespace with a tap device, as a reason to skip; None if nothing is."""
    if not shutil.which("ip"):
        return "ip is not installed (Debian: iproute2)"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun cannot be opened: be root, or load the module tun"
    try:
        enter()
    except OSError as error:
        return f"no network namespace of its own: {error.strerror}"
    return None


def enter():
    """Moves this process to its own namespace, for users other than root together with a user namespace."""
    global _entered
    if _entered:
        return
    user, group = os.getuid(), os.getgid()
    flags = _NEW_NETWORK if user == 0 else _NEW_NETWORK | _NEW_USER
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if user != 0:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _entered = True
    ip("link set lo up")
    for scope in ("all", "default"):
        # Otherwise Linux sends IPv6 messages on each new device.
        setting = pathlib.Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6")
        if setting.exists():
            setting.write_text("1")


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True)


def add_tap(name, address=None):
    ip(f"tuntap add {name} mode tap")
    if address:
        ip(f"address add {address} dev {name}")
    ip(f"link set {name} txqueuelen 1000 up")


def remove(name):
    ip(f"link delete {name}")
