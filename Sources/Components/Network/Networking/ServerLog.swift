// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NetworkStack
import SerialWiring

/// A server's console: its address, when it listens, and lines of its protocol. A class, as closures refer to it.
public final class ServerLog {
  /// The console. Flush it after writing; `write(line:)` need not be.
  public var console: Console
  private var hasLines = false
  private var isListening = false

  /// A log on `console`.
  public init(_ console: consuming Console) { self.console = console }

  /// Reports the stack's address, and once that the server accepts connections.
  func reportAddress(_ network: borrowing Network, ports: [UInt16]) {
    console.reportAddress(network)
    guard network.stack.address != nil, !isListening else { return }
    isListening = true
    console.writeName()
    console.write("listening on port ")
    for (index, port) in ports.enumerated() {
      if index > 0 { console.write(" and port ") }
      console.write(decimal: UInt64(port))
    }
    console.write("\n")
    console.flush()
  }

  /// Writes a line, or leaves it out if the console has no room for the whole line. It is sent at the end of the turn.
  public func write(line: [UInt8]) {
    guard console.hasRoom(for: line.count + 1) else { return }
    console.write(line.span)
    console.write(10)
    hasLines = true
  }

  /// Sends the lines to the console.
  func flush() {
    guard hasLines else { return }
    hasLines = false
    console.flush()
  }
}
