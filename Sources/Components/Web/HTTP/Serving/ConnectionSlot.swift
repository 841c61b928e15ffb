// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// A connection of a server, with the request it is answering. A class, so that bodies are written
/// into the connection in place.
final class ConnectionSlot {
  /// What is done next for the current request.
  enum Work {
    case awaitingRequest
    /// The handler answers later.
    case awaitingAnswer(() -> Answer?)
    /// The request's body goes to the handler, then the handler answers.
    case receivingBody(limit: UInt64, count: UInt64, (Span<UInt8>) -> Int, () -> Answer)
    case streaming((inout BodyWriter) -> StreamStep)
    /// The body, and the number of its bytes that have been written.
    case sendingBytes([UInt8], Int)
    case sendingSource(BodySource)
    /// The body, and the offset in it where the response's ends.
    case sendingStored(StoredBody, UInt64)
    case exchanging(ExchangeHandler)
  }

  /// The connection's number.
  let index: Int
  let connection: ServerConnection
  var work = Work.awaitingRequest
  /// The line for the access log; its counts are filled in at the end of the answer.
  var log: AccessLogEntry?
  /// When the current request's head was complete.
  var started = Instant.start
  /// When the source of the current body last gave bytes, or waited for the peer to read.
  var sourceProgress = Instant.start
  /// Bytes that the source had not given then.
  var sourceRest: UInt64 = 0
  /// Bytes sent since the connection was opened, and their number before the current answer.
  var sent: UInt64 = 0
  var sentAtStart: UInt64 = 0
  /// Whether the connection is encrypted.
  var isSecure = false
  /// Memory of the current request's head; 0 between requests.
  var headByteCount = 0
  /// The connection's share in `HTTPServer.heldByteCount`.
  var held = 0

  init(_ index: Int, _ connection: ServerConnection) {
    self.index = index
    self.connection = connection
  }
}
