// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Bytes of the share that a command is about. The server reads and writes them until it completes.
public struct ShareBuffer: Equatable, Sendable {
  public var offset: UInt64
  public var byteCount: UInt64

  public init(offset: UInt64, byteCount: UInt64) {
    self.offset = offset
    self.byteCount = byteCount
  }
}

/// A command of the LionsOS file protocol. Numbers and places of parameters: lions/fs/protocol.h.
public enum FileCommand: Equatable, Sendable {
  case initialise
  /// The same, and from then on no symbolic link leads out of the folder at this path: see `confinementWord`.
  case initialiseConfined(folder: ShareBuffer)
  case deinitialise
  case open(path: ShareBuffer, OpenFlags)
  case close(UInt64)
  case stat(path: ShareBuffer, buffer: ShareBuffer)
  case read(UInt64, offset: UInt64, buffer: ShareBuffer)
  case write(UInt64, offset: UInt64, buffer: ShareBuffer)
  case size(UInt64)
  /// What is open, as it is now: see `statOpenWord`.
  case statOpen(UInt64, buffer: ShareBuffer)
  case rename(from: ShareBuffer, to: ShareBuffer)
  case remove(path: ShareBuffer)
  case truncate(UInt64, length: UInt64)
  case makeDirectory(path: ShareBuffer)
  case removeDirectory(path: ShareBuffer)
  case openDirectory(path: ShareBuffer)
  case closeDirectory(UInt64)
  case synchronise(UInt64)
  case readDirectory(UInt64, buffer: ShareBuffer)
  case seekDirectory(UInt64, location: Int64)
  case tellDirectory(UInt64)
  case rewindDirectory(UInt64)

  /// Bytes of a path at most.
  public static var pathLimit: UInt64 { 4095 }
  /// Bytes of a name at most.
  public static var nameLimit: UInt64 { 255 }
  /// Bytes of a `FileStat`.
  public static var statByteCount: UInt64 { 136 }

  /// INITIALISE has no parameters in LionsOS's protocol. Serval's servers take one with a path and this word
  /// ("ServalIn") behind it for a wish: links that are met behind the folder are followed only as long as they stay
  /// in it. Other servers look at none of it, and follow all links.
  public static var confinementWord: UInt64 { 0x6e49_6c61_7672_6553 }

  /// LionsOS's protocol has no attributes of an open file. Serval's servers take FILE_SIZE with a buffer behind the
  /// descriptor and this word ("ServalSO") behind that for such a question: a `FileStat` goes to the buffer, never
  /// out of a cache. Other servers read the descriptor alone, and answer with the size. Of a descriptor that is not
  /// open, Serval's servers give the word back with `invalidDescriptor`, which tells them from others.
  public static var statOpenWord: UInt64 { 0x4f53_6c61_7672_6553 }

  /// How a file is opened: 0 to read, 1 to write, 2 for both; 4 on top makes it if it is not there.
  public struct OpenFlags: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static var read: OpenFlags { OpenFlags(rawValue: 0) }
    public static var write: OpenFlags { OpenFlags(rawValue: 1) }
    public static var readWrite: OpenFlags { OpenFlags(rawValue: 2) }

    public var creating: OpenFlags { OpenFlags(rawValue: rawValue | 4) }
    public var creates: Bool { rawValue & 4 != 0 }
    public var reads: Bool { rawValue & 3 != 1 }
    public var writes: Bool { rawValue & 3 != 0 }
    var isValid: Bool { rawValue < 8 && rawValue & 3 != 3 }
  }

  // MARK: On the wire

  /// Reads a command that a client sent. A refusal is the status to answer with.
  public enum Parsed: Equatable, Sendable {
    case command(FileCommand)
    case refused(FileStatus)
  }

  /// - Parameter share: size of the share in bytes, which every buffer has to be inside of.
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

  /// The message of this command, under `id`.
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

/// A buffer is good when it is not empty and inside the share; a path also when it is not too long.
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
