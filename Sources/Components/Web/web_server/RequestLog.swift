// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP
import Networking
import SerialWiring
import StaticSite
import Time

/// The console, with a line for each answered request. A class, as the server's log closure refers to it.
final class RequestLog {
  var console: Console
  private var hasLines = false
  private var isListening = false
  // The trouble that was reported last, and when.
  private var trouble: SiteTrouble?
  private var troubleTime = Instant.start

  init(_ console: consuming Console) { self.console = console }

  /// Reports once that the server accepts connections.
  func reportListening(on port: UInt16) {
    guard !isListening else { return }
    isListening = true
    console.writeName()
    console.write("listening on port ")
    console.write(decimal: UInt64(port))
    console.write("\n")
    console.flush()
  }

  /// Reports why files cannot be served: at most once a minute if the trouble stays the same, as it may
  /// come and go from file to file.
  ///
  /// - Parameters:
  ///   - found: the latest trouble; nil if there is none.
  ///   - folder: the site's folder on the file system server.
  func report(_ found: SiteTrouble?, folder: [UInt8], now: Instant) {
    guard let found else { return }
    guard found != trouble || now - troubleTime > .seconds(60) else { return }
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

  /// Writes a request's line, or leaves it out if the console has no room for the whole line.
  func write(_ entry: AccessLogEntry) {
    let line = entry.line
    guard console.hasRoom(for: line.count + 1) else { return }
    console.write(line.span)
    console.write(10)
    hasLines = true
  }

  /// Sends the requests' lines to the console.
  func flush() {
    guard hasLines else { return }
    hasLines = false
    console.flush()
  }
}
