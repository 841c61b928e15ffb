// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import XDR

/// An entry of a directory (`entryplus3`).
public struct DirectoryEntry: Sendable {
  /// 1 to 255 bytes, none of them a slash or NUL.
  public var name: [UInt8]
  /// `fileid3`, the inode number on most servers.
  public var fileNumber: UInt64
  /// Nil if the server left them out.
  public var attributes: FileAttributes?
  /// Nil if the server left it out.
  public var handle: FileHandle?
}

/// The results of one READDIRPLUS (RFC 1813 section 3.3.17). Entries with impossible names are dropped, because such
/// a name could lead out of the directory.
public struct DirectoryPage: Sendable {
  /// Cookie verifier, to be sent with the next request.
  public var verifier: UInt64
  /// In the order of the server.
  public var entries: [DirectoryEntry]
  /// Cookie from which the next page continues; nil if this page is empty.
  public var lastCookie: UInt64?
  /// Whether the directory ends with this page.
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

  /// Whether a directory entry can have this name.
  static func isName(_ name: [UInt8]) -> Bool {
    guard name.count >= 1, name.count <= 255 else { return false }
    for byte in name where byte == 0x2f || byte == 0 { return false }
    return true
  }
}
