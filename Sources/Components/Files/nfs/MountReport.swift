// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NFS
import Networking
import SerialWiring
import Wire

/// Reports on the console that the export is mounted, or why it is not and what is most likely to help. Each state is
/// reported once.
struct MountReport {
  private var wasMounted = false
  private var trouble: NFSSession.Trouble?

  /// - Parameter server: address and port of the last connection.
  mutating func update(
    _ nfs: borrowing NFSClient, _ server: Endpoint, _ console: inout Console
  ) {
    if let found = nfs.trouble {
      guard found != trouble else { return }
      trouble = found
      console.writeName()
      MountReport.write(found, nfs.exportPath, server, to: &console)
    } else if nfs.isMounted, nfs.isReady, nfs.isServing, !wasMounted || trouble != nil {
      wasMounted = true
      trouble = nil
      console.writeName()
      console.write("export mounted")
    } else {
      return
    }
    console.write("\n")
    console.flush()
  }

  private static func write(
    _ trouble: NFSSession.Trouble, _ export: [UInt8], _ server: Endpoint, to console: inout Console
  ) {
    switch trouble {
    case .unreachable:
      console.write("the NFS server cannot be reached at ")
      write(server, to: &console)
      console.write("; trying on. Does it run, and do address, ports and firewalls let us through?")
    case .silent:
      console.write("the NFS server does not answer at ")
      write(server, to: &console)
      console.write("; trying on")
    case .notRegistered(let program):
      console.write("the port mapper of the NFS server knows no program ")
      console.write(decimal: UInt64(program))
      console.write(" version 3 over TCP; trying on. Is NFSv3 enabled?")
    case .noSuchProgram:
      console.write("there is no NFSv3 (with MOUNT) at ")
      write(server, to: &console)
      console.write(": enable version 3 on the server, or correct the ports")
    case .mountRefused(let status): write(mountStatus: status, export, to: &console)
    case .credentialsRefused:
      console.write("the export does not take AUTH_SYS: export it with sec=sys")
    case .callerRefused(let reason):
      console.write("the NFS server refuses our calls (auth_stat ")
      console.write(decimal: UInt64(reason))
      console.write(")")
      writeCauses(to: &console)
    case .rootRefused(let status):
      console.write("the export is mounted, but not to be read (status ")
      console.write(decimal: UInt64(status.rawValue))
      console.write(")")
      writeCauses(to: &console)
    case .malformed: console.write("the NFS server's answers make no sense; trying again")
    }
  }

  /// `mountstat3` (RFC 1813, appendix I). Servers also send 13, access denied, for paths that they do not export.
  private static func write(mountStatus: UInt32, _ export: [UInt8], to console: inout Console) {
    console.write("the NFS server refuses to mount \"")
    console.write(export.span)
    console.write("\" (status ")
    console.write(decimal: UInt64(mountStatus))
    switch mountStatus {
    case 2: console.write(", no such directory): correct the path, which starts with a slash")
    case 20: console.write(", no directory): export its folder")
    default:
      console.write(
        "): is that the export's path, with a slash in front? If so, it is not for this client")
      writeCauses(to: &console)
    }
  }

  private static func writeCauses(to console: inout Console) {
    console.write(": the export has to allow this address, ports above 1023 (insecure;")
    console.write(" PrivilegedPort = false), sec=sys, and user 0 (no_root_squash) or files for all")
  }

  private static func write(_ server: Endpoint, to console: inout Console) {
    switch server.address {
    case .v4(let address): console.write(address)
    }
    console.write(" port ")
    console.write(decimal: UInt64(server.port))
  }
}
