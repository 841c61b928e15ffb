# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""nginx in an AArch64 Linux guest, as a peer for measurements: the kernel, nginx and busybox come from Debian's packages, and run
in QEMU as seL4 does there. The guest mounts the same NFS export, and serves its folder `site` on ports 80 and 443."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

for place in ("Network", "Boot"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / place))

import machine  # noqa: E402
import systems  # noqa: E402
import testnet  # noqa: E402
import website  # noqa: E402

PLACE = machine.ROOT / ".build" / "linux-guest"
ADDRESS = "10.7.0.200"
"""What nginx needs of Debian, beside the kernel."""
PACKAGES = ["busybox-static", "nginx", "nginx-common", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g"]
"""Modules of Debian's kernel for clouds; those that they need come along."""
MODULES = ["virtio_mmio", "virtio_net", "nfsv3"]
"""Folders of packages that the guest does not read."""
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/gcc", "usr/lib/aarch64-linux-gnu/gconv", "boot", "lib/modules")

INIT = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in MODULES; do insmod /modules/$module.ko; done
ip link set lo up
ip address add $ADDRESS/24 dev eth0
ip link set eth0 up
mkdir -p /site /run /var/log/nginx /var/lib/nginx
# busybox's own mount asks a port mapper; the kernel takes the ports.
mount -i -t nfs -o $OPTIONS $EXPORT /export || echo "guest: the export cannot be mounted"
ln -s /export/site /site/root
nginx -c /nginx.conf || echo "guest: nginx does not start"
echo "guest: address $ADDRESS/24"
while read line; do
  grep -E 'MemTotal|MemAvailable' /proc/meminfo
done
poweroff -f
"""

NGINX = """
user root; worker_processes 1; pid /run/nginx.pid; error_log /var/log/nginx/error.log;
events { worker_connections 2048; }
http {
  include /etc/nginx/mime.types;
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=1000;
  server { listen 80 backlog=1024; root /site/root; }
  server {
    listen 443 ssl backlog=1024; root /site/root;
    ssl_certificate /certificate.pem; ssl_certificate_key /key.pem; ssl_protocols TLSv1.3; ssl_session_tickets on;
  }
}
"""


def why_not():
    """What is missing, as a reason to skip; None if nothing is."""
    for tool in ("apt-get", "dpkg-deb", "openssl", "qemu-system-aarch64"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    try:
        prepare()
    except subprocess.CalledProcessError as error:
        return f"{' '.join(map(str, error.cmd[:1]))} failed: {(error.stderr or b'').decode(errors='replace').strip()[-300:]}"
    return None


def _apt(command, *arguments):
    """apt for AArch64 with the machine's sources and lists of its own, so that the machine's packages stay as they are."""
    options = {
        "Dir::State": PLACE / "state", "Dir::State::status": PLACE / "state" / "status", "Dir::Cache": PLACE / "cache",
        "APT::Architecture": "arm64", "APT::Architectures": "arm64", "APT::Sandbox::User": "root"}
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return subprocess.run(
        [command, *words, *arguments], cwd=PLACE / "packages", check=True, capture_output=True).stdout.decode()


def prepare():
    """Fetches and unpacks the packages once."""
    if (PLACE / "done").exists():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    for folder in ("state/lists/partial", "cache/archives/partial", "packages", "root"):
        (PLACE / folder).mkdir(parents=True)
    (PLACE / "state" / "status").touch()
    _apt("apt-get", "-qq", "update")
    kernel = re.search(r"Depends: (linux-image-\S+)", _apt("apt-cache", "depends", "linux-image-cloud-arm64"))[1]
    _apt("apt-get", "-qq", "download", kernel, *PACKAGES)
    for package in sorted((PLACE / "packages").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, PLACE / "root"], check=True, capture_output=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
         "-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{ADDRESS},DNS:localhost", "-keyout", PLACE / "key.pem", "-out",
         PLACE / "certificate.pem"], check=True, capture_output=True)
    (PLACE / "initramfs").write_bytes(_archive(PLACE / "root"))
    (PLACE / "done").touch()


def _with_needed(root, names, found):
    """Names and paths of modules, each after those that it needs."""
    for name in names:
        if name not in found:
            path = next((root / "lib" / "modules").glob(f"**/{name}.ko"), None)
            if path is None:  # Built into the kernel.
                continue
            needed = re.search(rb"\0depends=([^\0]*)\0", path.read_bytes())[1].decode().replace("-", "_")
            _with_needed(root, needed.split(",") if needed else [], found)
            found[name] = path
    return found


def _archive(root):
    """The initial file system, as a cpio archive of format newc."""
    files = Archive()
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if not name.startswith(LEFT_OUT):
            files.add_path(name, path)
    for folder in ("proc", "sys", "dev", "export", "modules"):
        files.add(folder, 0o040755)
    modules = _with_needed(root, MODULES, {})
    for name, path in modules.items():
        files.add(f"modules/{name}.ko", 0o100644, path.read_bytes())
    files.add("init", 0o100755, INIT.replace("MODULES", " ".join(modules)).encode())
    files.add("nginx.conf", 0o100644, NGINX.encode())
    files.add("etc/passwd", 0o100644, b"root:x:0:0:root:/:/bin/sh\n")
    files.add("etc/group", 0o100644, b"root:x:0:\n")
    for name in ("key.pem", "certificate.pem"):
        files.add(name, 0o100600, (PLACE / name).read_bytes())
    return files.bytes()


class Archive:
    def __init__(self):
        self._parts, self._count = [], 0

    def add(self, name, mode, data=b""):
        self._count += 1
        encoded = name.encode() + b"\0"
        fields = (self._count, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + encoded
        self._parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]

    def add_path(self, name, path):
        if path.is_symlink():
            self.add(name, 0o120777, os.readlink(path).encode())
        elif path.is_dir():
            self.add(name, 0o040755)
        else:
            self.add(name, 0o100000 | path.stat().st_mode & 0o777, path.read_bytes())

    def bytes(self):
        self.add("TRAILER!!!", 0)
        return b"".join(self._parts)


class Guest:
    """The guest, with the site of a `ganesha.Ganesha`."""

    certificate = PLACE / "certificate.pem"

    def __init__(self, server):
        self._server = server

    def __str__(self):
        return f"nginx {package_version('nginx')} on Linux {package_version('linux-image')}, QEMU"

    @property
    def image_size(self):
        """Bytes of the kernel and of the initial file system."""
        return self._kernel.stat().st_size + (PLACE / "initramfs").stat().st_size

    @property
    def _kernel(self):
        return next((PLACE / "root" / "boot").glob("vmlinuz-*"))

    def start(self, network, arguments=()):
        options = f"vers=3,proto=tcp,nolock,addr={testnet.LINUX},port={self._server.files},mountport={self._server.mount},mountproto=tcp"
        line = f"quiet ADDRESS={ADDRESS} EXPORT={testnet.LINUX}:{self._server.export} OPTIONS={options}"
        tap = f"tap,id=netdev0,ifname={network.machine_tap},script=no,downscript=no,vnet_hdr=off"
        command = ["qemu-system-aarch64", "-machine", "virt,virtualization=on", "-cpu", "cortex-a53", "-m", "size=2G"]
        command += ["-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel", self._kernel]
        command += ["-initrd", PLACE / "initramfs", "-append", line, "-netdev", tap, *systems.CARD, *arguments]
        return GuestRun(machine.Console(command))


class GuestRun(website.Run):
    domain = "guest"

    def memory_in_use(self):
        """Bytes of memory that Linux does not call available."""
        since = len(self.text())
        self.console.type("memory")
        total, available = (
            int(self.wait_for(rf"{name}: +(\d+) kB", 10, since)[1]) for name in ("MemTotal", "MemAvailable"))
        return (total - available) * 1024


def package_version(name):
    """The upstream version of an unpacked package."""
    found = sorted((PLACE / "packages").glob(f"{name}*_arm64.deb"), key=lambda path: len(path.name))
    return re.sub(r"^\d+%3a|[-+].*", "", found[0].name.split("_")[1]) if found else "?"


if __name__ == "__main__":
    reason = why_not()
    print(reason or f"{Guest(None)}: {Guest(None).image_size} bytes")
