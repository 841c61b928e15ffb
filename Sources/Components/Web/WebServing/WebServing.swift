// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Microkit
import Networking
import Records
import SerialWiring

enum Needs {
  // TCP's buffers and tables for 1024 connections; what these hold comes on top.
  @section(".serval_heap_needs") @used static let heap: UInt64 = 14_400_000
  // 25 KB under load.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 40_960
}

extension HTTPServer.Settings {
  /// For a web server in a protection domain: 1024 connections with 4 MB of memory, and bodies that are lent; what browsers are told of
  /// TLS is in the record of a server with TLS.
  ///
  /// - Parameter log: gets a line for each request.
  public init(log: ServerLog?) {
    self.init()
    memoryLimit = 4 << 20
    sendsDirectly = true
    if let log {
      self.log = { entry in log.write(upTo: AccessLogEntry.lineLimit) { entry.write(to: &$0) } }
    }
    let config = TLSServerConfig.linked()
    let port = config[TLSServerConfig.port]
    guard port != 0 else { return }
    if config[TLSServerConfig.redirects] != 0 { secureRedirect = port }
    strictTransportSeconds = config[TLSServerConfig.strictTransportSeconds]
  }
}

/// Runs a web server whose handlers need nothing but their requests. A protection domain's `main` ends with it. A router with
/// `mistakes` stops the domain, which prints the first one.
///
/// If the system gives the program a certificate, it serves HTTPS as well, on the port that the system says.
///
/// - Parameters:
///   - port: the TCP port of HTTP; 0 for none.
///   - isSilent: whether requests are not logged on the console.
public func serve(_ router: Router, port: UInt16 = 80, isSilent: Bool = false) -> Never {
  if let mistake = router.mistakes.first {
    debugPrint(mistake.line.span)
    fatal(": a mistake of the program that made the route")
  }
  let log = ServerLog(Console(SerialClientConfig.linked()))
  let settings = HTTPServer.Settings(log: isSilent ? nil : log)
  run(HTTPServer(router, settings), settings, port: port, log: log, backend: NoBackend())
}
