// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import ONCRPC
import XDR

/// Calls of NFS version 3 (RFC 1813 section 3.3) with their arguments.
public enum NFSCall: Sendable {
  /// NULL: does nothing.
  case null
  /// GETATTR.
  case getAttributes(FileHandle)
  /// SETATTR of the size alone, in bytes.
  case setSize(FileHandle, UInt64)
  /// LOOKUP.
  case lookUp(directory: FileHandle, name: [UInt8])
  /// ACCESS: which of these rights the caller has.
  case access(FileHandle, AccessRights)
  /// READLINK.
  case readLink(FileHandle)
  /// READ: `count` bytes from byte `offset`.
  case read(FileHandle, offset: UInt64, count: UInt32)
  /// WRITE with FILE_SYNC: the server replies after the data is on stable storage.
  case write(FileHandle, offset: UInt64, data: [UInt8])
  /// CREATE with UNCHECKED: an existing file is used as it is, not truncated.
  case create(directory: FileHandle, name: [UInt8], mode: UInt32)
  /// MKDIR.
  case makeDirectory(directory: FileHandle, name: [UInt8], mode: UInt32)
  /// REMOVE of anything but a directory.
  case remove(directory: FileHandle, name: [UInt8])
  /// RMDIR.
  case removeDirectory(directory: FileHandle, name: [UInt8])
  /// RENAME.
  case rename(
    from: FileHandle, name: [UInt8], to: FileHandle, newName: [UInt8])
  /// READDIRPLUS. The counts limit the reply in bytes: names and cookies alone, and everything.
  case readDirectory(
    FileHandle, cookie: UInt64, verifier: UInt64, directoryCount: UInt32, maximumCount: UInt32)
  /// FSSTAT.
  case fileSystemStatistics(FileHandle)
  /// FSINFO.
  case fileSystemInformation(FileHandle)
  /// COMMIT: `count` bytes from byte `offset`, or all to the end if 0.
  case commit(FileHandle, offset: UInt64, count: UInt32)

  /// RPC program number.
  public static var program: UInt32 { 100_003 }
  /// RPC version number.
  public static var version: UInt32 { 3 }

  /// Procedure that this calls.
  public var procedure: NFSProcedure {
    switch self {
    case .null: .null
    case .getAttributes: .getAttributes
    case .setSize: .setAttributes
    case .lookUp: .lookUp
    case .access: .access
    case .readLink: .readLink
    case .read: .read
    case .write: .write
    case .create: .create
    case .makeDirectory: .makeDirectory
    case .remove: .remove
    case .removeDirectory: .removeDirectory
    case .rename: .rename
    case .readDirectory: .readDirectory
    case .fileSystemStatistics: .fileSystemStatistics
    case .fileSystemInformation: .fileSystemInformation
    case .commit: .commit
    }
  }

  /// Writes the arguments.
  public func write(to writer: inout XDRWriter) {
    switch self {
    case .null: break
    case .getAttributes(let file), .readLink(let file), .fileSystemStatistics(let file),
      .fileSystemInformation(let file):
      writer.opaque(file.bytes)
    case .setSize(let file, let size):
      writer.opaque(file.bytes)
      SetAttributes(size: size).write(to: &writer)
      // No guard: the size is set whatever the file's change time.
      writer.bool(false)
    case .lookUp(let directory, let name), .remove(let directory, let name),
      .removeDirectory(let directory, let name):
      writer.opaque(directory.bytes)
      writer.opaque(name)
    case .access(let file, let rights):
      writer.opaque(file.bytes)
      writer.uint32(rights.rawValue)
    case .read(let file, let offset, let count):
      writer.opaque(file.bytes)
      writer.uint64(offset)
      writer.uint32(count)
    case .write(let file, let offset, let data):
      writer.opaque(file.bytes)
      writer.uint64(offset)
      writer.uint32(UInt32(clamping: data.count))
      // FILE_SYNC.
      writer.uint32(2)
      writer.opaque(data)
    case .create(let directory, let name, let mode):
      writer.opaque(directory.bytes)
      writer.opaque(name)
      // UNCHECKED.
      writer.uint32(0)
      SetAttributes(mode: mode).write(to: &writer)
    case .makeDirectory(let directory, let name, let mode):
      writer.opaque(directory.bytes)
      writer.opaque(name)
      SetAttributes(mode: mode).write(to: &writer)
    case .rename(let from, let name, let to, let newName):
      writer.opaque(from.bytes)
      writer.opaque(name)
      writer.opaque(to.bytes)
      writer.opaque(newName)
    case .readDirectory(
      let directory, let cookie, let verifier, let directoryCount, let maximumCount):
      writer.opaque(directory.bytes)
      writer.uint64(cookie)
      writer.uint64(verifier)
      writer.uint32(directoryCount)
      writer.uint32(maximumCount)
    case .commit(let file, let offset, let count):
      writer.opaque(file.bytes)
      writer.uint64(offset)
      writer.uint32(count)
    }
  }
}

/// Procedure numbers (RFC 1813 section 3.3).
public enum NFSProcedure: UInt32, Sendable {
  /// NULL.
  case null = 0
  /// GETATTR.
  case getAttributes = 1
  /// SETATTR.
  case setAttributes = 2
  /// LOOKUP.
  case lookUp = 3
  /// ACCESS.
  case access = 4
  /// READLINK.
  case readLink = 5
  /// READ.
  case read = 6
  /// WRITE.
  case write = 7
  /// CREATE.
  case create = 8
  /// MKDIR.
  case makeDirectory = 9
  /// REMOVE.
  case remove = 12
  /// RMDIR.
  case removeDirectory = 13
  /// RENAME.
  case rename = 14
  /// READDIRPLUS.
  case readDirectory = 17
  /// FSSTAT.
  case fileSystemStatistics = 18
  /// FSINFO.
  case fileSystemInformation = 19
  /// COMMIT.
  case commit = 21

  /// The procedure with program and version.
  public var procedure: Procedure {
    Procedure(program: NFSCall.program, version: NFSCall.version, number: rawValue)
  }

  /// Whether repeating a call that succeeded succeeds again.
  var isRepeatable: Bool {
    switch self {
    case .makeDirectory, .remove, .removeDirectory, .rename: false
    default: true
    }
  }
}

/// Bits of ACCESS (RFC 1813 section 3.3.4).
public struct AccessRights: OptionSet, Sendable {
  /// The bits of the protocol.
  public let rawValue: UInt32
  /// The rights with these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// ACCESS3_READ.
  public static var read: AccessRights { AccessRights(rawValue: 1) }
  /// ACCESS3_LOOKUP: search a directory.
  public static var lookUp: AccessRights { AccessRights(rawValue: 2) }
  /// ACCESS3_MODIFY: change data or entries.
  public static var modify: AccessRights { AccessRights(rawValue: 4) }
  /// ACCESS3_EXTEND: write behind the end, or add entries.
  public static var extend: AccessRights { AccessRights(rawValue: 8) }
  /// ACCESS3_DELETE: remove entries.
  public static var delete: AccessRights { AccessRights(rawValue: 16) }
  /// ACCESS3_EXECUTE.
  public static var execute: AccessRights { AccessRights(rawValue: 32) }
  /// All six rights.
  public static var all: AccessRights { AccessRights(rawValue: 63) }
}

/// `sattr3`: attributes to change; nil leaves one as it is.
struct SetAttributes {
  var mode: UInt32?
  var size: UInt64?

  func write(to writer: inout XDRWriter) {
    writer.bool(mode != nil)
    if let mode { writer.uint32(mode) }
    // User and group.
    writer.bool(false)
    writer.bool(false)
    writer.bool(size != nil)
    if let size { writer.uint64(size) }
    // Times of access and modification.
    writer.uint32(0)
    writer.uint32(0)
  }
}
