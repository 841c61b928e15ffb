// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import Rings

/// A command on its way: who sent it looks here for what came of it.
final class FileTicket {
  enum State: Equatable { case waiting, done(FileStatus, UInt64) }
  var state = State.waiting
  /// Memory of the share that the command is about; goes back to the pool with `FileAccess.end`.
  var buffer: ShareBuffer?
  /// Nobody waits any more. What it opens is closed again.
  var isAbandoned = false
  let opens: Bool
  /// The connection that waits for it; negative for none.
  let connection: Int

  init(buffer: ShareBuffer?, connection: Int, opens: Bool = false) {
    self.buffer = buffer
    self.connection = connection
    self.opens = opens
  }
}

/// A file system server as many exchanges of a web server use it at a time: commands with tickets,
/// buffers of a pool, and no more open files than the server has room for.
///
/// Memory: the share's, and a ticket for each of 511 commands.
public final class FileAccess {
  enum State: Equatable { case idle, starting, ready }

  let share: SharedRegion
  private var client: FileSystemClient
  private var pool: SharePool
  private var tickets: [FileTicket?]
  private var freeTags: [Int] = []
  private var closing: [UInt64] = []
  private var openCount = 0
  // Connections that found no room, first come first, and which those are.
  private var wanting: [Int] = []
  private var wantingStart = 0
  private var isWanting: [Bool] = []
  // Connections with news.
  private var ready: [Int] = []
  private(set) var state = State.idle
  /// Times that INITIALISE failed: those who waited for it give up.
  private(set) var failures: UInt64 = 0
  /// The server's queue made no sense: it is not used any more.
  public private(set) var isBroken = false

  /// Of the server's 256, some are left to others.
  private static var openLimit: Int { 240 }

  /// - Parameters:
  ///   - bufferByteCount: at least 8192: a path and an answer to STAT have to fit in.
  ///   - bufferLimit: buffers at most.
  public init(
    commands: Ring<FileQueue>, completions: Ring<FileQueue>, share: SharedRegion,
    bufferByteCount: UInt64 = 32_768, bufferLimit: Int = 2044
  ) {
    client = FileSystemClient(commands: commands, completions: completions)
    self.share = share
    pool = SharePool(
      share: UInt64(share.byteCount), bufferByteCount: max(bufferByteCount, 8192),
      limit: bufferLimit)
    bufferCount = pool.freeCount
    tickets = [FileTicket?](repeating: nil, count: FileQueue.capacity)
    for tag in stride(from: FileQueue.capacity - 1, through: 0, by: -1) { freeTags.append(tag) }
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
    wakeOne()
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
    while let descriptor = closing.last,
      submit(.close(descriptor), FileTicket(buffer: nil, connection: -1))
    {
      closing.removeLast()
    }
    return client.publish()
  }

  /// Takes the answers that are there; `nextReady` says whom they are for.
  public func collect() {
    guard !isBroken else { return }
    do throws(PeerFault) {
      while let completion = try client.nextCompletion() { take(completion) }
    } catch {
      giveUp()
    }
    // Without a command in flight nothing else would ever wake them.
    if client.inFlight == 0 { wakeAll() }
  }

  /// A connection to wake: there is an answer for it, or room that it found none of. Nil when there
  /// is no more.
  public func nextReady() -> Int? { ready.popLast() }

  private func giveUp() {
    isBroken = true
    for ticket in tickets {
      if let ticket { ready.append(ticket.connection) }
    }
    wakeAll()
  }

  /// Notes that a connection found no room.
  func want(_ connection: Int) {
    guard connection >= 0 else { return }
    while isWanting.count <= connection { isWanting.append(false) }
    guard !isWanting[connection] else { return }
    isWanting[connection] = true
    wanting.append(connection)
  }

  // One place that was freed is news for one.
  private func wakeOne() {
    guard wantingStart < wanting.count else { return }
    let connection = wanting[wantingStart]
    wantingStart += 1
    if wantingStart == wanting.count {
      wanting.removeAll(keepingCapacity: true)
      wantingStart = 0
    } else if wantingStart >= 1024 {
      wanting.removeFirst(wantingStart)
      wantingStart = 0
    }
    isWanting[connection] = false
    ready.append(connection)
  }

  private func wakeAll() { while wantingStart < wanting.count { wakeOne() } }

  private func take(_ completion: FileSystemClient.Completion) {
    guard let tag = Int(exactly: completion.tag), tickets.indices.contains(tag),
      let ticket = tickets[tag]
    else { return }
    tickets[tag] = nil
    freeTags.append(tag)
    wakeOne()
    if ticket.connection >= 0 { ready.append(ticket.connection) }
    ticket.state = .done(completion.status, completion.value)
    if ticket.opens, completion.status != .success {
      openCount -= 1
      wakeOne()
    }
    if ticket === starting { started(completion.status) }
    if ticket === probing { probed(completion.status) }
    guard ticket.isAbandoned else { return }
    if ticket.opens, completion.status == .success { close(completion.value) }
    end(ticket)
  }

  /// Sends a command. False where too many are on their way; then `ticket` is still the caller's.
  func submit(_ command: FileCommand, _ ticket: FileTicket) -> Bool {
    guard hasRoom(for: ticket.connection, opens: ticket.opens), let tag = freeTags.last else {
      return false
    }
    do throws(PeerFault) {
      guard try client.submit(command, tag: UInt64(tag)) else {
        want(ticket.connection)
        return false
      }
    } catch {
      giveUp()
      return false
    }
    freeTags.removeLast()
    tickets[tag] = ticket
    if ticket.opens { openCount += 1 }
    return true
  }

  /// Whether `submit` would take a command now. Whoever hears no is woken when that may be other.
  func hasRoom(for connection: Int, opens: Bool) -> Bool {
    guard !isBroken, !freeTags.isEmpty, !opens || openCount < Self.openLimit else {
      want(connection)
      return false
    }
    return true
  }

  /// Nil when all are out; whoever hears that is woken when one is back.
  func takeBuffer(for connection: Int) -> ShareBuffer? {
    let buffer = pool.take()
    if buffer == nil { want(connection) }
    return buffer
  }

  /// Gives back the buffer of a ticket that is done.
  func end(_ ticket: FileTicket) {
    guard ticket.buffer != nil else { return }
    giveBack(ticket)
    wakeOne()
  }

  /// Gives back the buffer of a ticket that was never submitted: no news to anybody.
  func giveBack(_ ticket: FileTicket) {
    if let buffer = ticket.buffer { pool.give(buffer) }
    ticket.buffer = nil
  }

  /// Nobody waits for `ticket` any more. Its buffer is the server's until it answers.
  func abandon(_ ticket: FileTicket) {
    ticket.isAbandoned = true
    guard case .done(let status, let value) = ticket.state else { return }
    if ticket.opens, status == .success { close(value) }
    end(ticket)
  }

  func close(_ descriptor: UInt64) {
    openCount -= 1
    wakeOne()
    closing.append(descriptor)
  }

  // MARK: Mounting

  private var starting: FileTicket?
  private var probing: FileTicket?
  /// Links that are met behind this folder may not lead out of it; empty where all are followed.
  var confinement: [UInt8] = []

  /// LionsOS's NFS component answers `error` whatever went wrong, also where there is no such file; its FAT
  /// component does where a folder on the way is missing. For such a server, `error` is no failure of its own.
  private(set) var errorMeansMissing = false

  // Nobody has that: a file in a folder that is not there.
  private static var missing: StaticString { "/.serval-no-folder/none" }

  /// Has the server mount its files, unless that is done or under way.
  func start() {
    guard state == .idle else { return }
    let ticket = FileTicket(buffer: confinement.isEmpty ? nil : pool.take(), connection: -1)
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
      if !probe() { become(.ready) }
    } else {
      failures &+= 1
      become(.idle)
    }
  }

  /// Asks for what is not there. False where there is no room to.
  private func probe() -> Bool {
    guard let buffer = pool.take() else { return false }
    let path = [UInt8](Self.missing)
    let ticket = FileTicket(buffer: buffer, connection: -1)
    let name = ShareBuffer(offset: buffer.offset, byteCount: UInt64(path.count))
    let stat = ShareBuffer(
      offset: buffer.offset + UInt64(path.count), byteCount: FileCommand.statByteCount)
    guard share.store(path.span, offset: buffer.offset),
      submit(.stat(path: name, buffer: stat), ticket)
    else {
      giveBack(ticket)
      return false
    }
    probing = ticket
    return true
  }

  private func probed(_ status: FileStatus) {
    errorMeansMissing = status == .error
    if let probing { end(probing) }
    probing = nil
    become(.ready)
  }

  private func become(_ state: State) {
    self.state = state
    wakeAll()
  }
}
