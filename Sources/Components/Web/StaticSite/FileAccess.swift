// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import Rings

/// Shares a file system server among concurrent exchanges of a web server: tickets for commands, a pool of buffers, and
/// a limit on open files.
///
/// Memory: the share, and a ticket for each of 511 commands.
public final class FileAccess {
  enum State: Equatable { case idle, starting, reopening, ready }

  let share: SharedRegion
  private let queues: (commands: Ring<FileQueue>, completions: Ring<FileQueue>)
  private var client: FileSystemClient
  // Buffers for data, and slots for paths and attributes. A slot is held only while its command is in flight, so that
  // slow readers cannot keep others from opening files.
  private var pool: SharePool
  private var slots: SharePool
  private var tickets: [FileTicket?]
  private var closing: [FileCommand] = []
  var opened = OpenFiles()
  // Commands that the server had when it began again.
  private var interrupted: [FileTicket] = []
  // Whether the server begins again: its queues are not used.
  private var isAway = false
  private var openCount = 0
  // Connections that wait for room, and those that are to be woken because there is room.
  private var line = WaitingLine()
  private var called = WaitingLine()
  // Connections whose commands have completed.
  private var ready: [Int] = []
  private(set) var state = State.idle
  /// How often INITIALISE failed. Exchanges that waited for it give up.
  private(set) var failures: UInt64 = 0
  /// Whether the server is no longer used because its queue index was impossible.
  public private(set) var isBroken = false
  /// Why the last access failed, or nil.
  public private(set) var trouble: SiteTrouble?

  /// Maximum number of open files: below the server's 256, to leave some to others.
  private static var openLimit: Int { 240 }
  /// Offset of the `FileStat` in a slot, after the longest path.
  private static var statOffset: UInt64 { 4096 }
  private static var slotByteCount: UInt64 { 4352 }

  /// - Parameters:
  ///   - bufferByteCount: at least 8192.
  ///   - bufferLimit: maximum number of buffers. One in 16, and at least one, is divided into slots. A slow reader holds
  ///     one of the rest, so there should be a third more of them than connections.
  public init(
    commands: Ring<FileQueue>, completions: Ring<FileQueue>, share: SharedRegion,
    bufferByteCount: UInt64 = 32_768, bufferLimit: Int = 2044
  ) {
    queues = (commands, completions)
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

  // Buffers and files kept between requests leave most to requests in progress.
  private static var keptFileLimit: Int { 64 }
  private let bufferCount: Int
  private var keptBuffers = 0
  private var keptFiles = 0

  /// Whether another buffer and its content may be kept.
  var mayKeepBuffer: Bool { keptBuffers < bufferCount / 4 }
  var mayKeepFile: Bool { keptFiles < Self.keptFileLimit }

  /// Keeps the buffer of a completed ticket, until `letGo`.
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
  /// Data buffers that can be allocated.
  public var freeBuffers: Int { pool.freeCount }
  /// Files that are open, being opened or being closed.
  public var openFiles: Int { openCount }

  // MARK: The queue

  /// Makes submitted commands visible to the server; call it after each event.
  ///
  /// - Returns: whether the server has to be notified.
  public func publish() -> Bool {
    if isAway { return false }
    while let command = closing.last,
      submit(command, FileTicket(buffer: nil, connection: -1, closes: true))
    {
      closing.removeLast()
    }
    return client.publish()
  }

  /// Processes the answers that have arrived; `nextReady` then returns the connections to resume.
  public func collect() {
    guard !isBroken, !isAway else { return }
    do throws(PeerFault) {
      while let completion = try client.nextCompletion() { handle(completion) }
    } catch {
      giveUp()
    }
    // Without commands in flight, no completion would wake them.
    if client.inFlight == 0 { callAll() }
  }

  /// The next connection to resume, because its command has completed or because there is room for one; nil if there is
  /// none.
  public func nextReady() -> Int? { ready.popLast() ?? called.next() }

  /// Removes a closed connection from the line; if it was to be woken, the next one is.
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

  /// Puts a connection in the line for room.
  func want(_ connection: Int) { line.add(connection) }

  // Freed room for one command wakes one connection.
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
    // A file counts as open until the server has confirmed that it is closed.
    if ticket.closes || ticket.opens != .nothing && completion.status != .success {
      openCount -= 1
      callOne()
    }
    if let number = ticket.reopens { reopened(number, ticket, completion) }
    if ticket === starting { started(completion.status) }
    if ticket === asking { heard(completion) }
    if ticket.isAbandoned { letGo(ticket, completion.status, completion.value) }
    ticket.file = nil
  }

  /// Sends a command.
  ///
  /// - Returns: false if there is no room; then the caller keeps `ticket` and its connection is in line.
  func submit(_ command: FileCommand, _ ticket: FileTicket) -> Bool {
    guard hasRoom(for: ticket.connection, opens: ticket.opens != .nothing) else { return false }
    do throws(PeerFault) {
      guard let number = try client.submit(command) else {
        want(ticket.connection)
        return false
      }
      tickets[number] = ticket
      ticket.command = command
    } catch {
      giveUp()
      return false
    }
    line.remove(ticket.connection)
    if ticket.opens != .nothing { openCount += 1 }
    return true
  }

  /// Whether `submit` would succeed now. If not, the connection is put in line.
  func hasRoom(for connection: Int, opens: Bool) -> Bool {
    // While the server starts, only our own commands are sent, which no connection waits for.
    guard !isBroken, !isAway, client.hasRoom, !opens || openCount < Self.openLimit,
      connection < 0 || state == .ready
    else {
      want(connection)
      return false
    }
    return true
  }

  /// A free data buffer. If there is none, the connection is put in line.
  func allocateBuffer(for connection: Int) -> ShareBuffer? {
    let buffer = pool.allocate()
    if buffer == nil { want(connection) }
    return buffer
  }

  /// Whether an exchange that has a buffer may take another. Half of the buffers are reserved for those without one.
  var mayTakeAnother: Bool { pool.freeCount > bufferCount / 2 }

  /// Returns the buffer of a completed ticket and wakes a connection.
  func end(_ ticket: FileTicket) {
    guard ticket.buffer != nil else { return }
    giveBack(ticket)
    callOne()
  }

  /// Returns the buffer of a ticket that was not submitted, without waking a connection.
  func giveBack(_ ticket: FileTicket) {
    if let buffer = ticket.buffer {
      if slots.owns(buffer) { slots.give(buffer) } else { pool.give(buffer) }
    }
    ticket.buffer = nil
  }

  /// Abandons a ticket. Its buffer belongs to the server until the command completes.
  func abandon(_ ticket: FileTicket) {
    ticket.isAbandoned = true
    guard case .done(let status, let value) = ticket.state else { return }
    letGo(ticket, status, value)
  }

  private func letGo(_ ticket: FileTicket, _ status: FileStatus, _ value: UInt64) {
    if status == .success { close(value, ticket.opens) }
    end(ticket)
  }

  /// Closes a file of `opened`.
  func close(openFile number: Int) {
    if let descriptor = opened.remove(number) { return close(descriptor) }
    openCount -= 1
  }

  func close(_ descriptor: UInt64, _ kind: FileTicket.Opens = .file) {
    switch kind {
    case .nothing: return
    case .file: closing.append(.close(descriptor))
    case .directory: closing.append(.closeDirectory(descriptor))
    }
  }

  // MARK: Looking at files

  /// Sends a command with a path. Nil if there is no room; then the connection is in line.
  ///
  /// - Parameters:
  ///   - file: the open file that the command is about, if any.
  ///   - command: makes the command from the path and a buffer for a `FileStat`.
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

  /// Requests the current attributes of an open file. Nil if there is no room.
  func examine(_ file: OpenFile, for connection: Int) -> FileTicket? {
    let descriptor = file.descriptor
    return send(file.path, for: connection, file: file) {
      isServal ? .statOpen(descriptor, buffer: $1) : .stat(path: $0, buffer: $1)
    }
  }

  /// The attributes that `examine` requested, or nil; returns the buffer of the ticket.
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
  /// Symbolic links inside this folder must not lead out of it. Empty for no confinement.
  var confinement: [UInt8] = []

  /// Whether the server is one of Serval's, which has attributes of open files and a status for each failure. LionsOS's
  /// NFS component answers `error` to every failure, even a missing file; its FAT component does so if a folder of the
  /// path is missing.
  private(set) var isServal = false

  /// Sends INITIALISE, unless that was done or is in progress.
  func start() {
    guard state == .idle else { return }
    let ticket = FileTicket(buffer: confinement.isEmpty ? nil : pool.allocate(), connection: -1)
    var command = FileCommand.initialise
    if !confinement.isEmpty {
      let confinement = confinement
      // All buffers are free before INITIALISE, so only the store can fail.
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

  /// Examines a descriptor that is not open. Serval's servers identify themselves in the answer.
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
    if state == .ready { return resume() }
    if state == .idle { failInterrupted() }
    callAll()
  }

  // MARK: A server that begins again

  /// The server begins again: its queues are not used until `beginAgain`.
  public func disconnect() { isAway = true }

  /// The queues are empty, and the server has forgotten everything. Mounts again, opens all files again, and repeats the commands that
  /// have no answer; those who wait for them notice nothing. All of them may be carried out twice, since none changes anything.
  public func beginAgain() {
    isAway = false
    isBroken = false
    client = FileSystemClient(commands: queues.commands, completions: queues.completions)
    for number in tickets.indices {
      guard let ticket = tickets[number] else { continue }
      tickets[number] = nil
      if ticket.closes {
        openCount -= 1
      } else if ticket === starting || ticket === asking || ticket.reopens != nil {
        end(ticket)
      } else {
        interrupted.append(ticket)
      }
    }
    openCount -= closing.count
    closing = []
    (starting, asking) = (nil, nil)
    opened.loseAll()
    state = .idle
    start()
  }

  /// Opens the next files again; once all are open, repeats what was interrupted.
  private func resume() {
    state = .reopening
    while let (number, path) = opened.nextLost {
      guard let ticket = send(path, for: -1, { name, _ in .open(path: name, .read) }) else {
        if opened.areOpening { break }
        // Commands in flight hold all memory for paths: do without the file.
        _ = opened.finish(number, nil)
        continue
      }
      ticket.reopens = number
      opened.begin(number)
    }
    if opened.areOpening || opened.nextLost != nil { return }
    state = .ready
    let repeated = interrupted
    interrupted = []
    for ticket in repeated {
      if ticket.opens != .nothing { openCount -= 1 }
      if ticket.isAbandoned {
        end(ticket)
      } else if !submitAgain(ticket) {
        fail(ticket)
      }
    }
    callAll()
  }

  private func reopened(
    _ number: Int, _ ticket: FileTicket, _ completion: FileSystemClient.Completion
  ) {
    end(ticket)
    let descriptor = completion.status == .success ? completion.value : nil
    if let unused = opened.finish(number, descriptor) { close(unused) }
    if state == .reopening { resume() }
  }

  private func submitAgain(_ ticket: FileTicket) -> Bool {
    var command = ticket.command
    if let file = ticket.file { command = command.replacingFile(by: file.descriptor) }
    return submit(command, ticket)
  }

  /// The server cannot mount its files, so that what was interrupted has failed.
  private func failInterrupted() {
    let failed = interrupted
    interrupted = []
    for ticket in failed {
      if ticket.opens != .nothing { openCount -= 1 }
      if ticket.isAbandoned { end(ticket) } else { fail(ticket) }
    }
  }

  private func fail(_ ticket: FileTicket) {
    ticket.state = .done(.unreachable, 0)
    ticket.file = nil
    if ticket.connection >= 0 { ready.append(ticket.connection) }
  }
}

extension FileCommand {
  /// The command for another descriptor.
  fileprivate func replacingFile(by descriptor: UInt64) -> FileCommand {
    switch self {
    case .read(_, let offset, let buffer): .read(descriptor, offset: offset, buffer: buffer)
    case .statOpen(_, let buffer): .statOpen(descriptor, buffer: buffer)
    case .size: .size(descriptor)
    default: self
    }
  }
}

#if !hasFeature(Embedded)
  extension FileAccess {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      let submitted = tickets.count { $0 != nil }
      if submitted != client.inFlight { return "\(submitted) tickets, \(client.inFlight) commands" }
      let opening =
        tickets.count { $0.map { $0.opens != .nothing } ?? false }
        + interrupted.count { $0.opens != .nothing }
      if openCount < opening || openCount > Self.openLimit { return "\(openCount) files are open" }
      if keptBuffers < 0 || keptBuffers + pool.freeCount > bufferCount {
        return "\(keptBuffers) buffers are kept, \(pool.freeCount) are free"
      }
      if keptFiles < 0 || keptFiles > openCount { return "\(keptFiles) files are kept" }
      return client.checkInvariants() ?? pool.checkInvariants() ?? slots.checkInvariants()
        ?? line.checkInvariants() ?? called.checkInvariants()
    }
  }
#endif
