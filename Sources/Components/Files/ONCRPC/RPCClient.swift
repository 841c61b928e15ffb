// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import XDR

/// Calls in flight to one server over one TCP connection at a time. It does no I/O and has no
/// clock. When the connection is lost, calls stay; they go out again on the next.
///
/// Memory: `callLimit` calls as they were written, once more those that have not been sent yet, and
/// one record of up to `recordLimit` bytes.
public struct RPCClient: Sendable {
  public struct Settings: Equatable, Sendable {
    /// Calls in flight at most.
    public var callLimit = 64
    /// Bytes of a reply at most.
    public var recordLimit = 1 << 17
    /// Without an answer for so long, a call is sent again. Servers answer a call that they have
    /// done already from their memory, as it carries the same number.
    public var retransmitTime: UInt64 = 10_000_000_000
    /// Without one byte for so long while calls wait, the connection is taken for dead. The time
    /// doubles, up to eight times, until an answer comes: the server may only be slow.
    public var silenceTime: UInt64 = 7_000_000_000
    /// A record that is not complete so long after its first byte: its length was a lie, and swallows the answers
    /// that follow.
    public var recordTime: UInt64 = 20_000_000_000

    public init() {}
  }

  /// What became of a call.
  public struct Answer: Sendable {
    public var tag: UInt64
    public var reply: RPCReply
    /// The server may have done it twice: the first time with an answer that was lost.
    public var wasRepeated: Bool
  }

  /// Counted for the console and for tests.
  public struct Counters: Equatable, Sendable {
    public var repeated: UInt64 = 0
    /// Replies to no call: late ones, or invented.
    public var unknownReplies: UInt64 = 0
    public var malformedRecords: UInt64 = 0
  }

  private struct Call: Sendable {
    var xid: UInt32
    var tag: UInt64
    var record: [UInt8]
    var sentAt: UInt64
    var isSent: Bool
    var wasRepeated: Bool
  }

  private let settings: Settings
  private var nextXID: UInt32
  private var calls: [Call] = []
  private var assembler: RecordAssembler
  private var output: [UInt8] = []
  private var outputStart = 0
  private var lastHeard: UInt64 = 0
  // When the record began that is not complete yet.
  private var recordBegan: UInt64?
  // Times that the silence was too long since the last answer.
  private var silences: UInt64 = 0
  public private(set) var isConnected = false
  /// The stream makes no sense any more, or is silent: drop the connection.
  public private(set) var isBroken = false
  public private(set) var counters = Counters()

  /// - Parameter firstXID: should differ from start to start, so that a server does not take new
  ///   calls for repeated ones.
  public init(_ settings: Settings, firstXID: UInt32) {
    self.settings = settings
    nextXID = firstXID
    assembler = RecordAssembler(limit: settings.recordLimit)
  }

  public var callCount: Int { calls.count }
  public var hasRoom: Bool { calls.count < settings.callLimit }

  /// Makes a call, which goes out now or with the next connection. False where too many are in
  /// flight.
  public mutating func call(
    _ procedure: Procedure, _ credentials: Credentials, tag: UInt64, now: UInt64,
    _ arguments: (inout XDRWriter) -> Void
  ) -> Bool {
    guard hasRoom else { return false }
    let xid = nextXID
    nextXID &+= 1
    let record = RPCCall(xid: xid, procedure, credentials, arguments).record
    // Silence counts from the first call that waits.
    if calls.isEmpty { lastHeard = now }
    calls.append(
      Call(
        xid: xid, tag: tag, record: record, sentAt: now, isSent: isConnected, wasRepeated: false))
    if isConnected { send(record) }
    return true
  }

  /// Forgets the calls whose tags are chosen; answers to them go nowhere.
  public mutating func cancel(where isChosen: (UInt64) -> Bool) {
    calls.removeAll { isChosen($0.tag) }
  }

  public mutating func cancelAll() { calls.removeAll() }

  // MARK: The connection

  public mutating func connected(now: UInt64) {
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

  public mutating func disconnected() {
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

  public var outputCount: Int { output.count - outputStart }

  /// Shows what is to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(output.span.extracting(outputStart..<output.count))
  }

  public mutating func sent(_ count: Int) {
    outputStart += min(max(count, 0), outputCount)
    if outputStart == output.count {
      output.removeAll(keepingCapacity: output.capacity <= 4096)
      outputStart = 0
    }
  }

  /// Takes bytes up to the end of a record; returns how many. When fewer than given, `nextAnswer`
  /// has to be asked before the rest is taken.
  public mutating func receive(_ bytes: Span<UInt8>, now: UInt64) -> Int {
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

  /// Whether a record is complete, which `nextAnswer` will look at.
  public var hasRecord: Bool { assembler.isComplete }

  /// The answer in the record that is complete; nil where none is, or it answers nothing.
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

  /// What came is not what the protocol says: whatever follows is worth nothing.
  public mutating func breakOff() {
    counters.malformedRecords &+= 1
    isBroken = true
  }

  // MARK: Time

  /// When `timePassed` has something to do; the largest number is never.
  public var deadline: UInt64 {
    guard isConnected, !isBroken, !calls.isEmpty else { return .max }
    var first = min(silenceEnd, recordEnd)
    for call in calls { first = min(first, sum(call.sentAt, settings.retransmitTime)) }
    return first
  }

  public mutating func timePassed(now: UInt64) {
    guard isConnected, !isBroken, !calls.isEmpty else { return }
    if now >= recordEnd { return breakOff() }
    if now >= silenceEnd {
      silences = min(silences + 1, 3)
      isBroken = true
      return
    }
    // While bytes wait to be sent, more of them help nobody.
    for index in calls.indices where now >= sum(calls[index].sentAt, settings.retransmitTime) {
      calls[index].sentAt = now
      guard outputCount == 0 || outputCount < settings.recordLimit else { continue }
      calls[index].wasRepeated = true
      counters.repeated &+= 1
      send(calls[index].record)
    }
  }

  private var silenceEnd: UInt64 { sum(lastHeard, settings.silenceTime &<< silences) }
  private var recordEnd: UInt64 { recordBegan.map { sum($0, settings.recordTime) } ?? .max }

  private func sum(_ start: UInt64, _ time: UInt64) -> UInt64 {
    let (sum, overflow) = start.addingReportingOverflow(time)
    return overflow ? .max : sum
  }
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
