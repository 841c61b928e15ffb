// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A request's path, decoded and normalised: what files are looked up by.
///
/// It starts with a slash and has no empty, `.` or `..` segments; a slash at its end is kept, as it
/// tells a directory. Bytes that were percent-encoded are themselves, so that the same file has one
/// path however it was asked for.
public struct RequestPath: Equatable, Sendable {
  public let bytes: [UInt8]

  /// Stands for every path that names no file: no path that is decoded is like it, as none has a NUL.
  public static var nowhere: RequestPath { RequestPath(bytes: [0x2f, 0]) }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  public enum Refusal: Error, Equatable, Sendable {
    /// Not a path, or `%` without two hexadecimal digits behind it.
    case malformed
    /// Would lead above the root, or names a file in a way that no site does: a decoded slash,
    /// backslash or NUL. The answer is that there is no such file.
    case noSuchFile
  }

  /// Decodes the path of an origin-form target; the query must be off it already.
  public init(decoding target: Span<UInt8>) throws(Refusal) {
    guard target.count > 0, target[0] == 0x2f else { throw .malformed }
    var path: [UInt8] = []
    path.reserveCapacity(target.count)
    var index = 0
    while index < target.count {
      // At a slash: a segment follows.
      index += 1
      let segment = path.count
      path.append(0x2f)
      while index < target.count, target[index] != 0x2f {
        path.append(try Self.decode(target, at: &index))
      }
      try Self.normalise(&path, segment: segment, isLast: index >= target.count)
    }
    if path.isEmpty { path.append(0x2f) }
    bytes = path
  }

  private static func decode(
    _ target: Span<UInt8>, at index: inout Int
  ) throws(Refusal) -> UInt8 {
    let byte = target[index]
    index += 1
    guard byte == 0x25 else {
      // A backslash is a separator to some file systems behind a server.
      guard byte != 0x5c, byte != 0 else { throw .noSuchFile }
      return byte
    }
    guard target.count - index >= 2, let high = ASCII.hexadecimal(target[index]),
      let low = ASCII.hexadecimal(target[index + 1])
    else { throw .malformed }
    index += 2
    let decoded = high << 4 | low
    // What a segment cannot contain: it would be another path than the one that was checked.
    guard decoded != 0, decoded != 0x2f, decoded != 0x5c else { throw .noSuchFile }
    return decoded
  }

  /// `path` ends with a slash and a segment; what that does to the segments before it.
  private static func normalise(
    _ path: inout [UInt8], segment: Int, isLast: Bool
  ) throws(Refusal) {
    let length = path.count - segment - 1
    switch length {
    case 0:
      // Slashes in a row are one.
      if !isLast { path.removeLast() }
    case 1 where path[segment + 1] == 0x2e:
      path.removeLast(isLast ? 1 : 2)
    case 2 where path[segment + 1] == 0x2e && path[segment + 2] == 0x2e:
      // LionsOS answers 404 to any path with `..`, and no browser sends one.
      throw .noSuchFile
    default:
      // Too long for any file system (NAME_MAX).
      if length > 255 { throw .noSuchFile }
    }
  }

  /// Whether the path asks for a directory.
  public var isDirectory: Bool { bytes.last == 0x2f }

  /// What is behind the last dot of the last segment; empty if there is none.
  public var fileExtension: ArraySlice<UInt8> { Self.fileExtension(of: bytes) }

  static func fileExtension(of path: [UInt8]) -> ArraySlice<UInt8> {
    var index = path.count
    while index > 0 {
      index -= 1
      if path[index] == 0x2e { return path[(index + 1)...] }
      if path[index] == 0x2f { break }
    }
    return path[path.count...]
  }
}
