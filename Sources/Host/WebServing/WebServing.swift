// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import Serving

/// Runs a web server on this machine, for writing and trying its handlers: the same call as in a protection domain. It
/// listens on http://localhost:5555, or on the port that the command line names (`--port 8080`), until it is interrupted.
/// Ends the process with status 64 for an invalid command line, and 1 for wrong routes or if the port cannot be used.
///
/// - Parameters:
///   - port: the TCP port in a protection domain. It has no meaning here.
///   - isSilent: whether requests are not logged on standard output.
public func serve(_ router: Router, port: UInt16 = 80, isSilent: Bool = false) -> Never {
  if !router.mistakes.isEmpty {
    for mistake in router.mistakes { HostProgram.complain("error: \(mistake)") }
    exit(1)
  }
  var settings = HTTPServer.Settings()
  settings.date = { Int64(time(nil)) }
  if !isSilent { settings.log = { HostProgram.show(String(decoding: $0.line, as: UTF8.self)) } }
  serve(HTTPServer(router, settings), at: { "http://localhost:\($0)" })
}
