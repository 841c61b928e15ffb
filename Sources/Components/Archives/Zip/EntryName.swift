// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The name of an entry, safe to extract on any system: a relative path of at most 16 parts and 1,024 bytes of UTF-8,
/// with `/` between the parts.
///
/// A part has at most 255 bytes. It is not `.` or `..`, does not begin with a blank or end with a blank or dot, is no
/// device of Windows, and has none of the characters that Windows reserves, no controls, and none that change the
/// direction of text.
public struct EntryName: Equatable, Sendable {
  /// Bytes of a part at most.
  static var partLimit: Int { 255 }
  /// Bytes of a name at most.
  static var byteLimit: Int { 1024 }
  /// Bytes of a name at most, when each part has got a number of ten digits.
  static var numberedByteLimit: Int { byteLimit + depthLimit * 13 }
  /// Parts of a name at most.
  static var depthLimit: Int { 16 }

  /// The name in UTF-8; never empty.
  public let bytes: [UInt8]

  /// What to do with folders in a name.
  public enum Folders: Sendable {
    /// `photos/cat.jpg` stays as it is.
    case kept
    /// `photos/cat.jpg` becomes `cat.jpg`.
    case dropped
  }

  /// `file`, for entries without a name of their own.
  public static var unnamed: EntryName { EntryName(safe: [UInt8]("file")) }

  /// Makes a name safe, from bytes of any kind.
  ///
  /// `/` and `\` separate parts. What is not UTF-8 becomes U+FFFD, and a character that names cannot have `_`. A
  /// drive's letter is dropped, and so are parts of dots. Too long parts are cut in front of their extension. Of too
  /// many parts, the last ones stay.
  ///
  /// - Returns: nil if nothing is left of it.
  public init?(_ name: Span<UInt8>, folders: Folders = .kept) {
    var text: [UInt8] = []
    text.append(repairing: name)
    // From the end, so that parts that are dropped take no time.
    var parts: [[UInt8]] = []
    let first = Self.driveByteCount(text.span)
    var end = text.count
    while end >= first, parts.count < (folders == .kept ? Self.depthLimit : 1) {
      var start = end
      while start > first, !Self.isSeparator(text[start - 1]) { start -= 1 }
      let part = NamePart.safe(text.span.extracting(start..<end))
      if !part.isEmpty { parts.append(part) }
      end = start - 1
    }
    parts.reverse()
    var byteCount = parts.reduce(0) { $0 + $1.count + 1 }
    while byteCount > Self.byteLimit + 1 { byteCount -= parts.removeFirst().count + 1 }
    guard !parts.isEmpty else { return nil }
    self.init(parts: parts)
  }

  /// Makes a name safe.
  public init?(_ name: String, folders: Folders = .kept) {
    self.init(name.utf8.span, folders: folders)
  }

  /// A name that is known to be safe.
  init(safe bytes: [UInt8]) { self.bytes = bytes }

  /// A name of parts that are safe.
  init(parts: [[UInt8]]) {
    var bytes = parts[0]
    for part in parts.dropFirst() {
      bytes.append(0x2f)
      bytes.append(copying: part.span)
    }
    self.bytes = bytes
  }

  /// The parts between `/`.
  var parts: [[UInt8]] { bytes.split(separator: 0x2f).map { Array($0) } }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x2f || byte == 0x5c }

  /// 2 for a name such as `C:\cat.jpg`.
  private static func driveByteCount(_ text: Span<UInt8>) -> Int {
    text.count >= 2 && ASCII.isLetter(text[0]) && text[1] == 0x3a ? 2 : 0
  }
}
