// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NetworkStack
import SerialWiring
import Time

/// A server's console: its address, when it listens, and lines of its protocol. A class, as closures refer to it.
///
/// Lines appear at once, but no more often than every `pause`: a busy server's would otherwise have the serial line's
/// domains run once for each request.
public final class ServerLog {
  /// The console. Flush it after writing; `write(line:)` need not be.
  public var console: Console
  private var isListening = false
  // Memory of the line being written.
  private var line: [UInt8] = []
  private var hasNewLines = false
  // Whether lines wait that the virtualiser was not notified of, and until when.
  private var isWaiting = false
  private var nextNotification = Instant.start

  private static var pause: Interval { .milliseconds(10) }

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

  /// Writes a line of up to `limit` bytes without its end, or leaves it out if the console has no room for it.
  public func write(upTo limit: Int, _ body: (inout ByteWriter) -> Void) {
    line.removeAll(keepingCapacity: true)
    line.append(upTo: limit + 1) { text in
      body(&text)
      text.write(0x0a)
    }
    console.write(line: line.span)
    hasNewLines = true
  }

  /// Sends the lines to the console, now or when `deadline` has come.
  @inline(__always)
  func flush(now: Instant) {
    if hasNewLines || isWaiting { sendLines(now: now) }
  }

  private func sendLines(now: Instant) {
    if hasNewLines { console.publish() }
    hasNewLines = false
    isWaiting = now < nextNotification
    if isWaiting { return }
    nextNotification = now + Self.pause
    console.notify()
  }

  /// When to call `flush`, at the latest.
  var deadline: Instant { isWaiting ? nextNotification : .never }
}
