// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A request's path, decoded and normalised, by which routes and files are found.
///
/// It begins with a slash and has no empty, `.` or `..` segments. A slash at the end is kept, as it
/// asks for a directory. Percent-encoded bytes are decoded, so that a file has the same path however
/// a client encodes it.
public struct RequestPath: Equatable, Sendable {
  /// The decoded path.
  public let bytes: [UInt8]

  /// Stands for all paths that cannot name a file. It differs from each decoded path, as it has a
  /// NUL.
  ///
  /// Never inlined, as `root` is: Tests/Embedded/literals.py says why.
  @inline(never) public static var nowhere: RequestPath { RequestPath(bytes: [0x2f, 0]) }

  /// No path, until there is one.
  static var unknown: RequestPath { RequestPath(bytes: []) }

  /// `/`.
  @inline(never) static var root: RequestPath { RequestPath(bytes: [0x2f]) }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Why a path is refused.
  public enum Refusal: Error, Equatable, Sendable {
    /// It does not begin with a slash, or has a `%` without two hexadecimal digits.
    case malformed
    /// It has a `..` segment, a segment of more than 255 bytes, a backslash, or an encoded slash,
    /// backslash or NUL. No site has a file by such a name.
    case noSuchFile
  }

  /// Decodes the path of an origin-form target, without its query.
  public init(decoding target: Span<UInt8>) throws(Refusal) {
    var memory: [UInt8] = []
    try self.init(decoding: target, into: &memory)
  }

  /// - Parameter memory: of an earlier path, and of this one then.
  init(decoding target: Span<UInt8>, into memory: inout [UInt8]) throws(Refusal) {
    if Self.isDecoded(target) {
      memory.removeAll(keepingCapacity: true)
      memory.append(copying: target)
    } else {
      memory = try Self.decode(target)
    }
    bytes = memory
  }

  /// Whether the path is its own decoded form, as most are: nothing to decode, to remove or to refuse.
  @_optimize(speed)
  private static func isDecoded(_ target: Span<UInt8>) -> Bool {
    guard target.count > 0, target.count <= 255, target[0] == 0x2f else { return false }
    var isSegmentStart = false
    for index in target.indices {
      let byte = target[index]
      switch byte {
      case 0x2f where isSegmentStart, 0x2e where isSegmentStart, 0x25, 0x5c, 0: return false
      default: isSegmentStart = byte == 0x2f
      }
    }
    return true
  }

  private static func decode(_ target: Span<UInt8>) throws(Refusal) -> [UInt8] {
    guard target.count > 0, target[0] == 0x2f else { throw .malformed }
    var path: [UInt8] = []
    path.reserveCapacity(target.count)
    var index = 0
    while index < target.count {
      // The slash before a segment.
      index += 1
      let segment = path.count
      path.append(0x2f)
      while index < target.count, target[index] != 0x2f {
        path.append(try Self.decode(target, at: &index))
      }
      try Self.normalise(&path, segment: segment, isLast: index >= target.count)
    }
    if path.isEmpty { path.append(0x2f) }
    return path
  }

  private static func decode(
    _ target: Span<UInt8>, at index: inout Int
  ) throws(Refusal) -> UInt8 {
    let byte = target[index]
    index += 1
    guard byte == 0x25 else {
      // Some file systems take a backslash for a separator.
      guard byte != 0x5c, byte != 0 else { throw .noSuchFile }
      return byte
    }
    guard target.count - index >= 2, let high = ASCII.hexadecimal(target[index]),
      let low = ASCII.hexadecimal(target[index + 1])
    else { throw .malformed }
    index += 2
    let decoded = high << 4 | low
    // Decoded, these would change the path after it was checked.
    guard decoded != 0, decoded != 0x2f, decoded != 0x5c else { throw .noSuchFile }
    return decoded
  }

  /// Removes the last segment of `path`, which begins at `segment`, if it is empty or `.`.
  private static func normalise(
    _ path: inout [UInt8], segment: Int, isLast: Bool
  ) throws(Refusal) {
    let length = path.count - segment - 1
    switch length {
    case 0:
      // Adjacent slashes count as one.
      if !isLast { path.removeLast() }
    case 1 where path[segment + 1] == 0x2e:
      path.removeLast(isLast ? 1 : 2)
    case 2 where path[segment + 1] == 0x2e && path[segment + 2] == 0x2e:
      // As in LionsOS, which answers 404 to any path with `..`; no browser sends one.
      throw .noSuchFile
    default:
      // NAME_MAX: longer than names of any file system.
      if length > 255 { throw .noSuchFile }
    }
  }

  /// Whether the path asks for a directory.
  public var isDirectory: Bool { bytes.last == 0x2f }

  /// What follows the last dot of the last segment; empty if there is no dot.
  public var fileExtension: ArraySlice<UInt8> { Self.fileExtension(of: bytes) }

  /// What follows the last dot of a path's last segment; empty if there is no dot.
  public static func fileExtension(of path: [UInt8]) -> ArraySlice<UInt8> {
    var index = path.count
    while index > 0 {
      index -= 1
      if path[index] == 0x2e { return path[(index + 1)...] }
      if path[index] == 0x2f { break }
    }
    return path[path.count...]
  }
}
