// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A path that is being resolved, name by name.
struct PathWalk: Sendable {
  static var pathLimit: Int { 4095 }

  /// The path; names before `position` have been resolved.
  private(set) var path: [UInt8]
  private(set) var position = 0
  /// The directory or file reached so far; nil until the root is known.
  var here: FileHandle?
  private(set) var links: UInt16 = 0
  /// Whether a link as the last name is not followed.
  let keepsLastLink: Bool
  /// Whether the walk ends at the directory of the last name.
  let stopsBeforeLast: Bool
  /// Set at the first link, if the walk is confined to a folder.
  private var fence: Fence?

  /// Where a walk is relative to the folder that links must not leave. Kept small, because walks are copied; 16 bits
  /// suffice for a path of at most 4095 bytes.
  private struct Fence {
    /// Length in bytes of the path's part after the folder's name.
    private let restCount: UInt16
    /// Whether the walk has entered the folder, and its depth below it.
    var isBehind: Bool
    var depth: Int32 = 0

    init(rest: Int, isBehind: Bool = false) {
      restCount = UInt16(clamping: rest)
      self.isBehind = isBehind
    }

    var rest: Int { Int(restCount) }
  }

  init(_ path: [UInt8], keepsLastLink: Bool = false, stopsBeforeLast: Bool = false) {
    self.path = path
    self.keepsLastLink = keepsLastLink
    self.stopsBeforeLast = stopsBeforeLast
  }

  /// Range of the next name other than `.`; nil at the end.
  func nextName() -> Range<Int>? { Self.name(in: path, from: position) }

  private static func name(in path: [UInt8], from position: Int) -> Range<Int>? {
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

  /// Whether only slashes follow `range`.
  func isLast(_ range: Range<Int>) -> Bool {
    for index in range.upperBound..<path.count where path[index] != 0x2f { return false }
    return true
  }

  /// Whether a trailing slash demands that the last name is a directory.
  var demandsDirectory: Bool { path.last == 0x2f }

  /// Moves past a name.
  ///
  /// - Returns: false if a link has led out of the folder.
  mutating func pass(_ range: Range<Int>, goesUp: Bool = false) -> Bool {
    position = range.upperBound
    guard var fence else { return true }
    if !fence.isBehind {
      guard path.count - range.lowerBound <= fence.rest else { return true }
      fence.isBehind = true
    }
    fence.depth += goesUp ? -1 : 1
    self.fence = fence
    return fence.depth >= 0
  }

  enum Step: Equatable { case inside, outside, tooLong }

  /// Replaces the name just passed by a link's target.
  ///
  /// - Parameter folder: links inside this folder must not lead out of it; empty for no confinement. Paths that do not
  ///   start with the folder are unaffected.
  mutating func follow(
    _ target: [UInt8], root: FileHandle, from directory: FileHandle, limit: Int,
    inside folder: [UInt8] = []
  ) -> Step {
    links += 1
    let rest = path.count - position
    guard links <= UInt16(clamping: limit), !target.isEmpty,
      target.count + 1 + rest <= Self.pathLimit
    else {
      return .tooLong
    }
    var whole = target
    if rest > 0 {
      whole.append(0x2f)
      whole.append(copying: path.span.extracting(position..<path.count))
    }
    // Absolute targets start at the root of the export.
    let isAbsolute = target[0] == 0x2f
    if !folder.isEmpty {
      if fence == nil { fence = fence(around: folder) }
      if fence?.isBehind == true {
        if isAbsolute {
          guard let end = Self.end(of: folder, in: target) else { return .outside }
          fence = Fence(rest: whole.count - end)
        } else {
          // `pass` counted the link as a directory.
          fence?.depth -= 1
        }
      }
    }
    path = whole
    position = 0
    here = isAbsolute ? root : directory
    return .inside
  }

  /// The fence at the first link. Until then, the path itself tells where the walk is.
  private func fence(around folder: [UInt8]) -> Fence? {
    guard let end = Self.end(of: folder, in: path) else { return nil }
    var fence = Fence(rest: path.count - end, isBehind: position > end)
    var next = end
    while let range = Self.name(in: path, from: next), range.upperBound <= position {
      let goesUp =
        range.count == 2 && path[range.lowerBound] == 0x2e && path[range.lowerBound + 1] == 0x2e
      fence.depth += goesUp ? -1 : 1
      next = range.upperBound
    }
    return fence
  }

  /// Index in `path` after `folder`, which must be its prefix name by name; nil if it is not.
  private static func end(of folder: [UInt8], in path: [UInt8]) -> Int? {
    var (end, position) = (0, 0)
    while let name = name(in: folder, from: position) {
      guard let own = Self.name(in: path, from: end),
        path.span.extracting(own).equals(folder.span.extracting(name))
      else { return nil }
      end = own.upperBound
      position = name.upperBound
    }
    return end
  }
}
