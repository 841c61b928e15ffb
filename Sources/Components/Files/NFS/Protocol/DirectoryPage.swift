// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import XDR

/// A file in a directory.
public struct DirectoryEntry: Sendable {
  /// 1 to 255 bytes without slash and NUL.
  public var name: [UInt8]
  public var fileNumber: UInt64
  public var attributes: FileAttributes?
  public var handle: FileHandle?
}

/// One answer to READDIRPLUS (RFC 1813 section 3.3.17). Entries whose names no file can have are
/// left out: they would lead out of the directory.
public struct DirectoryPage: Sendable {
  public var verifier: UInt64
  public var entries: [DirectoryEntry]
  /// Where the next page starts; nil if there was no entry.
  public var lastCookie: UInt64?
  public var isEnd: Bool

  init(_ reader: inout XDRReader) throws(XDRError) {
    verifier = try reader.uint64()
    entries = []
    while try reader.bool() {
      let fileNumber = try reader.uint64()
      let name = try reader.opaqueBytes(limit: 4096)
      lastCookie = try reader.uint64()
      let attributes = try FileAttributes.optional(&reader)
      var handle: FileHandle?
      if try reader.bool() { handle = FileHandle(try reader.opaqueBytes(limit: 64)) }
      guard Self.isName(name) else { continue }
      entries.append(
        DirectoryEntry(name: name, fileNumber: fileNumber, attributes: attributes, handle: handle))
    }
    isEnd = try reader.bool()
  }

  /// Whether a directory can have an entry of that name.
  static func isName(_ name: [UInt8]) -> Bool {
    guard name.count >= 1, name.count <= 255 else { return false }
    for byte in name where byte == 0x2f || byte == 0 { return false }
    return true
  }
}
