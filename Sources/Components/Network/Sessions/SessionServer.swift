// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// A server with a session for each peer. It does no I/O and has no clock.
///
/// A peer that does not read gets no more answers: while `outputBytes` wait for it, nothing is taken from it. It is cut off if
/// - it reads fewer than `outputRate` bytes a second while output waits for it;
/// - for `idleTime` its session has taken nothing from it, and nothing was sent to it;
/// - it sends `inputBytes` which its session does not take.
///
/// After the end of a session, what the peer still sends is dropped until it ends, too, or `lingerTime` is over, so that it
/// can read the last answer. Memory for each session: both limits of bytes, what it writes in answer to one piece, and what
/// it holds itself.
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
    /// Bytes in a second that a peer has to read of the output, measured over 20 s.
    public var outputRate = 100
    /// How long to wait for the peer's end after the session's.
    public var lingerTime: Interval = .seconds(2)

    /// The defaults.
    public init() {}
  }

  private static var window: Interval { .seconds(20) }

  private final class Slot {
    var session: S
    var output = SessionOutput()
    var input: [UInt8] = []
    /// Bytes at the start of `input` that were taken.
    var inputStart = 0
    var peerHasEnded = false
    /// Whether the session has been told so.
    var endIsReported = false
    var isCutOff = false
    /// Whether the time to wait for the peer's end is over.
    var hasLingered = false
    /// When the session last took bytes, or some were sent.
    var lastMove: Instant
    /// Since when output waits, or since the last look at the pace; bytes that were sent since then.
    var windowStart: Instant
    var windowCount = 0

    init(_ session: S, now: Instant) {
      self.session = session
      lastMove = now
      windowStart = now
    }

    /// Lets `body` write; the pace is measured from where output begins to wait.
    func write(now: Instant, _ body: (Slot) -> Void) {
      let waited = output.count > 0
      body(self)
      guard !waited, output.count > 0 else { return }
      (windowStart, windowCount) = (now, 0)
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
    slot.write(now: now) { $0.session.opened(&$0.output) }
    noteDeadline(slot)
    return index
  }

  private func slot(_ stream: Int) -> Slot? {
    slots.indices.contains(stream) ? slots[stream] : nil
  }

  // MARK: Input

  /// Passes bytes to the session, as long as its output has room.
  public mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    guard let slot = slot(stream), !slot.output.isEnded, !slot.isCutOff else { return bytes.count }
    guard slot.output.count < limits.outputBytes else { return 0 }
    let room = limits.inputBytes - (slot.input.count - slot.inputStart)
    guard room > 0 else {
      slot.isCutOff = true
      return bytes.count
    }
    let count = min(bytes.count, room)
    slot.input.removeFirst(bytes: slot.inputStart)
    slot.inputStart = 0
    slot.input.append(copying: bytes.extracting(0..<count))
    offerInput(slot, now: now)
    return count
  }

  private mutating func offerInput(_ slot: Slot, now: Instant) {
    slot.write(now: now) { slot in
      while slot.inputStart < slot.input.count, canContinue(slot) {
        let rest = slot.input.span.extracting(slot.inputStart..<slot.input.count)
        let taken = min(slot.session.receive(rest, &slot.output), rest.count)
        guard taken > 0 else { break }
        slot.inputStart += taken
        slot.lastMove = now
      }
      if slot.inputStart == slot.input.count {
        slot.input.removeAll(keepingCapacity: slot.input.capacity <= 512)
        slot.inputStart = 0
      }
      guard slot.peerHasEnded, !slot.endIsReported, canContinue(slot) else { return }
      slot.endIsReported = true
      slot.session.ended(&slot.output)
    }
    noteDeadline(slot)
  }

  private func canContinue(_ slot: Slot) -> Bool {
    !slot.output.isEnded && slot.output.count < limits.outputBytes
  }

  /// Tells the session, once its output has room.
  public mutating func peerEnded(_ stream: Int, now: Instant) {
    guard let slot = slot(stream) else { return }
    slot.peerHasEnded = true
    offerInput(slot, now: now)
  }

  /// Forgets the session.
  public mutating func closed(_ stream: Int, now: Instant) {
    if slots.indices.contains(stream) { slots[stream] = nil }
  }

  // MARK: Output

  /// Bytes that wait to be sent.
  public func outputCount(_ stream: Int) -> Int { slot(stream)?.output.count ?? 0 }

  /// Lends the bytes that wait to be sent.
  public func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    slot(stream)?.output.withBytes(body)
  }

  /// Forgets the bytes, and shows the session what it has not taken.
  public mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    guard let slot = slot(stream), count > 0 else { return }
    slot.lastMove = now
    slot.windowCount &+= count
    slot.output.sent(count)
    offerInput(slot, now: now)
  }

  /// Ends our direction when the session has ended, closes when the peer has, too, and resets a peer that was cut off.
  public func disposal(_ stream: Int) -> StreamDisposal {
    guard let slot = slot(stream) else { return .close }
    if slot.isCutOff { return .reset }
    guard slot.output.isEnded else { return .stayOpen }
    let isOver = slot.output.count == 0 && (slot.peerHasEnded || slot.hasLingered)
    return isOver ? .close : .endOutput
  }

  // MARK: Time

  private func deadline(_ slot: Slot) -> Instant {
    if slot.isCutOff || slot.hasLingered { return .never }
    if slot.output.count > 0 { return slot.windowStart + Self.window }
    return slot.lastMove + (slot.output.isEnded ? limits.lingerTime : limits.idleTime)
  }

  private mutating func noteDeadline(_ slot: Slot) { deadline = min(deadline, deadline(slot)) }

  /// Cuts off peers that are too slow or silent, and closes after the wait for a peer's end.
  public mutating func timePassed(now: Instant) {
    guard now >= deadline else { return }
    deadline = .never
    for index in slots.indices {
      guard let slot = slots[index] else { continue }
      if deadline(slot) <= now {
        act(slot, now: now)
        changed.append(index)
      }
      noteDeadline(slot)
    }
  }

  private func act(_ slot: Slot, now: Instant) {
    if slot.output.count > 0 {
      let seconds = Int(Self.window.milliseconds / 1000)
      slot.isCutOff = slot.windowCount < limits.outputRate * seconds
      (slot.windowStart, slot.windowCount) = (now, 0)
    } else if slot.output.isEnded {
      slot.hasLingered = true
    } else {
      slot.isCutOff = true
    }
  }

  /// A session that was cut off or closed.
  public mutating func nextChanged() -> Int? { changed.popLast() }
}
