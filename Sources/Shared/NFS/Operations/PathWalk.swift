// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A path on its way from name to file.
struct PathWalk: Sendable {
  static var pathLimit: Int { 4095 }

  /// What is left of the path, from `position` on.
  private(set) var path: [UInt8]
  private(set) var position = 0
  /// The directory or file that has been reached; nil before the root is known.
  var here: FileHandle?
  private(set) var links = 0
  /// Whether a link at the end is the result itself.
  let keepsLastLink: Bool
  /// Whether the last name is left over.
  let stopsBeforeLast: Bool

  init(_ path: [UInt8], keepsLastLink: Bool = false, stopsBeforeLast: Bool = false) {
    self.path = path
    self.keepsLastLink = keepsLastLink
    self.stopsBeforeLast = stopsBeforeLast
  }

  /// Places of the next name; nil at the end. `.` is left out.
  func nextName() -> Range<Int>? {
    var index = position
    while true {
      while index < path.count, path[index] == 0x2f { index += 1 }
      guard index < path.count else { return nil }
      let start = index
      while index < path.count, path[index] != 0x2f { index += 1 }
      if index - start == 1, path[start] == 0x2e { continue }
      return start..<index
    }
  }

  func name(_ range: Range<Int>) -> [UInt8] {
    [UInt8](copying: path.span.extracting(range))
  }

  /// Whether nothing but slashes is behind `range`.
  func isLast(_ range: Range<Int>) -> Bool {
    for index in range.upperBound..<path.count where path[index] != 0x2f { return false }
    return true
  }

  /// Whether the path says that its last name is a directory.
  var demandsDirectory: Bool { path.last == 0x2f }

  mutating func pass(_ range: Range<Int>) { position = range.upperBound }

  /// Puts a link's target in the place of the name that was passed. False where that is too much.
  mutating func follow(_ target: [UInt8], root: FileHandle, from directory: FileHandle, limit: Int)
    -> Bool
  {
    links += 1
    let rest = path.count - position
    guard links <= limit, !target.isEmpty, target.count + 1 + rest <= Self.pathLimit else {
      return false
    }
    var whole = target
    if rest > 0 {
      whole.append(0x2f)
      whole.append(copying: path.span.extracting(position..<path.count))
    }
    path = whole
    position = 0
    // The export is the client's whole world: absolute targets start at its root.
    here = target[0] == 0x2f ? root : directory
    return true
  }

  /// Starts again from the root; links that were followed stay counted.
  mutating func restart(_ original: [UInt8]) {
    path = original
    position = 0
    here = nil
  }
}
