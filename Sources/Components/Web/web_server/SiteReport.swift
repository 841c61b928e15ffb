// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import Networking
import SerialWiring
import StaticSite
import Time

/// Reports on the console why files cannot be served.
struct SiteReport {
  /// The site's folder on the file system server.
  let folder: [UInt8]
  // The trouble that was reported last, and when.
  private var trouble: SiteTrouble?
  private var troubleTime = Instant.start

  init(folder: [UInt8]) { self.folder = folder }

  /// Reports `found`, the latest trouble, if it is another one: at most once a minute if it stays the same, as it may
  /// come and go from file to file.
  mutating func update(_ found: SiteTrouble?, _ log: ServerLog, now: Instant) {
    guard let found else { return }
    guard found != trouble || now - troubleTime > .seconds(60) else { return }
    trouble = found
    troubleTime = now
    log.console.writeName()
    switch found {
    case .notMounted:
      log.console.write("the file system server has no files yet: see its own lines")
    case .brokenServer:
      log.console.write("the file system server's queue makes no sense: all is 502")
    case .folder(.noFile), .folder(.notDirectory):
      log.console.write("the site's folder \"")
      log.console.write(folder.span)
      log.console.write("\" is not in the export: make it, or correct WEBSITE_DIR")
    case .folder(let status):
      log.console.write("the site's folder \"")
      log.console.write(folder.span)
      log.console.write("\" cannot be looked at")
      Self.write(status, to: log)
    case .file(let status):
      log.console.write("a file of the site cannot be read")
      Self.write(status, to: log)
    }
    log.console.write("\n")
    log.console.flush()
  }

  private static func write(_ status: FileStatus, to log: ServerLog) {
    switch status {
    case .denied:
      log.console.write(": access denied; give user 0 or everybody the right to read it")
    case .timedOut: log.console.write(": the NFS server does not answer in time")
    case .unreachable: log.console.write(": the NFS server is out of reach")
    default:
      log.console.write(": file system status ")
      log.console.write(decimal: status.rawValue)
      log.console.write("; see the lines of the file system server, and the log of the NFS server")
    }
  }
}
