// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Streams
import Time

/// A client of one NFS export: concurrent operations on files and paths, caches of attributes, names and data, and
/// read-ahead. It performs no I/O and has no clock.
///
/// Usage: `start` requests; after each event, call `nextCompletion` until it returns nil and do what `nextAction` says;
/// report events of the connection; call `timePassed` at `deadline`. Each request completes exactly once, after
/// `ClientSettings.operationTime` at the latest.
public struct NFSClient: StreamClient, Sendable {
  /// The limits this client was made with.
  public let settings: ClientSettings
  /// Path of a folder of the export. Links inside it that lead out of it fail with `noEntry`. Empty for no confinement.
  public var confinement: [UInt8] = []
  var session: NFSSession
  var operations: [Operation?]
  var generations: [UInt32]
  var attributes: AttributeCache
  var names: NameCache
  var blocks: BlockCache
  var readers: SequentialReaders
  var blockSize: UInt64
  private var completions: [FileCompletion] = []
  private var completionStart = 0
  private var knownGeneration: UInt64 = 0
  private var knowsSizes = false
  private var knownRefusals: UInt64 = 0
  // Of each operation; `never` if there is none.
  private var deadlines: [Instant]
  // Whether the operation may wait for blocks.
  var waitsForBlocks: [Bool]
  // Whether any operation has a pending call, any operation waits for a mount, any block has a pending call, and any
  // read found no free block. They save a search of all operations and blocks at each event.
  var callsWait = false
  var rootsWait = false
  var blocksWait = false
  var readsWait = false
  /// READ calls sent for the data cache.
  public internal(set) var blockReads: UInt64 = 0
  /// READ calls that were read-ahead.
  public internal(set) var blockReadsAhead: UInt64 = 0

  /// Bytes in the data cache.
  public var cachedByteCount: Int { blocks.byteCount }

  /// A client that is not connected yet; see `connect`.
  public init(_ sessionSettings: SessionSettings, _ settings: ClientSettings = ClientSettings()) {
    self.settings = settings
    session = NFSSession(sessionSettings)
    operations = [Operation?](repeating: nil, count: settings.operationLimit)
    generations = [UInt32](repeating: 0, count: settings.operationLimit)
    waitsForBlocks = [Bool](repeating: false, count: settings.operationLimit)
    deadlines = [Instant](repeating: .never, count: settings.operationLimit)
    attributes = AttributeCache(capacity: settings.attributeCount)
    names = NameCache(capacity: settings.nameCount)
    blocks = BlockCache(capacity: settings.blockCount, byteLimit: settings.blockBytes)
    readers = SequentialReaders(capacity: 64)
    blockSize = Self.powerOfTwo(session.readSize)
  }

  private static func powerOfTwo(_ size: UInt32) -> UInt64 {
    var power: UInt64 = 512
    while power * 2 <= UInt64(size) { power *= 2 }
    return power
  }

  // MARK: Requests

  /// Whether `start` accepts another request.
  public var hasRoom: Bool { operationCount < settings.operationLimit }
  /// Requests in progress.
  public private(set) var operationCount = 0

  /// Starts a request, whose completion carries `tag`.
  ///
  /// - Returns: false if too many requests are in progress.
  public mutating func start(_ request: FileRequest, tag: UInt64, now: Instant) -> Bool {
    guard let index = operations.indices.first(where: { operations[$0] == nil }) else {
      return false
    }
    operationCount += 1
    generations[index] &+= 1
    var time = settings.operationTime
    if case .mount = request { time = min(time, settings.mountTime) }
    operations[index] = Operation(tag: tag, request)
    deadlines[index] = now + time
    begin(index, now)
    return true
  }

  /// The next completed request, or nil.
  public mutating func nextCompletion() -> FileCompletion? {
    guard completionStart < completions.count else {
      completions.removeAll(keepingCapacity: true)
      completionStart = 0
      return nil
    }
    completionStart += 1
    return completions[completionStart - 1]
  }

  mutating func complete(_ index: Int, _ result: FileResult) {
    guard let tag = operations[index]?.tag else { return }
    completions.append(FileCompletion(tag: tag, result: result))
    operations[index] = nil
    waitsForBlocks[index] = false
    deadlines[index] = .never
    operationCount -= 1
  }

  mutating func fail(_ index: Int, _ error: FileError) { complete(index, .failed(error)) }
  /// Fails with a status. A success that lacks its results is a protocol violation.
  mutating func fail(_ index: Int, _ status: NFSStatus) {
    fail(index, status == .ok ? .protocolViolation : .server(status))
  }

  // MARK: The session

  /// Whether the root of the export is known.
  public var isMounted: Bool { session.root != nil }
  /// Whether the export is mounted and connected.
  public var isReady: Bool { session.isReady }
  /// Path of the export on the server.
  public var exportPath: [UInt8] { session.settings.exportPath }
  /// Whether a call to the mounted files has succeeded.
  public var isServing: Bool { session.isServing }
  /// Why the export cannot be used, or nil.
  public var trouble: NFSSession.Trouble? { session.trouble }
  /// Connections and mounts so far.
  public var sessionCounters: NFSSession.Counters { session.counters }

  /// Starts to connect and mount.
  public mutating func connect(now: Instant) { session.start(now: now) }

  /// What to do with the connection; ask until nil.
  public mutating func nextAction(now: Instant) -> StreamAction? {
    session.nextAction(now: now)
  }

  /// The connection that was asked for last is established.
  public mutating func connected(now: Instant) {
    session.connected(now: now)
    resumeWork(now)
  }

  /// The connection was lost, or could not be established.
  public mutating func disconnected(now: Instant) {
    session.disconnected(now: now)
    resumeWork(now)
  }

  /// Processes received bytes: all of them.
  @discardableResult
  public mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    var index = 0
    while index < bytes.count {
      let count = session.receive(bytes.extracting(index..<bytes.count), now: now)
      index += count
      if session.hasRecord, let answer = session.nextAnswer(now: now) {
        handle(answer, now)
      } else if count == 0 {
        break
      }
    }
    resumeWork(now)
    return bytes.count
  }

  /// Bytes to be sent.
  public var outputCount: Int { session.outputCount }
  /// Lends the bytes to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    session.withOutput(body)
  }
  /// Removes `count` bytes that were sent from the output.
  public mutating func sent(_ count: Int) { session.sent(count) }

  // MARK: Time

  /// When to call `timePassed`; `never` for never.
  public var deadline: Instant {
    var first = session.deadline
    for deadline in deadlines { first = min(first, deadline) }
    if callsWait {
      for index in operations.indices where operations[index]?.pending != nil {
        if let time = operations[index]?.retryAt, time > .start { first = min(first, time) }
      }
    }
    if blocksWait {
      for block in blocks.blocks where block.wantsCall && block.until > .start {
        first = min(first, block.until)
      }
    }
    return first
  }

  /// Handles timeouts; call it at `deadline`.
  public mutating func timePassed(now: Instant) {
    session.timePassed(now: now)
    for index in deadlines.indices where deadlines[index] <= now && operations[index] != nil {
      session.cancel(tag: tag(of: index))
      fail(index, .timedOut)
    }
    resumeWork(now)
  }

  // MARK: Calls

  private static var blockBit: UInt64 { 1 << 55 }

  /// Tag of the calls of an operation: its index and generation.
  func tag(of index: Int) -> UInt64 {
    UInt64(index) | UInt64(generations[index] & 0x3f_ffff) << 24
  }

  func blockTag(of index: Int) -> UInt64 {
    UInt64(index) | UInt64(blocks.blocks[index].generation & 0x3f_ffff) << 24 | Self.blockBit
  }

  /// Issues an operation's next call, or keeps it until the session has room.
  mutating func issue(_ index: Int, _ call: NFSCall, _ now: Instant) {
    if session.call(call, tag: tag(of: index), now: now) {
      operations[index]?.pending = nil
    } else {
      operations[index]?.pending = call
      operations[index]?.retryAt = .start
      callsWait = true
    }
  }

  private mutating func handle(_ answer: NFSSession.Answer, _ now: Instant) {
    let index = Int(answer.tag & 0xff_ffff)
    if answer.tag & Self.blockBit != 0 {
      guard blocks.blocks.indices.contains(index), blockTag(of: index) == answer.tag else { return }
      handleBlockAnswer(index, answer, now)
      return
    }
    guard operations.indices.contains(index), tag(of: index) == answer.tag,
      let operation = operations[index]
    else { return }
    guard let result = answer.result else { return fail(index, .protocolViolation) }
    if result.status == .jukebox, let call = repeatedCall(operation) {
      operations[index]?.pending = call
      operations[index]?.retryAt = now + settings.busyTime
      callsWait = true
      return
    }
    proceed(index, result, wasRepeated: answer.wasRepeated, now)
  }

  /// Resumes operations after an event: after a mount, and calls that waited for room or a time.
  mutating func resumeWork(_ now: Instant) {
    if session.generation != knownGeneration {
      knownGeneration = session.generation
      knowsSizes = false
      attributes.removeAll()
      names.removeAll()
      blocks.removeAll()
    }
    if !knowsSizes, session.information != nil {
      knowsSizes = true
      changeBlockSize(Self.powerOfTwo(session.readSize), now)
    }
    if rootsWait, session.root != nil {
      rootsWait = false
      for index in operations.indices where operations[index]?.stage == .root {
        begin(index, now)
      }
    }
    if session.refusals != knownRefusals {
      knownRefusals = session.refusals
      failMounts()
    }
    if callsWait, session.hasRoom { retryCalls(now) }
    retryBlocks(now)
  }

  /// The server refused the mount. Requests for the mount alone fail at once; the others wait for further attempts.
  private mutating func failMounts() {
    for index in operations.indices where operations[index]?.stage == .root {
      if case .mount = operations[index]?.request { fail(index, .refused) }
    }
  }

  private mutating func retryCalls(_ now: Instant) {
    callsWait = false
    for index in operations.indices where operations[index]?.pending != nil {
      guard let call = operations[index]?.pending, let time = operations[index]?.retryAt else {
        continue
      }
      if time <= now, session.hasRoom { issue(index, call, now) } else { callsWait = true }
    }
  }
}

#if !hasFeature(Embedded)
  extension NFSClient {
    /// What is inconsistent in this state, or nil; for tests.
    ///
    /// - Parameter includingCaches: whether to search the caches too, which takes most of the time.
    public func checkInvariants(includingCaches: Bool = true) -> String? {
      if completionStart > completions.count { return "completions start at \(completionStart)" }
      if operations.count(where: { $0 != nil }) != operationCount {
        return "\(operationCount) operations are counted"
      }
      for (index, operation) in operations.enumerated() {
        guard let operation else {
          if deadlines[index] != .never || waitsForBlocks[index] { return "no operation \(index)" }
          continue
        }
        if operation.pending != nil, !callsWait {
          return "a call of operation \(index) is forgotten"
        }
        if operation.stage == .root, !rootsWait { return "operation \(index) misses the mount" }
        guard operation.stage == .blocks, case .read(let file, _, _) = operation.request else {
          continue
        }
        if !waitsForBlocks[index] { return "operation \(index) is not woken by blocks" }
        let isLoading = blocks.blocks.contains { $0.state == .loading && $0.file == file }
        if !isLoading, !readsWait { return "operation \(index) waits for blocks that never come" }
      }
      if !blocksWait, blocks.blocks.contains(where: { $0.wantsCall }) {
        return "a block's call is forgotten"
      }
      guard includingCaches else { return session.checkInvariants() }
      return blocks.checkInvariants() ?? attributes.checkInvariants() ?? names.checkInvariants()
        ?? session.checkInvariants()
    }
  }
#endif
