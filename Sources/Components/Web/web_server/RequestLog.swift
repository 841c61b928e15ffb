// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP
import Networking
import SerialWiring
import StaticSite

/// The console, and on it a line for each answered request. A class, since the server holds on to it.
final class RequestLog {
  var console: Console
  private var hasLines = false
  private var isListening = false
  private var trouble: SiteTrouble?
  // When it was said; nanoseconds.
  private var troubleTime: UInt64 = 0

  init(_ console: consuming Console) { self.console = console }

  func listening(on port: UInt16) {
    guard !isListening else { return }
    isListening = true
    console.writeName()
    console.write("listening on port ")
    console.write(decimal: UInt64(port))
    console.write("\n")
    console.flush()
  }

  /// Says why visitors do not get their files: each trouble once a minute, as one file may have it and others not.
  ///
  /// - Parameter folder: the site's, on the file system server.
  func report(_ found: SiteTrouble?, folder: [UInt8], now: UInt64) {
    guard let found else { return }
    guard found != trouble || now &- troubleTime > 60_000_000_000 else { return }
    trouble = found
    troubleTime = now
    console.writeName()
    switch found {
    case .notMounted: console.write("the file system server has no files yet: see its own lines")
    case .brokenServer: console.write("the file system server's queue makes no sense: all is 502")
    case .folder(.noFile), .folder(.notDirectory):
      console.write("the site's folder \"")
      console.write(folder.span)
      console.write("\" is not in the export: make it, or correct WEBSITE_DIR")
    case .folder(let status):
      console.write("the site's folder \"")
      console.write(folder.span)
      console.write("\" cannot be looked at")
      write(status)
    case .file(let status):
      console.write("a file of the site cannot be read")
      write(status)
    }
    console.write("\n")
    console.flush()
  }

  private func write(_ status: FileStatus) {
    switch status {
    case .denied: console.write(": access denied; give user 0 or everybody the right to read it")
    case .timedOut: console.write(": the NFS server does not answer in time")
    case .unreachable: console.write(": the NFS server is out of reach")
    default:
      console.write(": file system status ")
      console.write(decimal: status.rawValue)
      console.write("; see the lines of the file system server, and the log of the NFS server")
    }
  }

  /// Whole lines only: a line that the console has no room for is left out.
  func note(_ entry: AccessLogEntry) {
    let line = entry.line
    guard console.hasRoom(for: line.count + 1) else { return }
    console.write(line.span)
    console.write(10)
    hasLines = true
  }

  func flush() {
    guard hasLines else { return }
    hasLines = false
    console.flush()
  }
}
