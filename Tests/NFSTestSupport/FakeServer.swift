// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFS
import ONCRPC
import XDR

/// An NFS server in memory, written from RFC 1813. It shares only the XDR encoding with the client. It can
/// be busy, lose answers and files, return less than requested, and refuse calls.
public final class FakeServer {
  /// A file, directory or link.
  public struct Node {
    /// `ftype3`: 1 is a file, 2 a directory, 5 a link.
    public var type: UInt32 = 1
    /// A file's contents or a link's target.
    public var data: [UInt8] = []
    /// A directory's names in order, with the nodes' numbers.
    public var entries: [(name: String, number: UInt64)] = []
    /// Modification time (`mtime`) in seconds.
    public var modified: UInt32 = 1
    /// Change time (`ctime`) in seconds.
    public var changed: UInt32 = 1
    /// The number of names that the node has.
    public var linkCount: UInt32 = 1
  }

  /// All nodes by number; the root is 1.
  public var nodes: [UInt64: Node] = [1: Node(type: 2)]
  /// Part of every handle: incrementing it makes all earlier handles stale.
  public var epoch: UInt8 = 0
  /// The number of calls so far, by NFS procedure.
  public var calls: [UInt32: Int] = [:]
  /// The most bytes that a READ returns.
  public var readLimit = Int.max
  /// The number of calls to answer with NFS3ERR_JUKEBOX.
  public var busyAnswers = 0
  /// Whether the port mapper knows the services.
  public var isRegistered = true
  /// The status of MOUNT; 0 is success.
  public var mountStatus: UInt32 = 0
  /// FSINFO's `rtmax` in bytes.
  public var readMaximum: UInt32 = 65_536
  /// How many answers are to be lost, by procedure.
  public var lost: [UInt32: Int] = [:]
  /// Whether replies leave out the optional attributes.
  public var omitsAttributes = false
  /// Ways to refuse NFS calls although the export was mounted.
  public enum Refusal: CaseIterable, Sendable {
    /// AUTH_TOOWEAK, as for a client port above 1023.
    case credentials
    /// PROG_MISMATCH: the server has another version of NFS.
    case version
    /// PROG_UNAVAIL: there is no NFS at this port.
    case program
    /// NFS3ERR_PERM for each call.
    case root
  }
  /// How calls are refused, if they are.
  public var refusal: Refusal?
  /// Called with the procedure of each NFS call, before it is answered.
  public var willAnswer: (UInt32) -> Void = { _ in }
  /// Called within a READ, between reading the data and sampling the attributes.
  public var hasRead: () -> Void = {}
  /// The status with which a call to this procedure fails; nil for none.
  public var failure: (UInt32) -> UInt32? = { _ in nil }
  /// Whether the answer to a call of this procedure is lost.
  public var isLost: (UInt32) -> Bool = { _ in false }

  private var lastNumber: UInt64 = 1

  /// Creates a server with an empty root directory.
  public init() {}

  /// Adds a node and returns its number.
  public func add(_ name: String, _ data: [UInt8] = [], type: UInt32 = 1, in directory: UInt64 = 1)
    -> UInt64
  {
    lastNumber += 1
    let number = lastNumber
    nodes[number] = Node(type: type, data: data)
    nodes[directory]?.entries.append((name, number))
    return number
  }

  /// Replaces a name's file by a new one, and returns the new file's number.
  public func replace(_ name: String, _ data: [UInt8], modified: UInt32, in directory: UInt64 = 1)
    -> UInt64
  {
    remove(name, at: modified, in: directory)
    let number = add(name, data, in: directory)
    nodes[number]?.modified = modified
    nodes[number]?.changed = modified
    return number
  }

  /// Removes a name. The node remains accessible by its handle, unless `forgets`.
  public func remove(
    _ name: String, at time: UInt32, in directory: UInt64 = 1, forgets: Bool = false
  ) {
    guard let index = nodes[directory]?.entries.firstIndex(where: { $0.name == name }),
      let number = nodes[directory]?.entries.remove(at: index).number
    else { return }
    nodes[number]?.linkCount = 0
    nodes[number]?.changed = time
    if forgets { nodes[number] = nil }
  }

  /// A node's handle. It ends in a checksum, so that a damaged handle does not refer to another file.
  public func handle(_ number: UInt64) -> [UInt8] {
    let bytes = [epoch] + (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    return bytes + [bytes.reduce(0x5a) { ($0 &* 31) ^ $1 }]
  }

  private func number(_ handle: [UInt8]) -> UInt64? {
    guard handle.count == 10 else { return nil }
    var number: UInt64 = 0
    for index in 0..<8 { number |= UInt64(handle[index + 1]) << UInt64(8 * index) }
    return nodes[number] == nil || handle != self.handle(number) ? nil : number
  }

  /// The reply to a call, without a record mark; nil for none.
  public func answer(_ record: [UInt8]) -> [UInt8]? {
    var reader = XDRReader(record)
    var writer = XDRWriter()
    do throws(XDRError) {
      let xid = try reader.uint32()
      guard try reader.uint32() == 0, try reader.uint32() == 2 else { return nil }
      let program = try reader.uint32()
      _ = try reader.uint32()
      let procedure = try reader.uint32()
      for _ in 0..<2 {
        _ = try reader.uint32()
        _ = try reader.opaque(limit: 400)
      }
      for word in [xid, 1, 0, 0, 0, 0] { writer.uint32(word) }
      switch program {
      case 100_000:
        let asked = try reader.uint32()
        writer.uint32(isRegistered ? (asked == 100_003 ? 2049 : 635) : 0)
      case 100_005:
        writer.uint32(mountStatus)
        if mountStatus == 0 {
          writer.opaque(handle(1))
          writer.uint32(1)
          writer.uint32(1)
        }
      default:
        calls[procedure, default: 0] += 1
        willAnswer(procedure)
        if let refusal, refusal != .root { return refuse(xid, refusal) }
        if let status = refusal == .root ? 1 : failure(procedure) {
          writer.uint32(status)
          for _ in 0..<3 { writer.uint32(0) }
        } else if busyAnswers > 0 {
          busyAnswers -= 1
          writer.uint32(10008)
          writer.uint32(0)
          writer.uint32(0)
          writer.uint32(0)
        } else {
          try files(procedure, &reader, &writer)
        }
        if isLost(procedure) { return nil }
        if let left = lost[procedure], left > 0 {
          lost[procedure] = left - 1
          return nil
        }
      }
    } catch {
      return nil
    }
    return writer.bytes
  }

  private func parent(of directory: UInt64) -> UInt64 {
    nodes.first { $0.value.entries.contains { $0.number == directory } }?.key ?? 1
  }

  private func refuse(_ xid: UInt32, _ refusal: Refusal) -> [UInt8] {
    var writer = XDRWriter()
    let words: [UInt32] =
      switch refusal {
      case .credentials: [xid, 1, 1, 1, 5]
      case .version: [xid, 1, 0, 0, 0, 2, 4, 4]
      case .program, .root: [xid, 1, 0, 0, 0, 1]
      }
    for word in words { writer.uint32(word) }
    return writer.bytes
  }

  private func attributes(_ number: UInt64, _ writer: inout XDRWriter) {
    let node = nodes[number] ?? Node()
    for word in [node.type, 0o644, node.linkCount, 0, 0] { writer.uint32(word) }
    writer.uint64(UInt64(node.data.count))
    writer.uint64(UInt64(node.data.count))
    for word: UInt32 in [0, 0, 0, 1] { writer.uint32(word) }
    writer.uint64(number)
    for word in [1, 0, node.modified, 0, node.changed, 0] { writer.uint32(word) }
  }

  private func optional(_ number: UInt64?, _ writer: inout XDRWriter) {
    guard let number, !omitsAttributes else { return writer.uint32(0) }
    writer.uint32(1)
    attributes(number, &writer)
  }

  private func change(_ number: UInt64?, _ writer: inout XDRWriter) {
    writer.uint32(0)
    optional(number, &writer)
  }

  private static var sizeLimit: UInt64 { 1 << 20 }

  private func resized(_ data: [UInt8], _ size: Int) -> [UInt8] {
    Array(data.prefix(size)) + [UInt8](repeating: 0, count: max(size - data.count, 0))
  }

  /// Reads `sattr3`, and calls `size` if it sets the size. The rest is ignored.
  private func sattr(
    _ reader: inout XDRReader, _ size: (UInt64) -> Void
  ) throws(XDRError) {
    for _ in 0..<3 where try reader.bool() { _ = try reader.uint32() }
    if try reader.bool() { size(try reader.uint64()) }
  }

  private func files(
    _ procedure: UInt32, _ reader: inout XDRReader, _ writer: inout XDRWriter
  ) throws(XDRError) {
    let file = number(try reader.opaqueBytes(limit: 64))
    guard let file, let node = nodes[file] else {
      writer.uint32(70)
      return [UInt32(0), 0].forEach { writer.uint32($0) }
    }
    func name() throws(XDRError) -> String { text(try reader.opaqueBytes(limit: 255)) }
    func found(_ name: String) -> UInt64? { node.entries.first { $0.name == name }?.number }
    switch procedure {
    case 1:
      writer.uint32(0)
      attributes(file, &writer)
    case 3:
      let name = try name()
      guard node.type == 2, let number = name == ".." ? parent(of: file) : found(name)
      else {
        writer.uint32(node.type == 2 ? 2 : 20)
        return optional(file, &writer)
      }
      writer.uint32(0)
      writer.opaque(handle(number))
      optional(number, &writer)
      optional(file, &writer)
    case 4:
      writer.uint32(0)
      optional(file, &writer)
      writer.uint32(0x3f)
    case 5:
      writer.uint32(0)
      optional(file, &writer)
      writer.opaque(node.data)
    case 6:
      let offset = try reader.uint64()
      let count = min(Int(try reader.uint32()), readLimit)
      let start = Int(min(offset, UInt64(node.data.count)))
      let end = min(start + count, node.data.count)
      hasRead()
      writer.uint32(0)
      optional(nodes[file] == nil ? nil : file, &writer)
      writer.uint32(UInt32(end - start))
      writer.bool(end == node.data.count)
      writer.opaque(Array(node.data[start..<end]))
    case 2:
      var size = UInt64(node.data.count)
      try sattr(&reader) { size = $0 }
      guard size <= Self.sizeLimit else {
        writer.uint32(27)
        return change(file, &writer)
      }
      nodes[file]?.data = resized(node.data, Int(size))
      nodes[file]?.modified += 1
      writer.uint32(0)
      change(file, &writer)
    case 7:
      let start = try reader.uint64()
      guard start <= Self.sizeLimit else {
        writer.uint32(27)
        return change(file, &writer)
      }
      let offset = Int(start)
      _ = try reader.uint64()
      let data = try reader.opaqueBytes(limit: 1 << 20)
      var whole = node.data.count < offset ? resized(node.data, offset) : node.data
      whole.replaceSubrange(offset..<min(offset + data.count, whole.count), with: data)
      nodes[file]?.data = whole
      nodes[file]?.modified += 1
      writer.uint32(0)
      change(file, &writer)
      writer.uint32(UInt32(data.count))
      for word: UInt32 in [2, 0, 7] { writer.uint32(word) }
    case 8, 9:
      let name = try name()
      guard found(name) == nil || procedure == 8 else {
        writer.uint32(17)
        return change(file, &writer)
      }
      let number = found(name) ?? add(name, type: procedure == 8 ? 1 : 2, in: file)
      writer.uint32(0)
      writer.bool(true)
      writer.opaque(handle(number))
      optional(number, &writer)
      change(file, &writer)
    case 14:
      let old = try name()
      let target = self.number(try reader.opaqueBytes(limit: 64))
      let new = try name()
      guard let moved = found(old), let target else {
        writer.uint32(2)
        change(file, &writer)
        return change(target, &writer)
      }
      nodes[file]?.entries.removeAll { $0.name == old }
      nodes[target]?.entries.removeAll { $0.name == new }
      nodes[target]?.entries.append((new, moved))
      writer.uint32(0)
      change(file, &writer)
      change(target, &writer)
    case 21:
      writer.uint32(0)
      change(file, &writer)
      writer.uint64(7)
    case 12, 13:
      let name = try name()
      guard found(name) != nil else {
        writer.uint32(2)
        return change(file, &writer)
      }
      if let number = found(name), nodes[number]?.entries.isEmpty == false {
        writer.uint32(66)
        return change(file, &writer)
      }
      nodes[file]?.entries.removeAll { $0.name == name }
      writer.uint32(0)
      change(file, &writer)
    case 17:
      let cookie = min(try reader.uint64(), 1 << 20)
      guard node.type == 2 else {
        writer.uint32(20)
        return optional(file, &writer)
      }
      writer.uint32(0)
      optional(file, &writer)
      writer.uint64(7)
      for index in node.entries.indices.dropFirst(Int(cookie)).prefix(3) {
        writer.uint32(1)
        writer.uint64(node.entries[index].number)
        writer.opaque(bytes(node.entries[index].name))
        writer.uint64(UInt64(index + 1))
        optional(node.entries[index].number, &writer)
        writer.uint32(1)
        writer.opaque(handle(node.entries[index].number))
      }
      writer.uint32(0)
      writer.bool(cookie + 3 >= UInt64(node.entries.count))
    case 19:
      writer.uint32(0)
      optional(file, &writer)
      for word in [readMaximum, readMaximum, 1, 65_536, 65_536, 1, 4096] { writer.uint32(word) }
      writer.uint64(1 << 40)
      for word: UInt32 in [0, 1, 0] { writer.uint32(word) }
    default: writer.uint32(10004)
    }
  }
}
