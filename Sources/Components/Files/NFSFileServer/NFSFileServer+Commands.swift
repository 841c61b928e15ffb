// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import NFS
import Rings
import Time

extension NFSFileServer {
  /// Begins a command. Returns its answer if it needs no NFS call, else nil.
  mutating func begin(_ id: UInt64, _ command: FileCommand, _ now: Instant) -> FileAnswer? {
    switch command {
    case .initialise: return initialise(id, command, folder: [], now)
    case .initialiseConfined(let folder):
      guard let folder = path(folder) else { return refusal(id, .invalidPath) }
      return initialise(id, command, folder: folder, now)
    default: break
    }
    guard isInitialised else { return refusal(id, .error) }
    switch command {
    case .initialise, .initialiseConfined: return nil
    case .deinitialise:
      guard pendingCount == 0 else { return refusal(id, .outstandingOperations) }
      descriptors.closeAll()
      entryCount = 0
      isInitialised = false
      return FileAnswer(id: id, status: .success)
    case .open(let path, let flags):
      guard descriptors.count < DescriptorTable<Open>.capacity else {
        return refusal(id, .allocationError)
      }
      return onPath(id, command, path, now) { .open(path: $0, Self.options(flags)) }
    case .stat(let path, _): return onPath(id, command, path, now) { .attributes(path: $0) }
    case .remove(let path): return onPath(id, command, path, now) { .remove(path: $0) }
    case .makeDirectory(let path):
      return onPath(id, command, path, now) { .makeDirectory(path: $0) }
    case .removeDirectory(let path):
      return onPath(id, command, path, now) { .removeDirectory(path: $0) }
    case .openDirectory(let path):
      guard descriptors.count < DescriptorTable<Open>.capacity else {
        return refusal(id, .allocationError)
      }
      return onPath(id, command, path, now) { .list(path: $0) }
    case .rename(let from, let to):
      guard let new = path(to) else { return refusal(id, .invalidPath) }
      return onPath(id, command, from, now) { .rename(from: $0, to: new) }
    case .close, .read, .write, .size, .statOpen, .truncate, .synchronise:
      return beginOnFile(id, command, now)
    case .closeDirectory, .readDirectory, .seekDirectory, .tellDirectory, .rewindDirectory:
      return onDirectory(id, command)
    }
  }

  private mutating func initialise(
    _ id: UInt64, _ command: FileCommand, folder: [UInt8], _ now: Instant
  ) -> FileAnswer? {
    guard !isInitialised, !isBusyMounting else { return refusal(id, .error) }
    setMounting(true)
    nfs.confinement = folder
    nfs.connect(now: now)
    return ask(id, command, .mount, now)
  }

  private static func options(_ flags: FileCommand.OpenFlags) -> OpenOptions {
    var options = OpenOptions()
    if flags.reads { options.insert(.read) }
    if flags.writes { options.insert(.write) }
    if flags.creates { options.insert(.create) }
    return options
  }

  /// Copies a path out of the share, up to the first NUL; nil if the buffer is outside the share.
  private func path(_ buffer: ShareBuffer) -> [UInt8]? {
    guard let bytes = share.copy(offset: buffer.offset, count: buffer.byteCount) else { return nil }
    guard let end = bytes.span.first(0, in: 0..<bytes.count) else { return bytes }
    return [UInt8](copying: bytes.span.extracting(0..<end))
  }

  private mutating func onPath(
    _ id: UInt64, _ command: FileCommand, _ buffer: ShareBuffer, _ now: Instant,
    _ request: ([UInt8]) -> FileRequest
  ) -> FileAnswer? {
    guard let path = path(buffer) else { return refusal(id, .invalidPath) }
    return ask(id, command, request(path), now)
  }

  // MARK: Files

  private mutating func beginOnFile(
    _ id: UInt64, _ command: FileCommand, _ now: Instant
  ) -> FileAnswer? {
    if case .statOpen = command { clientIsServal = true }
    guard let descriptor = command.file, case .file(let file, let flags) = descriptors[descriptor]
    else {
      var answer = refusal(id, .invalidDescriptor)
      if case .statOpen = command { answer.value = FileCommand.statOpenWord }
      return answer
    }
    let request: FileRequest
    switch command {
    case .close:
      guard !descriptors.isInUse(descriptor) else { return refusal(id, .outstandingOperations) }
      descriptors.close(descriptor)
      return FileAnswer(id: id, status: .success)
    case .read(_, let offset, let buffer):
      guard flags.reads else { return refusal(id, .invalidRead) }
      request = .read(file, offset: offset, count: buffer.byteCount)
    case .write(_, let offset, let buffer):
      guard flags.writes,
        let data = share.copy(
          offset: buffer.offset, count: min(buffer.byteCount, Self.writeLimit))
      else { return refusal(id, .invalidWrite) }
      request = .write(file, offset: offset, data: data)
    case .truncate(_, let length):
      guard flags.writes else { return refusal(id, .invalidWrite) }
      request = .setSize(file, length)
    case .synchronise: request = .synchronise(file)
    case .statOpen: request = .currentAttributes(file)
    default: request = .attributesOfFile(file)
    }
    let answer = ask(id, command, request, now)
    if answer == nil { descriptors.use(descriptor) }
    return answer
  }

  // MARK: Directories

  private mutating func onDirectory(_ id: UInt64, _ command: FileCommand) -> FileAnswer {
    guard let descriptor = command.directory,
      case .directory(let names, var next) = descriptors[descriptor]
    else { return refusal(id, .invalidDescriptor) }
    var answer = FileAnswer(id: id, status: .success)
    switch command {
    case .closeDirectory:
      descriptors.close(descriptor)
      entryCount -= names.count
      return answer
    case .readDirectory(_, let buffer):
      guard next < names.count else { return FileAnswer(id: id, status: .endOfDirectory) }
      let name = names[next]
      guard name.count <= Int(clamping: buffer.byteCount),
        share.store(name.span, offset: buffer.offset)
      else { return refusal(id, .invalidBuffer) }
      answer.value = UInt64(name.count)
      next += 1
    case .seekDirectory(_, let location):
      guard location >= 0 else { return refusal(id, .error) }
      next = min(Int(clamping: location), names.count)
    case .tellDirectory:
      answer.value = UInt64(next)
      return answer
    default: next = 0
    }
    descriptors[descriptor] = .directory(names: names, next: next)
    return answer
  }

  // MARK: Answers

  /// Records the progress of a read or write, and returns the request for the rest, if any. LionsOS's C library
  /// treats a short read as the end of the file, so reads fall short only there or before an error.
  mutating func continuation(_ entry: inout Pending, _ result: FileResult) -> FileRequest? {
    guard let descriptor = entry.command.file, case .file(let file, _) = descriptors[descriptor]
    else { return nil }
    switch (entry.command, result) {
    case (.read(_, let offset, let buffer), .data(let pieces)):
      let count = store(pieces, buffer, at: entry.done)
      entry.done += count
      guard count > 0, entry.done < buffer.byteCount else { return nil }
      return .read(file, offset: offset &+ entry.done, count: buffer.byteCount - entry.done)
    case (.write(_, let offset, let buffer), .written(let count)):
      entry.done = min(entry.done + UInt64(count), buffer.byteCount)
      guard count > 0, entry.done < buffer.byteCount,
        let data = share.copy(
          offset: buffer.offset + entry.done,
          count: min(buffer.byteCount - entry.done, Self.writeLimit))
      else { return nil }
      return .write(file, offset: offset &+ entry.done, data: data)
    default: return nil
    }
  }

  /// Turns the NFS client's result into the answer to a command.
  mutating func finish(_ entry: Pending, _ result: FileResult) -> FileAnswer {
    if let descriptor = entry.command.file { descriptors.release(descriptor) }
    switch entry.command {
    case .initialise, .initialiseConfined: setMounting(false)
    default: break
    }
    switch (entry.command, result) {
    // Bytes moved before an error are reported as success; the next command gets the error.
    case (.read, .data), (.write, .written),
      (.read, .failed) where entry.done > 0,
      (.write, .failed) where entry.done > 0:
      return FileAnswer(id: entry.id, status: .success, value: entry.done)
    case (_, .failed(let error)):
      var status = FileStatus(error)
      if clientIsServal, error == .timedOut { status = nfs.isReady ? .timedOut : .unreachable }
      // A stale handle maps to `invalidDescriptor`, which makes no sense for a command with a path.
      if status == .invalidDescriptor, entry.command.file == nil { status = .error }
      return FileAnswer(id: entry.id, status: status)
    case (.initialise, .done), (.initialiseConfined, .done):
      isInitialised = true
      return FileAnswer(id: entry.id, status: .success)
    case (.open(_, let flags), .opened(let file, _)):
      guard let descriptor = descriptors.open(.file(file, flags)) else {
        return FileAnswer(id: entry.id, status: .allocationError)
      }
      return FileAnswer(id: entry.id, status: .success, value: descriptor)
    case (.openDirectory, .entries(let entries)): return openedDirectory(entry.id, entries)
    case (.stat(_, let buffer), .attributes(let attributes)),
      (.statOpen(_, let buffer), .attributes(let attributes)):
      let bytes = FileStat(attributes).bytes
      let isStored = share.store(bytes.span, offset: buffer.offset)
      return FileAnswer(id: entry.id, status: isStored ? .success : .invalidBuffer)
    case (.size, .attributes(let attributes)):
      return FileAnswer(id: entry.id, status: .success, value: attributes.size)
    case (_, .done): return FileAnswer(id: entry.id, status: .success)
    default: return FileAnswer(id: entry.id, status: .error)
    }
  }

  private mutating func openedDirectory(
    _ id: UInt64, _ entries: [DirectoryEntry]
  ) -> FileAnswer {
    guard entryCount + entries.count <= Self.entryLimit else {
      return FileAnswer(id: id, status: .allocationError)
    }
    var names: [[UInt8]] = []
    names.reserveCapacity(entries.count)
    for entry in entries { names.append(entry.name) }
    guard let descriptor = descriptors.open(.directory(names: names, next: 0)) else {
      return FileAnswer(id: id, status: .allocationError)
    }
    entryCount += names.count
    return FileAnswer(id: id, status: .success, value: descriptor)
  }

  /// Copies data into a buffer from `start` on. Returns the number of bytes that fit.
  private func store(_ pieces: [ArraySlice<UInt8>], _ buffer: ShareBuffer, at start: UInt64)
    -> UInt64
  {
    var end = start
    for piece in pieces {
      let part = piece.prefix(Int(clamping: buffer.byteCount - end))
      guard share.store(part.span, offset: buffer.offset + end) else { break }
      end += UInt64(part.count)
    }
    return end - start
  }
}

extension FileCommand {
  /// The file descriptor that the command names, if any.
  var file: UInt64? {
    switch self {
    case .close(let file), .read(let file, _, _), .write(let file, _, _), .size(let file),
      .statOpen(let file, _), .truncate(let file, _), .synchronise(let file):
      file
    default: nil
    }
  }

  /// The directory descriptor that the command names, if any.
  var directory: UInt64? {
    switch self {
    case .closeDirectory(let directory), .readDirectory(let directory, _),
      .seekDirectory(let directory, _), .tellDirectory(let directory),
      .rewindDirectory(let directory):
      directory
    default: nil
    }
  }
}
