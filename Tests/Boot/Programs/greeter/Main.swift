// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The second program of docs/programs.md, which has this text; Tests/Boot/emulated.py runs it.

import Bytes
import Microkit
import NetworkStack
import Networking

@main enum Main {
  static func main() { run(NetworkDomain(Greeter(), NetworkSettings())) }
}

struct Greeter: NetworkProgram, ~Copyable {
  private let greeting = Array("good day\r\n".utf8)

  mutating func start(_ network: inout Network) {
    _ = try? network.stack.listen(port: 4242)
  }

  mutating func handle(_ event: SocketEvent, _ network: inout Network) {
    guard case .listener(let listener) = event.socket else { return }
    while let connection = network.stack.accept(listener) {
      _ = greeting.span.withRawBytes { network.stack.write($0, to: connection) }
      network.close(connection)
    }
  }
}
