// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Time

/// A stream's socket, and what its endpoint and its peer have left undone.
final class SocketStream {
  let socket: Socket
  /// Bytes that the endpoint did not take.
  var unread: [UInt8] = []
  /// The peer sends no more.
  var hasEnded = false
  /// The socket took less than it was offered.
  var isBlocked = false
  private(set) var hasFailed = false
  private var hasFinished = false

  init(_ socket: Socket) { self.socket = socket }

  /// Whether the socket is to be read: not before the endpoint has taken what was.
  var wantsInput: Bool { !hasEnded && unread.isEmpty }

  /// Writes to the socket, and notes when it is full or has failed. Returns how many bytes it took.
  func send(_ bytes: Span<UInt8>) -> Int {
    guard let count = socket.send(bytes) else {
      hasFailed = true
      return 0
    }
    isBlocked = count < bytes.count
    return count
  }

  /// Offers what was left unread. Returns whether the endpoint took any.
  func offerUnread<Streams: StreamEndpoint & ~Copyable>(
    to endpoint: inout Streams, _ stream: Int, now: Instant
  ) -> Bool {
    guard !unread.isEmpty else { return false }
    let taken = min(max(endpoint.receive(stream, unread.span, now: now), 0), unread.count)
    unread.removeFirst(taken)
    return taken > 0
  }

  /// Ends our direction, once.
  func finishSending() {
    guard !hasFinished else { return }
    hasFinished = true
    socket.finishSending()
  }
}
