// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import EntropyProtocol
import HTTP
import Microkit
import Networking
import Records
import SerialWiring
import SignerWiring
import TLS
import TLSWiring

/// Runs an HTTP server, and around it TLS on a port of its own if the system gives the program a certificate. A protection domain's
/// `main` ends with it.
///
/// - Parameters:
///   - settings: those of the server.
///   - port: the TCP port of HTTP; 0 for none. The system may forbid it.
///   - backend: what handlers ask.
public func run<Backend: ServerBackend & ~Copyable>(
  _ server: HTTPServer, _ settings: HTTPServer.Settings, port: UInt16, log: ServerLog,
  backend: consuming Backend
) -> Never {
  let config = TLSServerConfig.linked()
  let secure = config[TLSServerConfig.port]
  let isOnlySecure = secure != 0 && config[TLSServerConfig.isOnlySecure] != 0
  let plain: [UInt16] = port == 0 || isOnlySecure ? [] : [port]
  guard secure != 0, hasRandomNumbers(log) else {
    let settings = ServerSettings(ports: plain, streamLimit: settings.connectionLimit)
    ServerProgram(server, settings, log: log, backend: backend).run()
  }
  let tls = TLSServer(
    server, TLSSettings(config), signer: SignerClient(Channel(config[TLSServerConfig.signerID])),
    plainListener: plain.isEmpty ? nil : 0)
  let ports = ServerSettings(ports: plain + [secure], streamLimit: settings.connectionLimit)
  ServerProgram(tls, ports, log: log, backend: backend).run()
}

/// Without random numbers there is no TLS, rather than one that only seems to be secure.
private func hasRandomNumbers(_ log: ServerLog) -> Bool {
  do throws(EntropyRefusal) {
    try EntropySource.useService()
    return true
  } catch {
    log.console.writeName()
    log.console.write("there are no random numbers, so there is no HTTPS\n")
    log.console.flush()
    return false
  }
}
