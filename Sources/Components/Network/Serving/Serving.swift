// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import Records
import SerialWiring
import Streams

/// Runs a server whose handlers need nothing but their streams. A protection domain's `main` ends with it.
///
/// - Parameters:
///   - port: the TCP port.
///   - streamLimit: streams that the server has at most.
public func serve<Server: StreamServer>(
  _ server: Server, port: UInt16, streamLimit: Int
) -> Never {
  let log = ServerLog(Console(SerialClientConfig.linked()))
  serve(server, port: port, streamLimit: streamLimit, log: log)
}

/// The same, with the console that the server writes to as well.
public func serve<Server: StreamServer>(
  _ server: Server, port: UInt16, streamLimit: Int, log: ServerLog
) -> Never {
  ServerProgram(
    server, ServerSettings(ports: [port], streamLimit: streamLimit), log: log, backend: NoBackend()
  ).run()
}
