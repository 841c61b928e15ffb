// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// A response: its head, and a body that is in memory or is produced while it is sent.
public struct Response {
  /// Where the body comes from.
  public enum Body {
    /// There is no body.
    case none
    /// The body, in memory.
    case bytes([UInt8])
    /// Called whenever there is room for more.
    case stream((inout BodyWriter) -> StreamStep)
    /// A body of the length that the head states.
    case source(BodySource)
    /// The bytes of a stored body that end at an offset. The head states how many they are.
    case stored(StoredBody, upTo: UInt64)
  }

  /// Status and fields.
  public var head: ResponseHead
  /// The body, which is dropped in an answer to HEAD.
  public var body: Body

  /// A response whose head has the body's length.
  public init(_ head: ResponseHead, body: Body) {
    self.head = head
    self.body = body
  }

  /// A response with a Content-Type and a body in memory.
  public init(_ status: Status, type: StaticString, body: [UInt8]) {
    head = ResponseHead(status, length: .known(UInt64(body.count)))
    head.add("Content-Type", type)
    self.body = .bytes(body)
  }

  /// A 200 response whose body is produced while it is sent, and has no stated length.
  public static func stream(
    type: StaticString, _ body: @escaping (inout BodyWriter) -> StreamStep
  ) -> Response {
    var head = ResponseHead(.ok, length: .unknown)
    head.add("Content-Type", type)
    return Response(head, body: .stream(body))
  }
}

/// What a stream or a source reports after it was asked for bytes.
public enum StreamStep: Equatable, Sendable {
  /// There are more bytes, and they can be had now.
  case more
  /// More bytes come later. It is asked again after `HTTPServer.wake`.
  case wait
  /// The body is complete.
  case end
  /// The body cannot be completed. The connection is reset, so that the client does not take a part
  /// for the whole.
  case failed
}

/// The output of a connection, to which a stream writes.
public struct BodyWriter {
  let slot: ConnectionSlot
  /// The time of the server's clock.
  let now: Instant

  /// Bytes that can be written now.
  public var room: Int { slot.connection.writeRoom }

  /// Writes as much as there is room for; returns how many bytes that was.
  public mutating func write(_ bytes: Span<UInt8>) -> Int {
    slot.connection.write(bytes, now: now)
  }
}

/// A body of stated length whose bytes are in memory already, for example in a shared region. A
/// transport that supports it copies them from there (`HTTPServer.sendDirectly`); otherwise they go
/// through the connection's output.
///
/// A base class, as Embedded Swift has no existential types.
open class BodySource {
  /// For subclasses.
  public init() {}

  /// Passes the next bytes to `consume`, in one piece. `consume` returns how many it took; the
  /// others are passed again at the next call.
  ///
  /// - Returns: `more` if there were bytes, `wait` if there are none yet, for at most
  ///   `Limits.sourceTime`, `end` after the last ones, `failed` if the rest cannot be had.
  open func offer(_ consume: (Span<UInt8>) -> Int) -> StreamStep { .end }
}

/// Bytes that many responses send, for example a file in a shared region. In contrast to a `BodySource`, it does not
/// know how much of it a response has sent, so that there need not be one for each response.
///
/// A base class, as Embedded Swift has no existential types.
open class StoredBody {
  /// For subclasses.
  public init() {}

  /// Passes bytes from `offset` on, in one piece, to `consume`, which returns how many it took. There may be more behind
  /// them before `end`.
  ///
  /// - Returns: how many were taken; nil if there are none at `offset`.
  open func offer(
    _ offset: UInt64, upTo end: UInt64, _ consume: (Span<UInt8>) -> Int
  ) -> Int? { nil }
}
