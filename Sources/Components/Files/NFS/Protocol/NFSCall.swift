// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import ONCRPC
import XDR

/// The calls of NFS version 3 (RFC 1813 section 3.3) that a client of files needs.
public enum NFSCall: Sendable {
  case null
  case getAttributes(FileHandle)
  case setSize(FileHandle, UInt64)
  case lookUp(directory: FileHandle, name: [UInt8])
  case access(FileHandle, AccessRights)
  case readLink(FileHandle)
  case read(FileHandle, offset: UInt64, count: UInt32)
  /// The data is on stable storage when the answer comes.
  case write(FileHandle, offset: UInt64, data: [UInt8])
  /// A file that exists already is opened, not emptied.
  case create(directory: FileHandle, name: [UInt8], mode: UInt32)
  case makeDirectory(directory: FileHandle, name: [UInt8], mode: UInt32)
  case remove(directory: FileHandle, name: [UInt8])
  case removeDirectory(directory: FileHandle, name: [UInt8])
  case rename(
    from: FileHandle, name: [UInt8], to: FileHandle, newName: [UInt8])
  case readDirectory(
    FileHandle, cookie: UInt64, verifier: UInt64, directoryCount: UInt32, maximumCount: UInt32)
  case fileSystemStatistics(FileHandle)
  case fileSystemInformation(FileHandle)
  case commit(FileHandle, offset: UInt64, count: UInt32)

  public static var program: UInt32 { 100_003 }
  public static var version: UInt32 { 3 }

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

  public func write(to writer: inout XDRWriter) {
    switch self {
    case .null: break
    case .getAttributes(let file), .readLink(let file), .fileSystemStatistics(let file),
      .fileSystemInformation(let file):
      writer.opaque(file.bytes)
    case .setSize(let file, let size):
      writer.opaque(file.bytes)
      SetAttributes(size: size).write(to: &writer)
      // No guard: whoever truncates does not care for the time of the last change.
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

/// Procedure numbers.
public enum NFSProcedure: UInt32, Sendable {
  case null = 0
  case getAttributes = 1
  case setAttributes = 2
  case lookUp = 3
  case access = 4
  case readLink = 5
  case read = 6
  case write = 7
  case create = 8
  case makeDirectory = 9
  case remove = 12
  case removeDirectory = 13
  case rename = 14
  /// READDIRPLUS.
  case readDirectory = 17
  case fileSystemStatistics = 18
  case fileSystemInformation = 19
  case commit = 21

  public var procedure: Procedure {
    Procedure(program: NFSCall.program, version: NFSCall.version, number: rawValue)
  }

  /// Whether doing it twice can fail where doing it once succeeds.
  var isRepeatable: Bool {
    switch self {
    case .makeDirectory, .remove, .removeDirectory, .rename: false
    default: true
    }
  }
}

/// Bits of ACCESS (RFC 1813 section 3.3.4).
public struct AccessRights: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var read: AccessRights { AccessRights(rawValue: 1) }
  public static var lookUp: AccessRights { AccessRights(rawValue: 2) }
  public static var modify: AccessRights { AccessRights(rawValue: 4) }
  public static var extend: AccessRights { AccessRights(rawValue: 8) }
  public static var delete: AccessRights { AccessRights(rawValue: 16) }
  public static var execute: AccessRights { AccessRights(rawValue: 32) }
  public static var all: AccessRights { AccessRights(rawValue: 63) }
}

/// `sattr3`: what is nil stays as it is.
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
