// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// `ftype3`.
public enum FileType: UInt32, Sendable {
  case regular = 1
  case directory, blockDevice, characterDevice, symbolicLink, socket, pipe
}

/// A time of a file: `nfstime3`.
public struct FileTime: Comparable, Sendable {
  public var seconds: UInt32
  public var nanoseconds: UInt32

  public init(seconds: UInt32, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  init(_ reader: inout XDRReader) throws(XDRError) {
    seconds = try reader.uint32()
    nanoseconds = try reader.uint32()
  }

  public static func < (left: FileTime, right: FileTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

/// `fattr3` (RFC 1813 section 2.6): 84 bytes.
public struct FileAttributes: Equatable, Sendable {
  public var type: FileType
  /// Permission bits; the type is not among them.
  public var mode: UInt32
  public var linkCount: UInt32
  public var user: UInt32
  public var group: UInt32
  public var size: UInt64
  /// Bytes of storage.
  public var used: UInt64
  public var deviceMajor: UInt32
  public var deviceMinor: UInt32
  public var fileSystem: UInt64
  public var fileNumber: UInt64
  public var accessed: FileTime
  public var modified: FileTime
  public var changed: FileTime

  init(_ reader: inout XDRReader) throws(XDRError) {
    guard let type = FileType(rawValue: try reader.uint32()) else { throw .badValue }
    self.type = type
    mode = try reader.uint32() & 0o7777
    linkCount = try reader.uint32()
    user = try reader.uint32()
    group = try reader.uint32()
    size = try reader.uint64()
    used = try reader.uint64()
    deviceMajor = try reader.uint32()
    deviceMinor = try reader.uint32()
    fileSystem = try reader.uint64()
    fileNumber = try reader.uint64()
    accessed = try FileTime(&reader)
    modified = try FileTime(&reader)
    changed = try FileTime(&reader)
  }

  /// `post_op_attr`: servers may leave attributes out.
  static func optional(_ reader: inout XDRReader) throws(XDRError) -> FileAttributes? {
    try reader.bool() ? try FileAttributes(&reader) : nil
  }

  /// The attributes after the operation in `wcc_data`; those before are of no use here.
  static func afterChange(_ reader: inout XDRReader) throws(XDRError) -> FileAttributes? {
    if try reader.bool() { _ = try reader.fixedOpaque(24) }
    return try optional(&reader)
  }

  /// Whether data that was read under `other` is still the file's. The time of the last change of the attributes
  /// counts, too, as programs set the time of the last modification to what they like.
  func hasSameContent(as other: FileAttributes) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
      && fileNumber == other.fileNumber && fileSystem == other.fileSystem
  }
}
