// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import XDR

/// NFS version 3 (RFC 1813), read-only: procedures that would change anything fail with NFS3ERR_ROFS.
struct NFSv3Program: RPCProgram {
  let number: UInt32 = 100_003
  let version: UInt32 = 3
  let tree: ExportedTree

  /// Maximum number of bytes that one READ returns.
  static let readLimit: UInt32 = 1 << 16

  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter? {
    // A failure carries as many `post_op_attr` as `withoutAttributes` says; each is sent as absent.
    switch procedure {
    case 1: return try answer(&arguments, withoutAttributes: 0, getAttributes)
    case 3: return try answer(&arguments, withoutAttributes: 1, lookUp)
    case 4: return try answer(&arguments, withoutAttributes: 1, access)
    case 5: return try answer(&arguments, withoutAttributes: 1, readLink)
    case 6: return try answer(&arguments, withoutAttributes: 1, read)
    case 16:
      return try answer(&arguments, withoutAttributes: 1) { handle, arguments in
        try Self.list(handle, &arguments, tree, isLong: false)
      }
    case 17:
      return try answer(&arguments, withoutAttributes: 1) { handle, arguments in
        try Self.list(handle, &arguments, tree, isLong: true)
      }
    case 18: return try answer(&arguments, withoutAttributes: 1, fileSystemState)
    case 19: return try answer(&arguments, withoutAttributes: 1, fileSystemInfo)
    case 20: return try answer(&arguments, withoutAttributes: 1, pathConfiguration)
    // The words are absent attributes. SETATTR, WRITE, CREATE to RMDIR and COMMIT: before and after (`wcc_data`).
    // RENAME: two `wcc_data`. LINK: one `wcc_data` and one `post_op_attr`.
    case 2, 7...13, 21: return refusal(words: 2)
    case 14: return refusal(words: 4)
    case 15: return refusal(words: 3)
    default: return nil
    }
  }

  private typealias Operation = (ExportHandle, inout XDRReader) throws -> XDRWriter

  private func answer(
    _ arguments: inout XDRReader, withoutAttributes: Int, _ operation: Operation
  ) throws(XDRError) -> XDRWriter {
    let bytes = try arguments.opaqueBytes(limit: 64)
    do {
      var results = XDRWriter()
      results.uint32(0)
      let rest = try operation(ExportHandle(bytes), &arguments)
      results.fixedOpaque(rest.bytes.span)
      return results
    } catch let status as ExportStatus {
      var results = XDRWriter()
      results.uint32(status.rawValue)
      for _ in 0..<withoutAttributes { results.bool(false) }
      return results
    } catch {
      throw XDRError.truncated
    }
  }

  private func refusal(words: Int) -> XDRWriter {
    var results = XDRWriter()
    results.uint32(ExportStatus.readOnly.rawValue)
    for _ in 0..<words { results.bool(false) }
    return results
  }

  // MARK: Procedures

  private func getAttributes(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    results.attributes(try tree.attributes(of: handle))
    return results
  }

  private func lookUp(_ directory: ExportHandle, _ arguments: inout XDRReader) throws -> XDRWriter {
    let name = try arguments.opaqueBytes(limit: 1024)
    let found = try tree.lookup(name, in: directory)
    var results = XDRWriter()
    results.opaque(found.bytes)
    results.someAttributes(try tree.attributes(of: found))
    results.someAttributes(try tree.attributes(of: directory))
    return results
  }

  private func access(_ handle: ExportHandle, _ arguments: inout XDRReader) throws -> XDRWriter {
    let wanted = try arguments.uint32()
    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: handle))
    // ACCESS3_READ, LOOKUP and EXECUTE, but not MODIFY, EXTEND or DELETE.
    results.uint32(try tree.mayRead(handle) ? wanted & 0x23 : 0)
    return results
  }

  private func readLink(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    let target = try tree.target(of: handle)
    results.someAttributes(try tree.attributes(of: handle))
    results.opaque(target)
    return results
  }

  private func read(_ handle: ExportHandle, _ arguments: inout XDRReader) throws -> XDRWriter {
    let (offset, count) = (try arguments.uint64(), try arguments.uint32())
    let piece = try tree.read(handle, at: offset, count: Int(min(count, Self.readLimit)))
    var results = XDRWriter()
    results.someAttributes(piece.status)
    results.uint32(UInt32(piece.bytes.count))
    results.bool(piece.isEnd)
    results.opaque(piece.bytes)
    return results
  }

  /// READDIR, or READDIRPLUS if `isLong`, whose entries also have attributes and handles. A cookie is the number of
  /// entries up to and including its own.
  private static func list(
    _ directory: ExportHandle, _ arguments: inout XDRReader, _ tree: ExportedTree, isLong: Bool
  ) throws -> XDRWriter {
    let cookie = try arguments.uint64()
    _ = try arguments.fixedOpaque(8)
    if isLong { _ = try arguments.uint32() }
    let limit = Int(min(try arguments.uint32(), readLimit))
    let names = try tree.names(in: directory)
    guard cookie <= UInt64(names.count) else { throw ExportStatus.badCookie }

    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: directory))
    results.uint64(0)
    var next = Int(cookie)
    while next < names.count {
      // A file that was removed in the meantime is left out.
      if let found = try? tree.lookup(names[next], in: directory),
        let attributes = try? tree.attributes(of: found)
      {
        var entry = XDRWriter()
        entry.bool(true)
        entry.uint64(UInt64(attributes.st_ino))
        entry.opaque(names[next])
        entry.uint64(UInt64(next + 1))
        if isLong {
          entry.someAttributes(attributes)
          entry.bool(true)
          entry.opaque(found.bytes)
        }
        // 8 bytes are left for the end of the list and the end-of-directory flag.
        if results.bytes.count + entry.bytes.count + 8 > limit { break }
        results.fixedOpaque(entry.bytes.span)
      }
      next += 1
    }
    if next == Int(cookie), next < names.count { throw ExportStatus.tooSmall }
    results.bool(false)
    results.bool(next == names.count)
    return results
  }

  private func fileSystemState(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: handle))
    for _ in 0..<6 { results.uint64(0) }
    results.uint32(0)
    return results
  }

  private func fileSystemInfo(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: handle))
    // READ: maximum, preferred, multiple; WRITE the same; READDIR: preferred.
    let (most, multiple) = (Self.readLimit, UInt32(4096))
    for word in [most, most, multiple, most, most, multiple, most] { results.uint32(word) }
    results.uint64(UInt64(Int64.max))
    // Times are exact to 1 ns. FSF3_SYMLINK | FSF3_HOMOGENEOUS.
    for word: UInt32 in [0, 1, 0x0a] { results.uint32(word) }
    return results
  }

  private func pathConfiguration(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: handle))
    // linkmax, name_max, no_trunc, chown_restricted, case_insensitive (no), case_preserving.
    for word: UInt32 in [1, 255, 1, 1, 0, 1] { results.uint32(word) }
    return results
  }
}

extension XDRWriter {
  /// `fattr3` (RFC 1813, section 2.6).
  fileprivate mutating func attributes(_ status: stat) {
    let type: UInt32 =
      switch status.st_mode & S_IFMT {
      case S_IFREG: 1
      case S_IFDIR: 2
      case S_IFBLK: 3
      case S_IFCHR: 4
      case S_IFLNK: 5
      case S_IFSOCK: 6
      default: 7
      }
    uint32(type)
    // The export is read-only.
    uint32(UInt32(status.st_mode) & 0o555)
    uint32(UInt32(truncatingIfNeeded: status.st_nlink))
    uint32(status.st_uid)
    uint32(status.st_gid)
    uint64(UInt64(clamping: status.st_size))
    uint64(UInt64(clamping: status.st_blocks) &* 512)
    uint64(0)
    uint64(1)
    uint64(UInt64(status.st_ino))
    for time in [status.st_atim, status.st_mtim, status.st_ctim] {
      uint32(UInt32(clamping: time.tv_sec))
      uint32(UInt32(clamping: time.tv_nsec))
    }
  }

  /// `post_op_attr` with attributes present.
  fileprivate mutating func someAttributes(_ status: stat) {
    bool(true)
    attributes(status)
  }
}
