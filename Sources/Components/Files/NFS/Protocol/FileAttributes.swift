// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// Kind of file: `ftype3` (RFC 1813 section 2.6).
public enum FileType: UInt32, Sendable {
  /// NF3REG.
  case regular = 1
  /// NF3DIR.
  case directory
  /// NF3BLK.
  case blockDevice
  /// NF3CHR.
  case characterDevice
  /// NF3LNK.
  case symbolicLink
  /// NF3SOCK.
  case socket
  /// NF3FIFO.
  case pipe
}

/// A time stamp of a file: `nfstime3` (RFC 1813 section 2.6).
public struct FileTime: Comparable, Sendable {
  /// Since 1970.
  public var seconds: UInt32
  /// Below 1,000,000,000 if the server is honest.
  public var nanoseconds: UInt32

  /// The time stamp with these fields.
  public init(seconds: UInt32, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  init(_ reader: inout XDRReader) throws(XDRError) {
    seconds = try reader.uint32()
    nanoseconds = try reader.uint32()
  }

  /// Whether `left` is earlier.
  public static func < (left: FileTime, right: FileTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

/// `fattr3` (RFC 1813 section 2.6): 84 bytes.
public struct FileAttributes: Equatable, Sendable {
  /// Kind of file.
  public var type: FileType
  /// Permission bits (0o7777), without the type.
  public var mode: UInt32
  /// Number of hard links.
  public var linkCount: UInt32
  /// User ID of the owner.
  public var user: UInt32
  /// Group ID.
  public var group: UInt32
  /// Bytes.
  public var size: UInt64
  /// Bytes of storage in use.
  public var used: UInt64
  /// Major number; of device files only.
  public var deviceMajor: UInt32
  /// Minor number; of device files only.
  public var deviceMinor: UInt32
  /// `fsid`: identifies the file system on the server.
  public var fileSystem: UInt64
  /// `fileid`: identifies the file within its file system.
  public var fileNumber: UInt64
  /// Last access.
  public var accessed: FileTime
  /// Last change of the data.
  public var modified: FileTime
  /// Last change of the data or the attributes.
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

  /// `post_op_attr`: nil if the server left the attributes out.
  static func optional(_ reader: inout XDRReader) throws(XDRError) -> FileAttributes? {
    try reader.bool() ? try FileAttributes(&reader) : nil
  }

  /// `wcc_data`: the attributes after the operation. Those from before it are skipped.
  static func afterChange(_ reader: inout XDRReader) throws(XDRError) -> FileAttributes? {
    if try reader.bool() { _ = try reader.fixedOpaque(24) }
    return try optional(&reader)
  }

  /// Whether data that was read when the file had the attributes `other` is still current. The change time counts too,
  /// because programs can set the modification time to any value.
  func hasSameContent(as other: FileAttributes) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
      && fileNumber == other.fileNumber && fileSystem == other.fileSystem
  }
}
