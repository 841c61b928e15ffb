// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time
import XDR

/// An RPC client over TCP (RFC 5531) with concurrent calls. It performs no I/O and has no clock.
/// Calls survive the loss of a connection and are sent again on the next.
///
/// Memory: `callLimit` encoded calls, a second copy of those that wait to be sent, and one record of up to `recordLimit`
/// bytes.
public struct RPCClient: SingleStreamEndpoint, Sendable {
  /// Limits of a client.
  public struct Settings: Equatable, Sendable {
    /// Maximum number of calls in flight.
    public var callLimit = 64
    /// Maximum size of a reply in bytes.
    public var recordLimit = 1 << 17
    /// A call without a reply is sent again after this time. It keeps its transaction ID, so that a server with a
    /// duplicate request cache does not execute it twice.
    public var retransmitTime: Interval = .seconds(10)
    /// The connection counts as dead if no byte arrives for this time while calls wait. The time doubles with each dead
    /// connection, up to eightfold, until a reply arrives: the server may only be slow.
    public var silenceTime: Interval = .seconds(7)
    /// The connection counts as dead if a record is incomplete this long after its first byte. Its length must be wrong,
    /// and it would swallow the replies that follow.
    public var recordTime: Interval = .seconds(20)

    /// The defaults.
    public init() {}
  }

  /// The reply to a call.
  public struct Answer: Sendable {
    /// The tag that `call` was given.
    public var tag: UInt64
    /// The reply.
    public var reply: RPCReply
    /// Whether the call was sent again, so that the server may have executed it twice.
    public var wasRepeated: Bool
  }

  /// Statistics, for tests.
  public struct Counters: Equatable, Sendable {
    /// Calls that were sent again.
    public var repeated: UInt64 = 0
    /// Replies to calls that are not in flight.
    public var unknownReplies: UInt64 = 0
    /// Records that could not be decoded.
    public var malformedRecords: UInt64 = 0
  }

  private struct Call: Sendable {
    var xid: UInt32
    var tag: UInt64
    var record: [UInt8]
    var sentAt: Instant
    var isSent: Bool
    var wasRepeated: Bool
  }

  private let settings: Settings
  private var nextXID: UInt32
  private var calls: [Call] = []
  private var assembler: RecordAssembler
  private var output: [UInt8] = []
  private var outputStart = 0
  private var lastHeard = Instant.start
  // When the first byte of the incomplete record arrived.
  private var recordBegan: Instant?
  // Connections in a row that were dead for `silenceTime`.
  private var silences: UInt64 = 0
  /// Whether there is a connection.
  public private(set) var isConnected = false
  /// Whether the connection must be closed: its stream is malformed, or it is dead.
  public private(set) var isBroken = false
  /// Statistics since the start.
  public private(set) var counters = Counters()

  /// A client without a connection.
  ///
  /// - Parameter firstXID: transaction ID of the first call. It should differ between starts, so that a server does not
  ///   take new calls for repeated ones.
  public init(_ settings: Settings, firstXID: UInt32) {
    self.settings = settings
    nextXID = firstXID
    assembler = RecordAssembler(limit: settings.recordLimit)
  }

  /// Calls in flight.
  public var callCount: Int { calls.count }
  /// Whether `call` accepts another call.
  public var hasRoom: Bool { calls.count < settings.callLimit }

  /// Issues a call, which is sent now or on the next connection.
  ///
  /// - Returns: false if too many calls are in flight.
  public mutating func call(
    _ procedure: Procedure, _ credentials: Credentials, tag: UInt64, now: Instant,
    _ arguments: (inout XDRWriter) -> Void
  ) -> Bool {
    guard hasRoom else { return false }
    let xid = nextXID
    nextXID &+= 1
    let record = RPCCall(xid: xid, procedure, credentials, arguments).record
    // `silenceTime` counts from the first call in flight.
    if calls.isEmpty { lastHeard = now }
    calls.append(
      Call(
        xid: xid, tag: tag, record: record, sentAt: now, isSent: isConnected, wasRepeated: false))
    if isConnected { send(record) }
    return true
  }

  /// Forgets the calls with chosen tags; late replies to them are dropped.
  public mutating func cancel(where isChosen: (UInt64) -> Bool) {
    calls.removeAll { isChosen($0.tag) }
  }

  /// Forgets all calls.
  public mutating func cancelAll() { calls.removeAll() }

  // MARK: The connection

  /// A new connection is established: all calls are sent on it.
  public mutating func connected(now: Instant) {
    isConnected = true
    isBroken = false
    lastHeard = now
    assembler.reset()
    recordBegan = nil
    output.removeAll()
    outputStart = 0
    for index in calls.indices {
      if calls[index].isSent {
        calls[index].wasRepeated = true
        counters.repeated &+= 1
      }
      calls[index].isSent = true
      calls[index].sentAt = now
      send(calls[index].record)
    }
  }

  /// The connection is lost; calls are kept for the next one.
  public mutating func disconnected(now: Instant) {
    isConnected = false
    isBroken = false
    assembler.reset()
    recordBegan = nil
    output.removeAll()
    outputStart = 0
  }

  private mutating func send(_ record: [UInt8]) {
    if outputStart > 0, outputStart * 2 >= output.count {
      output.removeFirst(bytes: outputStart)
      outputStart = 0
    }
    output.append(copying: record.span)
  }

  /// A reset, when the stream is malformed or dead.
  public func disposal(_ stream: Int) -> StreamDisposal { isBroken ? .reset : .stayOpen }

  /// Bytes to be sent.
  public var outputCount: Int { output.count - outputStart }

  /// Lends the bytes to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(output.span.extracting(outputStart..<output.count))
  }

  /// Removes `count` bytes that were sent from the output.
  public mutating func sent(_ count: Int) {
    outputStart += min(max(count, 0), outputCount)
    if outputStart == output.count {
      output.removeAll(keepingCapacity: output.capacity <= 4096)
      outputStart = 0
    }
  }

  /// Processes received bytes up to the end of a record. Call `nextAnswer` before passing the rest.
  ///
  /// - Returns: the number of bytes processed.
  public mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    guard isConnected, !isBroken else { return bytes.count }
    lastHeard = now
    do throws(RecordAssembler.TooLong) {
      let count = try assembler.consume(bytes)
      recordBegan = assembler.isInside ? recordBegan ?? now : nil
      return count
    } catch {
      breakOff()
      return bytes.count
    }
  }

  /// Whether a complete record waits for `nextAnswer`.
  public var hasRecord: Bool { assembler.isComplete }

  /// The answer in the complete record; nil if there is none, or it matches no call.
  public mutating func nextAnswer() -> Answer? {
    guard !isBroken, let record = assembler.nextRecord() else { return nil }
    do throws(XDRError) {
      let reply = try RPCReply(record)
      guard let index = calls.firstIndex(where: { $0.xid == reply.xid }) else {
        counters.unknownReplies &+= 1
        return nil
      }
      let call = calls.remove(at: index)
      silences = 0
      return Answer(tag: call.tag, reply: reply, wasRepeated: call.wasRepeated)
    } catch {
      breakOff()
      return nil
    }
  }

  /// The stream violates the protocol: the connection must be closed.
  public mutating func breakOff() {
    counters.malformedRecords &+= 1
    isBroken = true
  }

  // MARK: Time

  /// When to call `timePassed`; `never` for never.
  public var deadline: Instant {
    guard isConnected, !isBroken, !calls.isEmpty else { return .never }
    var first = min(silenceEnd, recordEnd)
    for call in calls { first = min(first, call.sentAt + settings.retransmitTime) }
    return first
  }

  /// Handles timeouts; call it at `deadline`.
  public mutating func timePassed(now: Instant) {
    guard isConnected, !isBroken, !calls.isEmpty else { return }
    if now >= recordEnd { return breakOff() }
    if now >= silenceEnd {
      silences = min(silences + 1, 3)
      isBroken = true
      return
    }
    // A full output means that the server does not read; sending again would not help.
    for index in calls.indices where now >= calls[index].sentAt + settings.retransmitTime {
      calls[index].sentAt = now
      guard outputCount == 0 || outputCount < settings.recordLimit else { continue }
      calls[index].wasRepeated = true
      counters.repeated &+= 1
      send(calls[index].record)
    }
  }

  private var silenceEnd: Instant { lastHeard + (1 &<< silences) * settings.silenceTime }
  private var recordEnd: Instant { recordBegan.map { $0 + settings.recordTime } ?? .never }
}

#if !hasFeature(Embedded)
  extension RPCClient {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      if calls.count > settings.callLimit { return "\(calls.count) calls are in flight" }
      if Set(calls.map(\.xid)).count != calls.count { return "two calls have one number" }
      if outputStart < 0 || outputStart > output.count { return "output starts at \(outputStart)" }
      if !isConnected, !output.isEmpty { return "output without a connection" }
      if isConnected, calls.contains(where: { !$0.isSent }) { return "a call was not sent" }
      if silences > 3 { return "\(silences) silences" }
      if isConnected, !isBroken, (recordBegan != nil) != assembler.isInside {
        return "the start of the incomplete record"
      }
      return isBroken ? nil : assembler.checkInvariants()
    }
  }
#endif
