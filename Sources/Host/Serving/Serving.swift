// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostSockets
import Streams

/// Runs a server on this machine, for writing and trying its handlers: the same call as in a protection domain. It listens on
/// port 5555 of localhost, or the port that the command line names (`--port 8080`), until it is interrupted. Ends the process
/// with status 64 for an invalid command line, and 1 if the port cannot be used.
///
/// - Parameters:
///   - port: the TCP port in a protection domain. It has no meaning here.
///   - streamLimit: streams that the server has at most; the server keeps the limit itself.
public func serve<Server: StreamServer>(
  _ server: Server, port: UInt16, streamLimit: Int
) -> Never {
  serve(server, at: { "localhost:\($0)" })
}

/// The same, with the text that names the server's address, by its port.
public func serve<Server: StreamServer>(
  _ server: Server, at address: (UInt16) -> String
) -> Never {
  let name = HostProgram.name
  let arguments = Array(CommandLine.arguments.dropFirst())
  guard let port = HostProgram.port(in: arguments) else {
    HostProgram.stop(
      "\(name): '\(arguments.joined(separator: " "))' is not --port NUMBER, from 1 to 65535, which is the only option",
      status: EX_USAGE)
  }
  do throws(SocketFailure) {
    var server = server
    var pump = try SocketServerPump(port: port)
    HostProgram.show("\(name): listening on \(address(port)); Ctrl-C ends it")
    while true { pump.run(&server) { false } }

  } catch {
    HostProgram.stop("\(name): \(error.explanation)", status: 1)
  }
}
