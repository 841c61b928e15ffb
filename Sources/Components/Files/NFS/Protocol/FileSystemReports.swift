// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// Results of FSINFO (RFC 1813 section 3.3.19); sizes in bytes.
public struct FileSystemInformation: Equatable, Sendable {
  /// Largest READ that the server accepts.
  public var readMaximum: UInt32
  /// READ size that the server prefers.
  public var readPreferred: UInt32
  /// READ sizes should be multiples of this.
  public var readMultiple: UInt32
  /// Largest WRITE that the server accepts.
  public var writeMaximum: UInt32
  /// WRITE size that the server prefers.
  public var writePreferred: UInt32
  /// WRITE sizes should be multiples of this.
  public var writeMultiple: UInt32
  /// READDIR size that the server prefers.
  public var directoryPreferred: UInt32
  /// Largest possible file.
  public var fileMaximum: UInt64
  /// Resolution of time stamps.
  public var timeDelta: FileTime
  /// `FSF3_` flags.
  public var properties: UInt32

  init(_ reader: inout XDRReader) throws(XDRError) {
    readMaximum = try reader.uint32()
    readPreferred = try reader.uint32()
    readMultiple = try reader.uint32()
    writeMaximum = try reader.uint32()
    writePreferred = try reader.uint32()
    writeMultiple = try reader.uint32()
    directoryPreferred = try reader.uint32()
    fileMaximum = try reader.uint64()
    timeDelta = try FileTime(&reader)
    properties = try reader.uint32()
  }
}

/// Results of FSSTAT (RFC 1813 section 3.3.18).
public struct FileSystemStatistics: Equatable, Sendable {
  /// Size of the file system.
  public var totalBytes: UInt64
  /// Free space.
  public var freeBytes: UInt64
  /// Free space that this user may take.
  public var availableBytes: UInt64
  /// Number of files that the file system can hold.
  public var totalFiles: UInt64
  /// Number of files that can still be created.
  public var freeFiles: UInt64
  /// Number of files that this user can still create.
  public var availableFiles: UInt64
  /// Seconds for which the server does not expect these numbers to change.
  public var invariantTime: UInt32

  init(_ reader: inout XDRReader) throws(XDRError) {
    totalBytes = try reader.uint64()
    freeBytes = try reader.uint64()
    availableBytes = try reader.uint64()
    totalFiles = try reader.uint64()
    freeFiles = try reader.uint64()
    availableFiles = try reader.uint64()
    invariantTime = try reader.uint32()
  }
}
