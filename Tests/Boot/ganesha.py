# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""A real NFSv3 server: nfs-ganesha, which needs root and the Debian packages nfs-ganesha, nfs-ganesha-vfs and rpcbind."""

import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time

CONFIGURATION = """
NFS_CORE_PARAM {{ Protocols = 3; NFS_Port = {files}; MNT_Port = {mount}; Bind_addr = {address}; Enable_NLM = false;
  Enable_RQUOTA = false; mount_path_pseudo = false; }}
NFSV4 {{ Graceless = true; RecoveryBackend = fs; }}
EXPORT {{ Export_Id = 1; Path = {export}; Pseudo = /export; Access_Type = RW; Squash = No_Root_Squash; Protocols = 3;
  Transports = TCP; SecType = sys; Disable_ACL = true; PrivilegedPort = {privileged};
  Attr_Expiration_Time = {expiry}; FSAL {{ Name = VFS; }} }}
"""


def why_not():
    """What is missing, as a reason to skip; None if nothing is."""
    if os.geteuid() != 0:
        return "nfs-ganesha needs root"
    missing = [name for name in ("ganesha.nfsd", "rpcbind", "rpcinfo") if not shutil.which(name)]
    return f"not installed: {', '.join(missing)}" if missing else None


class Ganesha:
    """Serves directory `export` on the ports `files` and `mount` of `address` while it runs. It caches attributes for `expiry`
    seconds. If `privileged`, it only accepts clients with ports below 1024."""

    def __init__(self, address="127.0.0.1", export=None, expiry=60, privileged=False):
        self.directory = tempfile.TemporaryDirectory(prefix="serval-ganesha-")
        self.export = export or pathlib.Path(self.directory.name, "export")
        self.export.mkdir(exist_ok=True)
        self.address = address
        self.files = random.randrange(20_000, 30_000)
        self.mount = self.files + 1
        self.process = None
        if subprocess.run(["rpcinfo"], capture_output=True).returncode != 0:
            pathlib.Path("/run/rpcbind").mkdir(exist_ok=True)
            subprocess.run(["rpcbind", "-w"], check=True)
            time.sleep(1)
        pathlib.Path("/var/run/ganesha").mkdir(exist_ok=True)
        self.path("conf").write_text(
            CONFIGURATION.format(
                files=self.files, mount=self.mount, export=self.export, address=address, expiry=expiry,
                privileged=str(privileged).lower()))

    def path(self, name):
        return pathlib.Path(self.directory.name, name)

    def start(self):
        # All servers register with the machine's single rpcbind. If two do so at once, one of them gives up.
        for _ in range(5):
            self.path("log").unlink(missing_ok=True)
            if self._comes_up(30):
                return
            log = self.path("log").read_text()
            if self.process.poll() is None or "Cannot register" not in log:
                break
            time.sleep(random.uniform(0.1, 1))
        self.stop()
        raise AssertionError(f"nfs-ganesha does not start:\n{log}")

    def _comes_up(self, seconds):
        self.process = subprocess.Popen(
            ["ganesha.nfsd", "-F", "-f", self.path("conf"), "-L", self.path("log"), "-p", self.path("pid")])
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((self.address, self.files)) == 0:
                    return True
            time.sleep(0.1)
        return False

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.directory.cleanup()
