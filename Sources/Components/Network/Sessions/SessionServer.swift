// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Time

/// A server with a session for each peer. It does no I/O and has no clock.
///
/// A peer that does not read gets no more answers: while `outputLimit` bytes wait for it, nothing is taken from it. One from
/// which and to which nothing moves for `idleTime` is cut off, and so is one that sends `inputLimit` bytes which its session
/// does not take. Memory for each session: both limits, what it writes in answer to one piece, and what it holds itself.
public struct SessionServer<S: Session>: StreamServer {
  /// What a server of sessions may use.
  public struct Limits: Equatable, Sendable {
    /// Sessions at the same time. More peers are turned away with a reset.
    public var sessions = 256
    /// Bytes that a session may leave untaken.
    public var inputBytes = 4096
    /// Waiting bytes from which on a session is shown no more input.
    public var outputBytes = 16_384
    /// How long nothing may move.
    public var idleTime: Interval = .seconds(60)

    /// The defaults.
    public init() {}
  }

  private final class Slot {
    var session: S
    var output = SessionOutput()
    var input: [UInt8] = []
    var peerHasEnded = false
    var isCutOff = false
    var lastMove: Instant

    init(_ session: S, now: Instant) {
      self.session = session
      lastMove = now
    }
  }

  private let limits: Limits
  private let makeSession: () -> S
  private var slots: [Slot?]
  private var changed: [Int] = []
  /// A lower bound of all deadlines.
  public private(set) var deadline = Instant.never

  /// A server without sessions; `makeSession` makes one for each peer.
  public init(_ limits: Limits = Limits(), _ makeSession: @escaping () -> S) {
    self.limits = limits
    self.makeSession = makeSession
    slots = [Slot?](repeating: nil, count: limits.sessions)
  }

  /// Starts a session; nil if there are `Limits.sessions` already.
  public mutating func open(now: Instant) -> Int? {
    guard let index = slots.firstIndex(where: { $0 == nil }) else { return nil }
    let slot = Slot(makeSession(), now: now)
    slots[index] = slot
    slot.session.opened(&slot.output)
    deadline = min(deadline, now + limits.idleTime)
    return index
  }

  private func slot(_ stream: Int) -> Slot? {
    slots.indices.contains(stream) ? slots[stream] : nil
  }

  // MARK: Input

  /// Passes bytes to the session, as long as its output has room.
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    guard let slot = slot(stream), !slot.output.isEnded, !slot.isCutOff else { return bytes.count }
    guard slot.output.bytes.count < limits.outputBytes else { return 0 }
    slot.lastMove = now
    let room = limits.inputBytes - slot.input.count
    guard room > 0 else {
      slot.isCutOff = true
      return bytes.count
    }
    let count = min(bytes.count, room)
    slot.input.reserveCapacity(slot.input.count + count)
    for index in 0..<count { slot.input.append(bytes[index]) }
    offerInput(slot)
    return count
  }

  private func offerInput(_ slot: Slot) {
    while !slot.input.isEmpty, !slot.output.isEnded, slot.output.bytes.count < limits.outputBytes {
      let taken = slot.session.receive(slot.input.span, &slot.output)
      guard taken > 0 else { break }
      slot.input.removeFirst(min(taken, slot.input.count))
    }
    guard slot.peerHasEnded, !slot.output.isEnded,
      slot.output.bytes.count < limits.outputBytes
    else { return }
    slot.session.ended(&slot.output)
    slot.peerHasEnded = false
  }

  /// Tells the session, once its output has room.
  public mutating func peerEnded(_ stream: Int, now: Instant) {
    guard let slot = slot(stream), !slot.output.isEnded else { return }
    slot.peerHasEnded = true
    offerInput(slot)
  }

  /// Forgets the session.
  public mutating func closed(_ stream: Int, now: Instant) {
    if slots.indices.contains(stream) { slots[stream] = nil }
  }

  // MARK: Output

  /// Bytes that wait to be sent.
  public func outputCount(_ stream: Int) -> Int { slot(stream)?.output.bytes.count ?? 0 }

  /// Lends the bytes that wait to be sent.
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    guard let slot = slot(stream) else { return nil }
    return body(slot.output.bytes.span)
  }

  /// Forgets the bytes, and shows the session what it has not taken.
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    guard let slot = slot(stream), count > 0 else { return }
    slot.lastMove = now
    slot.output.sent(count)
    offerInput(slot)
  }

  /// Closes when the session has ended, and resets a peer that was cut off.
  public func disposal(_ stream: Int) -> StreamDisposal {
    guard let slot = slot(stream) else { return .close }
    if slot.isCutOff { return .reset }
    guard slot.output.isEnded else { return .stayOpen }
    return slot.output.bytes.isEmpty ? .close : .endOutput
  }

  // MARK: Time

  /// Cuts off the peers with which nothing has moved for `Limits.idleTime`.
  public mutating func timePassed(now: Instant) {
    guard now >= deadline else { return }
    deadline = .never
    for index in slots.indices {
      guard let slot = slots[index] else { continue }
      let end = slot.lastMove + limits.idleTime
      if end <= now {
        slot.isCutOff = true
        changed.append(index)
      } else {
        deadline = min(deadline, end)
      }
    }
  }

  /// A session that was cut off.
  public mutating func nextChanged() -> Int? { changed.popLast() }
}
