// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import XDR

/// NFS version 3 (RFC 1813), reading only: what would change anything is refused with NFS3ERR_ROFS.
struct NFSv3Program: RPCProgram {
  let number: UInt32 = 100_003
  let version: UInt32 = 3
  let tree: ExportedTree

  /// Bytes that one READ gives at most.
  static let readLimit: UInt32 = 1 << 16

  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter? {
    // Results of a failure carry attributes that may be left out: so many in each procedure.
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
    // SETATTR, WRITE, CREATE to RMDIR, COMMIT: attributes before and after. RENAME has two such, LINK one more.
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
    // Read, look up, execute; not modify, extend, delete.
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

  /// READDIR, and READDIRPLUS, whose entries have attributes and handles too. A cookie is the number of
  /// entries up to it.
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
      // One that went away meanwhile is left out.
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
        // Behind it the end of the list and whether that was all.
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
    // READ: most, preferred, multiple of; WRITE the same; READDIR preferred.
    let (most, multiple) = (Self.readLimit, UInt32(4096))
    for word in [most, most, multiple, most, most, multiple, most] { results.uint32(word) }
    results.uint64(UInt64(Int64.max))
    // Times are exact to a nanosecond; there are symbolic links, and it is all the same.
    for word: UInt32 in [0, 1, 0x0a] { results.uint32(word) }
    return results
  }

  private func pathConfiguration(_ handle: ExportHandle, _: inout XDRReader) throws -> XDRWriter {
    var results = XDRWriter()
    results.someAttributes(try tree.attributes(of: handle))
    // Links, bytes of a name; not truncated, owners restricted, cases differ and are kept.
    for word: UInt32 in [1, 255, 1, 1, 0, 1] { results.uint32(word) }
    return results
  }
}

extension XDRWriter {
  /// fattr3 (RFC 1813, section 2.6).
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
    // Nobody may write.
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

  /// post_op_attr, there.
  fileprivate mutating func someAttributes(_ status: stat) {
    bool(true)
    attributes(status)
  }
}
