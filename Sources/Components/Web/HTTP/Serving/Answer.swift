// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// What a handler returns for a request. As the answer is the return value, a handler answers exactly
/// once.
public enum Answer {
  /// A response, now.
  case respond(Response)
  /// No answer yet. The closure is asked again whenever something has happened that the handler may
  /// be waiting for, until it returns an answer. After `Limits.answerTime` the client gets 504.
  case wait(() -> Answer?)
  /// Offers the request's body to `take` as it arrives, and asks `then` for the answer when it has taken
  /// everything. `take` returns how many bytes it took; the others are offered again when more have
  /// arrived, or after a `Waker` was used, and meanwhile stay with the client. If it takes none for
  /// `Limits.answerTime` although no more can arrive before it does, the client gets 504. If it returns
  /// `stopReading`, `then` is asked at once, and the rest of the body is discarded. A body of more than
  /// `limit` bytes is answered with 413, and `then` is not called.
  case receive(limit: UInt64, take: (Span<UInt8>) -> Int, then: () -> Answer)
  /// An exchange, which `exchange` or `upgrade` makes.
  case exchange(ExchangeHandler)

  // MARK: Bodies

  /// What `take` of `receive` returns if it wants no more of the body.
  public static var stopReading: Int { -1 }

  /// Passes the request's body to `each` as it arrives, then asks `then` for the answer. A body of more
  /// than `limit` bytes is answered with 413, and `then` is not called.
  public static func receive(
    limit: UInt64, each: @escaping (Span<UInt8>) -> Void, then: @escaping () -> Answer
  ) -> Answer {
    .receive(
      limit: limit,
      take: { bytes in
        each(bytes)
        return bytes.count
      }, then: then)
  }

  /// Reads the request's body and writes the response's at the handler's pace, both at once.
  ///
  /// - Parameters:
  ///   - head: the response's head, which is sent with the first byte of the body.
  ///   - limit: bytes of the request's body at most. For a longer one the client gets 413, or a reset if
  ///     the response has begun.
  ///   - step: the handler; see `Exchange`. It is not called for HEAD.
  ///   - ended: called exactly once, when the exchange is over. `step` is not called after that.
  public static func exchange(
    _ head: ResponseHead, limit: UInt64 = .max, _ step: @escaping (inout Exchange) -> StreamStep,
    ended: ((ExchangeEnd) -> Void)? = nil
  ) -> Answer {
    .exchange(ExchangeHandler(.body, head, limit: limit, step, ended))
  }

  /// Leaves HTTP: after the head, bytes go both ways as they are, until the handler ends it. A request of
  /// HTTP/1.0, or with a body, gets 400.
  ///
  /// - Parameters:
  ///   - head: a head with status 101 and an Upgrade field. `Connection: Upgrade` is added. It is sent at
  ///     once.
  ///   - idleTime: for how long the peer may be silent; then the connection is reset.
  ///   - step: the handler; see `Exchange`.
  ///   - ended: called exactly once, when the exchange is over. `step` is not called after that.
  public static func upgrade(
    _ head: ResponseHead, idleTime: Interval = .seconds(60),
    _ step: @escaping (inout Exchange) -> StreamStep, ended: ((ExchangeEnd) -> Void)? = nil
  ) -> Answer {
    .exchange(ExchangeHandler(.upgrade(idleTime), head, limit: .max, step, ended))
  }

  // MARK: Short responses

  /// A response of plain text in UTF-8.
  public static func text(_ text: StaticString, status: Status = .ok) -> Answer {
    .respond(Response(status, type: ContentType.plain, body: [UInt8](text)))
  }

  /// A response of plain text.
  @_disfavoredOverload
  public static func text(_ text: String, status: Status = .ok) -> Answer {
    .respond(Response(status, type: ContentType.plain, body: [UInt8](text.utf8)))
  }

  /// A response of HTML in UTF-8.
  public static func html(_ body: [UInt8], status: Status = .ok) -> Answer {
    .respond(Response(status, type: ContentType.html, body: body))
  }

  /// A response of HTML.
  @_disfavoredOverload
  public static func html(_ text: String, status: Status = .ok) -> Answer {
    .respond(Response(status, type: ContentType.html, body: [UInt8](text.utf8)))
  }

  /// A response whose body is the status code and its phrase. With 503, the client is asked to try again
  /// after a second.
  public static func status(_ status: Status) -> Answer {
    let text = status.text
    let head = ResponseHead(text: status, length: UInt64(text.count))
    return .respond(Response(head, body: .bytes(text)))
  }

  /// Sends the client to another target, by default to GET it (303). Bytes that a target cannot have
  /// become spaces.
  public static func redirect(to target: String, _ status: Status = .seeOther) -> Answer {
    var head = ResponseHead(status)
    head.add("Location", [UInt8](target.utf8).span)
    return .respond(Response(head, body: .none))
  }

  // MARK: Middleware

  /// The same answer with `change` applied to its response's head, whenever that comes.
  public func changingHead(_ change: @escaping (inout ResponseHead) -> Void) -> Answer {
    switch self {
    case .respond(var response):
      change(&response.head)
      return .respond(response)
    case .exchange(let handler):
      change(&handler.head)
      return self
    case .wait(let ask): return .wait { ask()?.changingHead(change) }
    case .receive(let limit, let take, let then):
      return .receive(limit: limit, take: take) { then().changingHead(change) }
    }
  }
}
