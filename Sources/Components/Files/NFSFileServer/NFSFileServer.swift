// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFS
import Rings

/// The LionsOS file protocol's server over an NFS client: commands from a queue, answers to another,
/// data through the share. Whatever the client does, the server lives; a client whose queue indices
/// make no sense is left alone from then on, and counted.
///
/// Use: `serve` after every event; it says whether to notify the client. The NFS client's own events
/// go to `nfs`.
public struct NFSFileServer: ~Copyable {
  enum Open: Sendable {
    case file(FileHandle, FileCommand.OpenFlags)
    case directory(names: [[UInt8]], next: Int)
  }

  /// A command that waits for the NFS client.
  struct Pending: Sendable {
    var id: UInt64
    var command: FileCommand
    /// Bytes of its data that are held.
    var dataCount: Int
    /// When it was asked for.
    let started: UInt64
    /// Bytes of a read or write that are done.
    var done: UInt64 = 0
  }

  public struct Counters: Equatable, Sendable {
    public var commands: UInt64 = 0
    /// Answered without asking the server: malformed, or out of place.
    public var refusals: UInt64 = 0
    public var faults: UInt64 = 0
  }

  /// Data of a write that is held at a time; a longer one goes on piece by piece.
  static var writeLimit: UInt64 { 65_536 }
  /// Entries of all open directories together.
  static var entryLimit: Int { 16_384 }
  /// Data of all writes that are on their way; further commands wait in the queue.
  static var writesLimit: Int { 2 << 20 }

  public var nfs: NFSClient
  private var commands: RingConsumer<FileQueue>
  private var completions: RingProducer<FileQueue>
  let share: SharedRegion
  var descriptors = DescriptorTable<Open>()
  var pending: [Pending?]
  var pendingCount: Int { pending.count - freePlaces.count }
  private var freePlaces: [Int]
  // Ids below the queue's length, which honest clients keep to.
  private var smallIDs: [Bool]
  var entryCount = 0
  private var writesCount = 0
  /// From INITIALISE to DEINITIALISE.
  var isInitialised = false
  private var isMounting = false
  /// It knows the statuses that only Serval has.
  var clientIsServal = false
  private var hasAnswers = false
  /// The client's queues make no sense: nothing of it is looked at any more.
  public private(set) var isQuarantined = false
  public private(set) var counters = Counters()

  public init(
    _ nfs: NFSClient, commands: Ring<FileQueue>, completions: Ring<FileQueue>, share: SharedRegion
  ) {
    self.nfs = nfs
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

  /// Takes commands, gives answers; whether the client has to be notified.
  public mutating func serve(now: UInt64) -> Bool {
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

  private mutating func handleAnswers(_ now: UInt64) throws(PeerFault) {
    while let completion = nfs.nextCompletion() {
      guard let place = Int(exactly: completion.tag), pending.indices.contains(place),
        var entry = pending[place]
      else { continue }
      writesCount -= entry.dataCount
      // Not for ever, however little at a time a server gives: each part may take as long once more.
      if let rest = continuation(&entry, completion.result),
        now &- entry.started < nfs.settings.operationTime,
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

  // A command is taken only with room for its answer, so that this never finds the queue full.
  private mutating func give(_ answer: FileAnswer) throws(PeerFault) {
    guard !isQuarantined else { return }
    _ = try completions.enqueue(answer.message)
    hasAnswers = true
  }

  private mutating func startCommands(_ now: UInt64) throws(PeerFault) {
    guard !isQuarantined else { return }
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
    return pending.contains { $0?.id == id }
  }

  private mutating func refuse(_ id: UInt64, _ status: FileStatus) throws(PeerFault) {
    counters.refusals &+= 1
    try give(FileAnswer(id: id, status: status))
  }

  // MARK: Waiting commands

  /// Asks the NFS client; the answer comes later.
  mutating func ask(_ id: UInt64, _ command: FileCommand, _ request: FileRequest, _ now: UInt64)
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
      let ids = Set(pending.compactMap { $0?.id })
      for (id, isUsed) in smallIDs.enumerated() where ids.contains(UInt64(id)) != isUsed {
        return "command \(id) is in flight, or not"
      }
      return descriptors.checkInvariants() ?? nfs.checkInvariants()
    }
  }
#endif
