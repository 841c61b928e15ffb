// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFS
import Rings
import Time

/// A server of the LionsOS file protocol on top of an NFS client. Commands and answers go through queues, data through
/// the share. The server trusts nothing that its client writes; a client whose queue indices are impossible is ignored
/// from then on.
///
/// Usage: call `serve` after each event, and notify the client if it returns true. Report events of the NFS connection
/// to `nfs`.
public struct NFSFileServer: ~Copyable {
  enum Open: Sendable {
    case file(FileHandle, FileCommand.OpenFlags)
    case directory(names: [[UInt8]], next: Int)
  }

  /// A command in progress.
  struct Pending: Sendable {
    var id: UInt64
    var command: FileCommand
    /// Size of the write data that it holds, in bytes.
    var dataCount: Int
    /// When the command was received.
    let started: Instant
    /// Bytes read or written so far.
    var done: UInt64 = 0
    /// Whether the client that sent it is gone, and its buffers with it.
    var isOrphan = false
  }

  /// Statistics since the start.
  public struct Counters: Equatable, Sendable {
    /// Commands received.
    public var commands: UInt64 = 0
    /// Commands refused without asking the NFS server.
    public var refusals: UInt64 = 0
    /// Impossible queue indices of the client.
    public var faults: UInt64 = 0
  }

  /// Maximum size of one WRITE; longer commands are split.
  static var writeLimit: UInt64 { 65_536 }
  /// Maximum number of entries of all open directories together.
  static var entryLimit: Int { 16_384 }
  /// Maximum data of all writes in progress. Commands beyond it wait in the queue.
  static var writesLimit: Int { 2 << 20 }

  /// The NFS client, whose events the user reports to it.
  public var nfs: NFSClient
  private let queues: (commands: Ring<FileQueue>, completions: Ring<FileQueue>)
  private var commands: RingConsumer<FileQueue>
  private var completions: RingProducer<FileQueue>
  let share: SharedRegion
  var descriptors = DescriptorTable<Open>()
  var pending: [Pending?]
  var pendingCount: Int { pending.count - freePlaces.count }
  private var freePlaces: [Int]
  // IDs in use below the length of the queue; honest clients use no others.
  private var smallIDs: [Bool]
  var entryCount = 0
  private var writesCount = 0
  /// From INITIALISE to DEINITIALISE.
  var isInitialised = false
  private var isMounting = false
  /// Whether the client knows Serval's own statuses.
  var clientIsServal = false
  private var hasAnswers = false
  // Whether the client begins again: its queues and the share are not used.
  private var isAway = false
  /// Whether the client is ignored because its queue indices were impossible.
  public private(set) var isQuarantined = false
  /// Statistics since the start.
  public private(set) var counters = Counters()

  /// A server for the client at the other end of the queues.
  public init(
    _ nfs: NFSClient, commands: Ring<FileQueue>, completions: Ring<FileQueue>, share: SharedRegion
  ) {
    self.nfs = nfs
    queues = (commands, completions)
    self.commands = RingConsumer(commands)
    self.completions = RingProducer(completions)
    self.share = share
    pending = [Pending?](repeating: nil, count: FileQueue.capacity)
    smallIDs = [Bool](repeating: false, count: FileQueue.capacity)
    freePlaces = []
    for place in stride(from: FileQueue.capacity - 1, through: 0, by: -1) {
      freePlaces.append(place)
    }
  }

  /// The client begins again: its files are closed, and its commands have no answer. Its queues and the share are not used until
  /// `reconnect`.
  public mutating func disconnect() {
    isAway = true
    for place in pending.indices { pending[place]?.isOrphan = true }
    for id in smallIDs.indices { smallIDs[id] = false }
    descriptors.closeAll()
    entryCount = 0
    (isInitialised, isMounting, clientIsServal) = (false, false, false)
  }

  /// Uses the queues, which are empty, from the beginning.
  public mutating func reconnect() {
    commands = RingConsumer(queues.commands)
    completions = RingProducer(queues.completions)
    isAway = false
    isQuarantined = false
  }

  /// Processes commands and sends answers.
  ///
  /// - Returns: whether the client has to be notified.
  public mutating func serve(now: Instant) -> Bool {
    hasAnswers = false
    do throws(PeerFault) {
      try handleAnswers(now)
      try startCommands(now)
      try handleAnswers(now)
    } catch {
      isQuarantined = true
      counters.faults &+= 1
    }
    if hasAnswers { completions.publish() }
    return hasAnswers
  }

  private mutating func handleAnswers(_ now: Instant) throws(PeerFault) {
    while let completion = nfs.nextCompletion() {
      guard let place = Int(exactly: completion.tag), pending.indices.contains(place),
        var entry = pending[place]
      else { continue }
      writesCount -= entry.dataCount
      if entry.isOrphan {
        pending[place] = nil
        freePlaces.append(place)
        continue
      }
      // Each part has a timeout of its own, so the total is bounded here.
      if let rest = continuation(&entry, completion.result),
        now - entry.started < nfs.settings.operationTime,
        nfs.start(rest, tag: UInt64(place), now: now)
      {
        entry.dataCount = rest.heldCount
        writesCount += entry.dataCount
        pending[place] = entry
        continue
      }
      pending[place] = nil
      freePlaces.append(place)
      if entry.id < UInt64(smallIDs.count) { smallIDs[Int(entry.id)] = false }
      let answer = finish(entry, completion.result)
      try give(answer)
    }
  }

  // `startCommands` reserves room for each answer, so the queue is never full here.
  private mutating func give(_ answer: FileAnswer) throws(PeerFault) {
    guard !isQuarantined else { return }
    _ = try completions.enqueue(answer.message)
    hasAnswers = true
  }

  private mutating func startCommands(_ now: Instant) throws(PeerFault) {
    guard !isQuarantined, !isAway else { return }
    while nfs.hasRoom, writesCount < Self.writesLimit, try completions.free() > pendingCount,
      let message = try commands.dequeue()
    {
      commands.release()
      counters.commands &+= 1
      let id = message[0]
      if isInUse(id) {
        try refuse(id, .invalidCommand)
        continue
      }
      switch FileCommand.parse(message, share: UInt64(share.byteCount)) {
      case .refused(let status): try refuse(id, status)
      case .command(let command):
        if let answer = begin(id, command, now) { try give(answer) }
      }
    }
  }

  private func isInUse(_ id: UInt64) -> Bool {
    if id < UInt64(smallIDs.count) { return smallIDs[Int(id)] }
    guard pendingCount > 0 else { return false }
    return pending.contains { $0?.id == id && $0?.isOrphan == false }
  }

  private mutating func refuse(_ id: UInt64, _ status: FileStatus) throws(PeerFault) {
    counters.refusals &+= 1
    try give(FileAnswer(id: id, status: status))
  }

  // MARK: Waiting commands

  /// Starts a request of the NFS client; its completion answers the command.
  mutating func ask(_ id: UInt64, _ command: FileCommand, _ request: FileRequest, _ now: Instant)
    -> FileAnswer?
  {
    guard let place = freePlaces.last, nfs.start(request, tag: UInt64(place), now: now) else {
      return FileAnswer(id: id, status: .allocationError)
    }
    freePlaces.removeLast()
    writesCount += request.heldCount
    pending[place] = Pending(
      id: id, command: command, dataCount: request.heldCount, started: now)
    if id < UInt64(smallIDs.count) { smallIDs[Int(id)] = true }
    return nil
  }

  mutating func refusal(_ id: UInt64, _ status: FileStatus) -> FileAnswer {
    counters.refusals &+= 1
    return FileAnswer(id: id, status: status)
  }

  mutating func setMounting(_ value: Bool) { isMounting = value }
  var isBusyMounting: Bool { isMounting }
}

extension FileRequest {
  /// Bytes of data that a request holds.
  fileprivate var heldCount: Int {
    if case .write(_, _, let data) = self { data.count } else { 0 }
  }
}

#if !hasFeature(Embedded)
  extension NFSFileServer {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      if Set(freePlaces).count != freePlaces.count { return "a place is free twice" }
      for (place, entry) in pending.enumerated() where freePlaces.contains(place) != (entry == nil)
      {
        return "place \(place) is both free and taken, or neither"
      }
      if pending.reduce(0, { $0 + ($1?.dataCount ?? 0) }) != writesCount { return "data of writes" }
      let ids = Set(pending.compactMap { $0?.isOrphan == false ? $0?.id : nil })
      for (id, isUsed) in smallIDs.enumerated() where ids.contains(UInt64(id)) != isUsed {
        return "command \(id) is in flight, or not"
      }
      return descriptors.checkInvariants() ?? nfs.checkInvariants()
    }
  }
#endif
