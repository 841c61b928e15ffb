// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Clients
import NFS
import Networking

/// Says on the console when the export is mounted, and why it is not.
struct MountReport {
  private var wasMounted = false
  private var trouble: NFSSession.Trouble?

  mutating func update(_ nfs: borrowing NFSClient, _ console: inout Console) {
    let isMounted = nfs.isMounted && nfs.isReady
    if let found = nfs.trouble {
      guard found != trouble else { return }
      trouble = found
      say(console: &console) { MountReport.write(found, to: &$0) }
    } else if isMounted, !wasMounted || trouble != nil {
      wasMounted = true
      trouble = nil
      say(console: &console) { $0.write("export mounted") }
    }
  }

  private func say(console: inout Console, _ text: (inout Console) -> Void) {
    console.writeName()
    text(&console)
    console.write("\n")
    console.flush()
  }

  private static func write(_ trouble: NFSSession.Trouble, to console: inout Console) {
    switch trouble {
    case .unreachable: console.write("the NFS server cannot be reached; trying on")
    case .silent: console.write("the NFS server does not answer; trying on")
    case .notRegistered(let program):
      console.write("the port mapper knows no program ")
      console.write(decimal: UInt64(program))
      console.write("; trying on")
    case .mountRefused(let status):
      console.write("the NFS server refuses the export with status ")
      console.write(decimal: UInt64(status))
      console.write(" (2 is no such directory, 13 is access denied)")
    case .credentialsRefused: console.write("the export does not take AUTH_SYS")
    case .malformed: console.write("the NFS server's answers make no sense; trying anew")
    }
  }
}
