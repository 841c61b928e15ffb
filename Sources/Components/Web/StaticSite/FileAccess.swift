// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import Rings

/// A file system server as many exchanges of a web server use it at a time: commands with tickets,
/// buffers of a pool, and no more open files than the server has room for.
///
/// Memory: the share's, and a ticket for each of 511 commands.
public final class FileAccess {
  enum State: Equatable { case idle, starting, ready }

  let share: SharedRegion
  private var client: FileSystemClient
  // For data; and for paths and what is known of files, which are held only as long as a command is on its way, so
  // that no reader, however slow, keeps others from looking at files.
  private var pool: SharePool
  private var slots: SharePool
  private var tickets: [FileTicket?]
  private var closing: [FileCommand] = []
  private var openCount = 0
  // Connections that found no room; of those that were called since, which have not heard of it yet.
  private var line = WaitingLine()
  private var called = WaitingLine()
  // Connections with answers.
  private var ready: [Int] = []
  private(set) var state = State.idle
  /// Times that INITIALISE failed: those who waited for it give up.
  private(set) var failures: UInt64 = 0
  /// The server's queue made no sense: it is not used any more.
  public private(set) var isBroken = false
  /// Why files were not to be had last; nil where the last one was.
  public private(set) var trouble: SiteTrouble?

  /// Of the server's 256, some are left to others.
  private static var openLimit: Int { 240 }
  /// Where the answer to STAT goes in a slot: behind the longest path.
  private static var statOffset: UInt64 { 4096 }
  private static var slotByteCount: UInt64 { 4352 }

  /// - Parameters:
  ///   - bufferByteCount: at least 8192.
  ///   - bufferLimit: buffers at most. One in 16 of them, and one at least, is cut up for paths; of what is left a
  ///     reader that is slow takes one, so that there should be as many as there are connections, and a third more.
  public init(
    commands: Ring<FileQueue>, completions: Ring<FileQueue>, share: SharedRegion,
    bufferByteCount: UInt64 = 32_768, bufferLimit: Int = 2044
  ) {
    client = FileSystemClient(commands: commands, completions: completions)
    self.share = share
    let size = max(bufferByteCount, 8192)
    let count = min(UInt64(share.byteCount) / size, UInt64(max(bufferLimit, 0)))
    let data = count - min(max(count / 16, 1), count)
    pool = SharePool(share: data * size, bufferByteCount: size, limit: bufferLimit)
    slots = SharePool(
      share: count * size, from: data * size, bufferByteCount: Self.slotByteCount,
      limit: FileQueue.capacity)
    bufferCount = pool.freeCount
    tickets = [FileTicket?](repeating: nil, count: FileSystemClient.commandLimit)
  }

  // Of each kind, what is kept between requests leaves most to those that are on their way.
  private static var keptFileLimit: Int { 64 }
  private let bufferCount: Int
  private var keptBuffers = 0
  private var keptFiles = 0

  /// Whether one more buffer may be kept with what is in it.
  var mayKeepBuffer: Bool { keptBuffers < bufferCount / 4 }
  var mayKeepFile: Bool { keptFiles < Self.keptFileLimit }

  /// Takes a done ticket's buffer out of circulation.
  func keepBuffer(of ticket: FileTicket) -> ShareBuffer? {
    guard mayKeepBuffer, let buffer = ticket.buffer else { return nil }
    ticket.buffer = nil
    keptBuffers += 1
    return buffer
  }

  func letGo(_ buffer: ShareBuffer) {
    keptBuffers -= 1
    pool.give(buffer)
    callOne()
  }

  func keepFile() { keptFiles += 1 }
  func letGoFile() { keptFiles -= 1 }

  var bufferByteCount: UInt64 { pool.bufferByteCount }
  public var freeBuffers: Int { pool.freeCount }
  public var openFiles: Int { openCount }

  // MARK: The queue

  /// Hands over what was submitted: whether the server has to be notified. To be asked after every
  /// event.
  public func publish() -> Bool {
    while let command = closing.last,
      submit(command, FileTicket(buffer: nil, connection: -1, closes: true))
    {
      closing.removeLast()
    }
    return client.publish()
  }

  /// Takes the answers that are there; `nextReady` says whom they are for.
  public func collect() {
    guard !isBroken else { return }
    do throws(PeerFault) {
      while let completion = try client.nextCompletion() { handle(completion) }
    } catch {
      giveUp()
    }
    // Without a command in flight nothing else would ever call them.
    if client.inFlight == 0 { callAll() }
  }

  /// A connection to wake: there is an answer for it, or room that it found none of. Nil when there
  /// is no more.
  public func nextReady() -> Int? { ready.popLast() ?? called.next() }

  /// A connection is gone: what it waited for is the next one's.
  public func forget(_ connection: Int) {
    line.remove(connection)
    if called.remove(connection) { callOne() }
  }

  private func giveUp() {
    isBroken = true
    trouble = .brokenServer
    for ticket in tickets {
      if let ticket { ready.append(ticket.connection) }
    }
    callAll()
  }

  /// Notes that a connection found no room.
  func want(_ connection: Int) { line.add(connection) }

  // One place that was freed is news for one.
  private func callOne() {
    if let connection = line.next() { called.add(connection) }
  }

  private func callAll() { while !line.isEmpty { callOne() } }

  private func handle(_ completion: FileSystemClient.Completion) {
    guard let ticket = tickets[completion.number] else { return }
    tickets[completion.number] = nil
    callOne()
    if ticket.connection >= 0 { ready.append(ticket.connection) }
    ticket.state = .done(completion.status, completion.value)
    // What is open counts until the server has said that it is not.
    if ticket.closes || ticket.opens != .nothing && completion.status != .success {
      openCount -= 1
      callOne()
    }
    if ticket === starting { started(completion.status) }
    if ticket === asking { heard(completion) }
    if ticket.isAbandoned { letGo(ticket, completion.status, completion.value) }
    ticket.file = nil
  }

  /// Sends a command. False where too many are on their way; then `ticket` is still the caller's.
  func submit(_ command: FileCommand, _ ticket: FileTicket) -> Bool {
    guard hasRoom(for: ticket.connection, opens: ticket.opens != .nothing) else { return false }
    do throws(PeerFault) {
      guard let number = try client.submit(command) else {
        want(ticket.connection)
        return false
      }
      tickets[number] = ticket
    } catch {
      giveUp()
      return false
    }
    line.remove(ticket.connection)
    if ticket.opens != .nothing { openCount += 1 }
    return true
  }

  /// Whether `submit` would take a command now. Whoever hears no is woken when that may be other.
  func hasRoom(for connection: Int, opens: Bool) -> Bool {
    guard !isBroken, client.hasRoom, !opens || openCount < Self.openLimit else {
      want(connection)
      return false
    }
    return true
  }

  /// Nil when all are out; whoever hears that is woken when one is back.
  func allocateBuffer(for connection: Int) -> ShareBuffer? {
    let buffer = pool.allocate()
    if buffer == nil { want(connection) }
    return buffer
  }

  /// Whether somebody who has a buffer may have another: half of them are left to those who have none.
  var mayTakeAnother: Bool { pool.freeCount > bufferCount / 2 }

  /// Gives back the buffer of a ticket that is done.
  func end(_ ticket: FileTicket) {
    guard ticket.buffer != nil else { return }
    giveBack(ticket)
    callOne()
  }

  /// Gives back the buffer of a ticket that was never submitted: no news to anybody.
  func giveBack(_ ticket: FileTicket) {
    if let buffer = ticket.buffer {
      if slots.owns(buffer) { slots.give(buffer) } else { pool.give(buffer) }
    }
    ticket.buffer = nil
  }

  /// Nobody waits for `ticket` any more. Its buffer is the server's until it answers.
  func abandon(_ ticket: FileTicket) {
    ticket.isAbandoned = true
    guard case .done(let status, let value) = ticket.state else { return }
    letGo(ticket, status, value)
  }

  private func letGo(_ ticket: FileTicket, _ status: FileStatus, _ value: UInt64) {
    if status == .success { close(value, ticket.opens) }
    end(ticket)
  }

  func close(_ descriptor: UInt64, _ kind: FileTicket.Opens = .file) {
    switch kind {
    case .nothing: return
    case .file: closing.append(.close(descriptor))
    case .directory: closing.append(.closeDirectory(descriptor))
    }
  }

  // MARK: Looking at files

  /// Sends a command about a path. Nil where there is no room for it now.
  ///
  /// - Parameters:
  ///   - file: the open file that it is about.
  ///   - command: makes it of the path, and of room for a `FileStat`.
  func send(
    _ path: [UInt8], for connection: Int, opens: FileTicket.Opens = .nothing,
    file: OpenFile? = nil, _ command: (ShareBuffer, ShareBuffer) -> FileCommand
  ) -> FileTicket? {
    guard hasRoom(for: connection, opens: opens != .nothing) else { return nil }
    guard let slot = slots.allocate() else {
      want(connection)
      return nil
    }
    let ticket = FileTicket(buffer: slot, connection: connection, opens: opens, file: file)
    let name = ShareBuffer(offset: slot.offset, byteCount: UInt64(path.count))
    let stat = ShareBuffer(
      offset: slot.offset + Self.statOffset, byteCount: FileCommand.statByteCount)
    guard path.count <= Int(Self.statOffset), share.store(path.span, offset: slot.offset),
      submit(command(name, stat), ticket)
    else {
      giveBack(ticket)
      return nil
    }
    return ticket
  }

  /// Asks what an open file is now. Nil where there is no room to.
  func examine(_ file: OpenFile, for connection: Int) -> FileTicket? {
    let descriptor = file.descriptor
    return send(file.path, for: connection, file: file) {
      isServal ? .statOpen(descriptor, buffer: $1) : .stat(path: $0, buffer: $1)
    }
  }

  /// What a look has come to; the ticket gives back what it holds. Nil where there is no sense in it.
  func stat(_ ticket: FileTicket) -> FileStat? {
    guard let slot = ticket.buffer else { return nil }
    let offset = slot.offset + Self.statOffset
    let stat = share.withBytes(offset: offset, count: FileCommand.statByteCount) { FileStat($0) }
    end(ticket)
    return stat ?? nil
  }

  /// Notes what kept a visitor from a file; nil where nothing did.
  func report(_ trouble: SiteTrouble?) { self.trouble = trouble }

  // MARK: Mounting

  private var starting: FileTicket?
  private var asking: FileTicket?
  /// Links that are met behind this folder may not lead out of it; empty where all are followed.
  var confinement: [UInt8] = []

  /// The server is one of Serval's: it knows of open files what they are now, and has a status for each failure.
  /// LionsOS's NFS component answers `error` whatever went wrong, also where there is no such file; its FAT component
  /// does where a folder on the way is missing.
  private(set) var isServal = false

  /// Has the server mount its files, unless that is done or under way.
  func start() {
    guard state == .idle else { return }
    let ticket = FileTicket(buffer: confinement.isEmpty ? nil : pool.allocate(), connection: -1)
    var command = FileCommand.initialise
    if !confinement.isEmpty {
      // All buffers are free before the server has its files mounted.
      guard let buffer = ticket.buffer, share.store(confinement.span, offset: buffer.offset) else {
        return giveBack(ticket)
      }
      command = .initialiseConfined(
        folder: ShareBuffer(offset: buffer.offset, byteCount: UInt64(confinement.count)))
    }
    guard submit(command, ticket) else { return giveBack(ticket) }
    starting = ticket
    state = .starting
  }

  private func started(_ status: FileStatus) {
    if let starting { end(starting) }
    starting = nil
    if status == .success {
      report(nil)
      askWhoItIs()
      if asking == nil { become(.ready) }
    } else {
      report(.notMounted)
      failures &+= 1
      become(.idle)
    }
  }

  /// Asks of a file that is not open: what Serval's servers say to that, no other does.
  private func askWhoItIs() {
    asking = send([0x2f], for: -1) { .statOpen(.max, buffer: $1) }
  }

  private func heard(_ completion: FileSystemClient.Completion) {
    isServal =
      completion.status == .invalidDescriptor && completion.value == FileCommand.statOpenWord
    if let asking { end(asking) }
    asking = nil
    become(.ready)
  }

  private func become(_ state: State) {
    self.state = state
    callAll()
  }
}

#if !hasFeature(Embedded)
  extension FileAccess {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      let submitted = tickets.count { $0 != nil }
      if submitted != client.inFlight { return "\(submitted) tickets, \(client.inFlight) commands" }
      let opening = tickets.count { $0.map { $0.opens != .nothing } ?? false }
      if openCount < opening || openCount > Self.openLimit { return "\(openCount) files are open" }
      if keptBuffers < 0 || keptBuffers + pool.freeCount > bufferCount {
        return "\(keptBuffers) buffers are kept, \(pool.freeCount) are free"
      }
      if keptFiles < 0 || keptFiles > openCount { return "\(keptFiles) files are kept" }
      return client.checkInvariants() ?? pool.checkInvariants() ?? slots.checkInvariants()
    }
  }
#endif
