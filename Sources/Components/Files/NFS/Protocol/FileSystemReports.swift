// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// FSINFO (RFC 1813 section 3.3.19): sizes in bytes.
public struct FileSystemInformation: Equatable, Sendable {
  public var readMaximum: UInt32
  public var readPreferred: UInt32
  public var readMultiple: UInt32
  public var writeMaximum: UInt32
  public var writePreferred: UInt32
  public var writeMultiple: UInt32
  public var directoryPreferred: UInt32
  public var fileMaximum: UInt64
  public var timeDelta: FileTime
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

/// FSSTAT (RFC 1813 section 3.3.18): bytes and numbers of files.
public struct FileSystemStatistics: Equatable, Sendable {
  public var totalBytes: UInt64
  public var freeBytes: UInt64
  public var availableBytes: UInt64
  public var totalFiles: UInt64
  public var freeFiles: UInt64
  public var availableFiles: UInt64
  /// Seconds for which this is not expected to change.
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
