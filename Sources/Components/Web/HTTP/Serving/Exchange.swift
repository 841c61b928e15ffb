// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// A request's body and its response while both move, as the handler of `Answer.exchange` sees them; or
/// the two directions of a connection that `Answer.upgrade` has taken over.
///
/// What the handler does not read stays in the connection's input and, when that is full, with the peer.
/// What has no room stays with the handler. Memory: the connection's, `Limits.memoryBound`.
///
/// The handler is called at first, and whenever bytes have arrived, room has become free, its `deadline`
/// has come, or its `waker` was used. It returns
/// - `more` to be called again at once, if it read or wrote anything;
/// - `wait` to be called at the next of those events;
/// - `end` when the response is complete. What it left unread is discarded;
/// - `failed` to reset the connection.
public struct Exchange {
  let slot: ConnectionSlot
  let handler: ExchangeHandler
  /// The time of the server's clock.
  public let now: Instant

  // MARK: Input

  /// Whether everything was read that there is to read.
  public var inputEnded: Bool { slot.connection.exchangeInputEnded }

  /// Passes the next bytes of the input that have arrived to `take`, in one piece.
  ///
  /// - Parameter take: returns how many of them it took. The others are passed again.
  /// - Returns: how many it took; 0 if none have arrived.
  @discardableResult
  public mutating func read(_ take: (Span<UInt8>) -> Int) -> Int {
    let rest = handler.limit - min(handler.received, handler.limit)
    let count = slot.connection.takeInput(atMost: rest, now: now, take)
    handler.received &+= UInt64(count)
    handler.moved &+= UInt64(count)
    return count
  }

  /// Takes at most `count` of the next bytes that have arrived, as a copy. It may be fewer although more
  /// have arrived; none means that none have.
  public mutating func read(atMost count: Int) -> [UInt8] {
    var piece: [UInt8] = []
    guard count > 0 else { return piece }
    read { bytes in
      let taken = min(count, bytes.count)
      piece.append(copying: bytes.extracting(0..<taken))
      return taken
    }
    return piece
  }

  // MARK: Output

  /// The response's head. It can be changed until it is sent, which the first `write`, `begin` or the end
  /// does.
  public var head: ResponseHead {
    get { handler.head }
    set { if !hasBegun { handler.head = newValue } }
  }

  /// Whether the response's head was sent.
  public var hasBegun: Bool { !slot.connection.awaitsAnswer }

  /// Sends the response's head now. Before one of success, a client that waits for 100 (Continue) is told to send the request's body;
  /// after another one, what is left of the body is not worth reading, and may close the connection.
  public mutating func begin() { handler.begin(slot, now) }

  /// Bytes that can be written now.
  public var room: Int {
    hasBegun ? slot.connection.writeRoom : slot.connection.roomBehind(handler.head)
  }

  /// Writes as much as there is room for; returns how many bytes that was.
  @discardableResult
  public mutating func write(_ bytes: Span<UInt8>) -> Int {
    guard !bytes.isEmpty, room > 0 else { return 0 }
    let minimum = hasBegun ? 0 : 1
    begin()
    let count = slot.connection.write(bytes, atLeast: minimum, now: now)
    handler.moved &+= UInt64(count)
    return count
  }

  // MARK: Time

  /// When the handler wants to be called at the latest. It is `never` at first and after it has come.
  ///
  /// A handler without one that is offered bytes to which the peer cannot add, and takes none of them for
  /// `Limits.answerTime`, is given up: the client gets 504, or a reset if the response has begun.
  public var deadline: Instant {
    get { handler.deadline }
    nonmutating set { handler.deadline = newValue }
  }

  /// With it, others can have the handler called.
  public var waker: Waker { Waker(handler.wakes, handler.connection) }
}

/// How an exchange has ended.
public enum ExchangeEnd: Equatable, Sendable {
  /// The handler has returned `end`, and everything that it wrote is on its way.
  case complete
  /// The peer has gone or was too slow, the handler has returned `failed`, or the request broke a limit
  /// or its framing.
  case cancelled
}

/// The handler of an exchange, and where it is. `Answer.exchange` and `Answer.upgrade` make it.
public final class ExchangeHandler {
  enum Kind {
    case body
    /// For how long the peer may be silent.
    case upgrade(Interval)
  }

  let kind: Kind
  var head: ResponseHead
  /// Bytes of the request's body at most.
  let limit: UInt64
  let step: (inout Exchange) -> StreamStep
  private let ended: ((ExchangeEnd) -> Void)?
  var isComplete = false
  var received: UInt64 = 0
  /// Bytes read and written.
  var moved: UInt64 = 0
  var deadline = Instant.never
  /// When the peer was heard last, and the bytes of its that were not read then.
  var heard = Instant.start
  var unread = 0
  /// The peer could not send then, as nothing was read.
  var isHeldBack = false
  var wakes: Wakes?
  var connection = 0
  var commonLines: [UInt8] = []

  init(
    _ kind: Kind, _ head: ResponseHead, limit: UInt64,
    _ step: @escaping (inout Exchange) -> StreamStep, _ ended: ((ExchangeEnd) -> Void)?
  ) {
    self.kind = kind
    self.head = head
    self.limit = limit
    self.step = step
    self.ended = ended
  }

  // The one place that all ends lead to.
  deinit { ended?(isComplete ? .complete : .cancelled) }

  /// Sends the response's head, unless it was sent.
  ///
  /// - Parameter isEnd: whether the handler reads nothing after that. It does not after a head that refuses the request either.
  func begin(_ slot: ConnectionSlot, _ now: Instant, isEnd: Bool = false) {
    guard slot.connection.awaitsAnswer else { return }
    slot.log?.status = head.status.code
    switch kind {
    case .body:
      slot.connection.beginExchange(
        head, readsOn: !isEnd && head.status.isSuccess, commonLines: commonLines, now: now)
    case .upgrade: slot.connection.upgrade(head, commonLines: commonLines, now: now)
    }
  }

  /// When the peer has been silent for too long.
  var silenceEnd: Instant {
    guard case .upgrade(let time) = kind, !isHeldBack else { return .never }
    return heard + time
  }
}
