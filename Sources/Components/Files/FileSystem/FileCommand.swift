// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A range of the share that belongs to a command. The server may access it until the command completes.
public struct ShareBuffer: Equatable, Sendable {
  /// Offset in the share in bytes.
  public var offset: UInt64
  /// Size in bytes.
  public var byteCount: UInt64

  /// The bytes from `offset` on.
  public init(offset: UInt64, byteCount: UInt64) {
    self.offset = offset
    self.byteCount = byteCount
  }
}

/// A command of the LionsOS file protocol (lions/fs/protocol.h).
public enum FileCommand: Equatable, Sendable {
  /// Mounts the files; the first command of a connection.
  case initialise
  /// Like `initialise`, but symbolic links must not lead out of the folder at this path: see `confinementWord`.
  case initialiseConfined(folder: ShareBuffer)
  /// Ends the session and closes all descriptors.
  case deinitialise
  /// Opens a file; the answer is its descriptor.
  case open(path: ShareBuffer, OpenFlags)
  /// Closes a file.
  case close(UInt64)
  /// Writes a `FileStat` of the file at a path to `buffer`.
  case stat(path: ShareBuffer, buffer: ShareBuffer)
  /// Reads up to the size of `buffer` from byte `offset`; the answer is the number of bytes.
  case read(UInt64, offset: UInt64, buffer: ShareBuffer)
  /// Writes `buffer` at byte `offset`; the answer is the number of bytes.
  case write(UInt64, offset: UInt64, buffer: ShareBuffer)
  /// The answer is the size of an open file in bytes.
  case size(UInt64)
  /// Writes a current `FileStat` of an open file to `buffer`: see `statOpenWord`.
  case statOpen(UInt64, buffer: ShareBuffer)
  /// Renames a file.
  case rename(from: ShareBuffer, to: ShareBuffer)
  /// Removes a file.
  case remove(path: ShareBuffer)
  /// Sets the size of an open file to `length` bytes.
  case truncate(UInt64, length: UInt64)
  /// Creates a directory.
  case makeDirectory(path: ShareBuffer)
  /// Removes an empty directory.
  case removeDirectory(path: ShareBuffer)
  /// Opens a directory; the answer is its descriptor.
  case openDirectory(path: ShareBuffer)
  /// Closes a directory.
  case closeDirectory(UInt64)
  /// Commits the writes of an open file to storage.
  case synchronise(UInt64)
  /// Writes the next name to `buffer`, at least 255 bytes; the answer is its length.
  case readDirectory(UInt64, buffer: ShareBuffer)
  /// Moves a directory to a position that `tellDirectory` returned.
  case seekDirectory(UInt64, location: Int64)
  /// The answer is the position in a directory.
  case tellDirectory(UInt64)
  /// Moves a directory to its first entry.
  case rewindDirectory(UInt64)

  /// Maximum length of a path in bytes.
  public static var pathLimit: UInt64 { 4095 }
  /// Maximum length of a name in bytes.
  public static var nameLimit: UInt64 { 255 }
  /// Size of a `FileStat` in bytes.
  public static var statByteCount: UInt64 { 136 }

  /// Marks an INITIALISE with parameters ("ServalIn"), an extension to LionsOS's protocol: after a path and this word,
  /// Serval's servers follow links inside the folder only if they stay in it. Other servers ignore the parameters and
  /// follow all links.
  public static var confinementWord: UInt64 { 0x6e49_6c61_7672_6553 }

  /// Marks a FILE_SIZE that asks for attributes ("ServalSO"), which LionsOS's protocol cannot ask of an open file. After
  /// the descriptor, a buffer and this word, Serval's servers write a `FileStat` to the buffer, never from a cache.
  /// Other servers read the descriptor alone and answer with the size. If the descriptor is not open, Serval's servers
  /// answer `invalidDescriptor` with this word as the value, which tells them from others.
  public static var statOpenWord: UInt64 { 0x4f53_6c61_7672_6553 }

  /// How to open a file: 0 for reading, 1 for writing, 2 for both; plus 4 to create it if it does not exist.
  public struct OpenFlags: RawRepresentable, Equatable, Sendable {
    /// The number in the protocol.
    public let rawValue: UInt64
    /// The flags with this number, valid or not.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// For reading.
    public static var read: OpenFlags { OpenFlags(rawValue: 0) }
    /// For writing.
    public static var write: OpenFlags { OpenFlags(rawValue: 1) }
    /// For both.
    public static var readWrite: OpenFlags { OpenFlags(rawValue: 2) }

    /// These flags, creating the file if it does not exist.
    public var creating: OpenFlags { OpenFlags(rawValue: rawValue | 4) }
    /// Whether a missing file is created.
    public var creates: Bool { rawValue & 4 != 0 }
    /// Whether the file may be read.
    public var reads: Bool { rawValue & 3 != 1 }
    /// Whether the file may be written.
    public var writes: Bool { rawValue & 3 != 0 }
    var isValid: Bool { rawValue < 8 && rawValue & 3 != 3 }
  }

  // MARK: On the wire

  /// A decoded message.
  public enum Parsed: Equatable, Sendable {
    /// A valid command.
    case command(FileCommand)
    /// The status to refuse the message with.
    case refused(FileStatus)
  }

  /// Decodes and checks a message of a client.
  ///
  /// - Parameter share: size of the share in bytes, in which each buffer must lie.
  public static func parse(_ message: FileMessage, share: UInt64) -> Parsed {
    let check = BufferCheck(message: message, share: share)
    switch message[1] {
    case 0:
      guard message[4] == confinementWord else { return .command(.initialise) }
      return check.path(2) { .initialiseConfined(folder: $0) }
    case 1: return .command(.deinitialise)
    case 2:
      let flags = OpenFlags(rawValue: message[4])
      guard flags.isValid else { return .refused(.invalidCommand) }
      return check.path(2) { .open(path: $0, flags) }
    case 3: return .command(.close(message[2]))
    case 4:
      guard let buffer = check.buffer(4), buffer.byteCount >= statByteCount else {
        return .refused(.invalidBuffer)
      }
      return check.path(2) { .stat(path: $0, buffer: buffer) }
    case 5:
      guard let buffer = check.buffer(4) else { return .refused(.invalidBuffer) }
      return .command(.read(message[2], offset: message[3], buffer: buffer))
    case 6:
      guard let buffer = check.buffer(4) else { return .refused(.invalidBuffer) }
      return .command(.write(message[2], offset: message[3], buffer: buffer))
    case 7:
      guard message[5] == statOpenWord else { return .command(.size(message[2])) }
      guard let buffer = check.buffer(3), buffer.byteCount >= statByteCount else {
        return .refused(.invalidBuffer)
      }
      return .command(.statOpen(message[2], buffer: buffer))
    case 8:
      guard let to = check.pathBuffer(4) else { return .refused(.invalidPath) }
      return check.path(2) { .rename(from: $0, to: to) }
    case 9: return check.path(2) { .remove(path: $0) }
    case 10: return .command(.truncate(message[2], length: message[3]))
    case 11: return check.path(2) { .makeDirectory(path: $0) }
    case 12: return check.path(2) { .removeDirectory(path: $0) }
    case 13: return check.path(2) { .openDirectory(path: $0) }
    case 14: return .command(.closeDirectory(message[2]))
    case 15: return .command(.synchronise(message[2]))
    case 16:
      guard let buffer = check.buffer(3), buffer.byteCount >= nameLimit else {
        return .refused(.invalidBuffer)
      }
      return .command(.readDirectory(message[2], buffer: buffer))
    case 17:
      return .command(.seekDirectory(message[2], location: Int64(bitPattern: message[3])))
    case 18: return .command(.tellDirectory(message[2]))
    case 19: return .command(.rewindDirectory(message[2]))
    default: return .refused(.invalidCommand)
    }
  }

  /// The message of this command with the number `id`.
  public func message(id: UInt64) -> FileMessage {
    var message = FileMessage()
    message[0] = id
    func put(_ type: UInt64, _ words: InlineArray<4, UInt64>) {
      message[1] = type
      for index in 0..<4 { message[2 + index] = words[index] }
    }
    switch self {
    case .initialise: put(0, [0, 0, 0, 0])
    case .initialiseConfined(let folder):
      put(0, [folder.offset, folder.byteCount, Self.confinementWord, 0])
    case .deinitialise: put(1, [0, 0, 0, 0])
    case .open(let path, let flags): put(2, [path.offset, path.byteCount, flags.rawValue, 0])
    case .close(let file): put(3, [file, 0, 0, 0])
    case .stat(let path, let buffer):
      put(4, [path.offset, path.byteCount, buffer.offset, buffer.byteCount])
    case .read(let file, let offset, let buffer):
      put(5, [file, offset, buffer.offset, buffer.byteCount])
    case .write(let file, let offset, let buffer):
      put(6, [file, offset, buffer.offset, buffer.byteCount])
    case .size(let file): put(7, [file, 0, 0, 0])
    case .statOpen(let file, let buffer):
      put(7, [file, buffer.offset, buffer.byteCount, Self.statOpenWord])
    case .rename(let from, let to):
      put(8, [from.offset, from.byteCount, to.offset, to.byteCount])
    case .remove(let path): put(9, [path.offset, path.byteCount, 0, 0])
    case .truncate(let file, let length): put(10, [file, length, 0, 0])
    case .makeDirectory(let path): put(11, [path.offset, path.byteCount, 0, 0])
    case .removeDirectory(let path): put(12, [path.offset, path.byteCount, 0, 0])
    case .openDirectory(let path): put(13, [path.offset, path.byteCount, 0, 0])
    case .closeDirectory(let directory): put(14, [directory, 0, 0, 0])
    case .synchronise(let file): put(15, [file, 0, 0, 0])
    case .readDirectory(let directory, let buffer):
      put(16, [directory, buffer.offset, buffer.byteCount, 0])
    case .seekDirectory(let directory, let location):
      put(17, [directory, UInt64(bitPattern: location), 0, 0])
    case .tellDirectory(let directory): put(18, [directory, 0, 0, 0])
    case .rewindDirectory(let directory): put(19, [directory, 0, 0, 0])
    }
    return message
  }
}

/// Accepts buffers that are not empty and lie in the share, and paths that are not too long either.
private struct BufferCheck {
  var message: FileMessage
  var share: UInt64

  func buffer(_ word: Int) -> ShareBuffer? {
    let (offset, count) = (message[word], message[word + 1])
    guard offset < share, count > 0, count <= share - offset else { return nil }
    return ShareBuffer(offset: offset, byteCount: count)
  }

  func pathBuffer(_ word: Int) -> ShareBuffer? {
    guard let buffer = buffer(word), buffer.byteCount <= FileCommand.pathLimit else { return nil }
    return buffer
  }

  func path(_ word: Int, _ make: (ShareBuffer) -> FileCommand) -> FileCommand.Parsed {
    guard let buffer = pathBuffer(word) else { return .refused(.invalidPath) }
    return .command(make(buffer))
  }
}
