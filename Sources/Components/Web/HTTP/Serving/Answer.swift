// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What a handler makes of a request. A handler returns one, so it answers once: the compiler sees
/// to it that it answers at all, and there is no way to answer again.
public enum Answer {
  case respond(Response)
  /// Not yet: asked again whenever something has happened that it may wait for, until it has one.
  case wait(() -> Answer?)
  /// Hands over the request's body as it comes, then asks for the answer. With more than `limit`
  /// bytes the answer is 413, and nothing is asked.
  case receive(limit: UInt64, each: (Span<UInt8>) -> Void, then: () -> Answer)

  public static func text(_ text: StaticString, status: Status = .ok) -> Answer {
    .respond(Response(status, type: ContentType.plain, body: [UInt8](text)))
  }

  public static func html(_ body: [UInt8]) -> Answer {
    .respond(Response(.ok, type: ContentType.html, body: body))
  }

  /// The status, with its phrase for a body.
  public static func status(_ status: Status) -> Answer {
    .respond(Response(status, type: ContentType.plain, body: SiteLookup.text(status)))
  }
}

/// A response: a head, and a body that is there or is made while it is sent.
public struct Response {
  public enum Body {
    case none
    case bytes([UInt8])
    /// Called whenever there is room for more.
    case stream((inout BodyWriter) -> StreamStep)
    /// Of the length that the head states.
    case source(BodySource)
  }

  public var head: ResponseHead
  public var body: Body

  public init(_ head: ResponseHead, body: Body) {
    self.head = head
    self.body = body
  }

  public init(_ status: Status, type: StaticString, body: [UInt8]) {
    head = ResponseHead(status, length: .known(UInt64(body.count)))
    head.add("Content-Type", type)
    self.body = .bytes(body)
  }

  /// A body of unknown length, made while it is sent.
  public static func stream(
    type: StaticString, _ body: @escaping (inout BodyWriter) -> StreamStep
  ) -> Response {
    var head = ResponseHead(.ok, length: .unknown)
    head.add("Content-Type", type)
    return Response(head, body: .stream(body))
  }
}

/// What a stream says after it was given room.
public enum StreamStep: Equatable, Sendable {
  /// There is more; it wrote what there was room for.
  case more
  /// It has to wait for something; asked again when something has happened.
  case wait
  case end
  /// It cannot go on: the connection is torn down, so that nobody takes the part for the whole.
  case failed
}

/// Room in a connection's output.
public struct BodyWriter {
  let place: ServerPlace
  let now: UInt64

  /// Bytes that can be written now.
  public var room: Int { place.connection.writeRoom }

  /// Writes as much as there is room for; returns how much that was.
  public mutating func write(_ bytes: Span<UInt8>) -> Int {
    place.connection.write(bytes, now: now)
  }
}
