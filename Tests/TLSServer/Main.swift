// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import HostSockets
import Signing
import StreamTestSupport
import Streams
import TLS

/// An HTTPS server for clients of other makers, on a port that it prints. It ends with its standard input.
///
///     tls-server [--NAME=VALUE]... NAMES:KEY:CERTIFICATE[:CERTIFICATE]...
///
/// Each credential has the names for which it is, separated by commas, the file of its key (PKCS#8 in DER), and the files of its chain
/// (DER). Options are in Options.swift; with `--echo`, the server sends back what it receives. Behind `--shim` are the arguments of a program
/// under test in BoGo, which is in Shim.swift.
@main
struct TLSServerProgram {
  static func main() throws(SocketFailure) {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--shim" { Shim.run(Array(arguments.dropFirst())) }
    let options = arguments.filter { $0.hasPrefix("--") }
    let keys = Keys(arguments.filter { !$0.hasPrefix("--") })
    guard !keys.credentials.isEmpty else { stop("tls-server: name a credential") }
    var settings = TLSSettings(keys.credentials)
    var port: UInt16 = 0
    for option in options where option != "--echo" { apply(option, &settings, &port) }
    if options.contains("--echo") {
      var echo = EchoServer(limit: 64)
      echo.outputLimit = 1 << 16
      try run(echo, settings, keys, port)
    } else {
      try run(HTTPServer(routes(), httpSettings()), settings, keys, port)
    }
  }

  static func run<Inner: StreamServer>(
    _ inner: Inner, _ settings: TLSSettings, _ keys: Keys, _ port: UInt16
  ) throws(SocketFailure) {
    var server = TLSServer(inner, settings, signer: keys)
    var pump = try SocketServerPump(port: port)
    print(pump.port)
    fflush(nil)
    pump.run(&server, until: { inputEnded() })
    print(
      "handshakes \(server.handshakeCount) resumed \(server.resumedCount)",
      "crowded \(server.crowdedCount) held \(server.heldByteCount)")
  }

  private static func httpSettings() -> HTTPServer.Settings {
    var settings = HTTPServer.Settings()
    settings.sendsDirectly = true
    return settings
  }

  static func routes() -> Router {
    var router = Router()
    router.get("/") { _ in
      .html("<!doctype html>\n<title>Serval over TLS</title>\n<h1>Hello World!</h1>\n")
    }
    let large = [UInt8](repeating: 0x2a, count: 1 << 20)
    router.get("/large") { _ in .respond(Response(.ok, type: "text/plain", body: large)) }
    router.post("/echo") { _ in
      var body: [UInt8] = []
      return .receive(
        limit: 1 << 20,
        each: { bytes in
          for index in bytes.indices { body.append(bytes[index]) }
        }
      ) { .respond(Response(.ok, type: "text/plain", body: body)) }
    }
    return router
  }

  private static func inputEnded() -> Bool {
    var poll = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }
}

/// Writes a line to standard error.
func complain(_ message: String) {
  let line = message + "\n"
  _ = line.withCString { write(2, $0, strlen($0)) }
}

func stop(_ message: String) -> Never {
  print(message)
  exit(2)
}
