// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What is wrong with a route that a program has added. `line` says it in words.
public struct RouteMistake: Equatable, Sendable, CustomStringConvertible {
  enum Kind: Equatable, Sendable {
    case noSlash, behindRest, unnamedCapture, braces, unnamedValue
    /// A route for the same method and the same paths was added before.
    case repeated
    /// The pattern has so many values, and the handler takes so many.
    case values(Int, taken: Int)
  }

  let pattern: [UInt8]
  let kind: Kind

  /// The message, as ASCII with the pattern's bytes.
  public var line: [UInt8] {
    var line: [UInt8] = []
    line.append("route ")
    line.append(copying: pattern.span)
    switch kind {
    case .noSlash: line.append(" does not begin with a slash")
    case .behindRest: line.append(" has a segment behind *")
    case .unnamedCapture: line.append(" has a : without a name")
    case .braces: line.append(" has braces; a capture is :name")
    case .unnamedValue: line.append(" names a query's value without a name")
    case .repeated: line.append(" is there before, for the same method")
    case .values(let count, let taken):
      line.append(" has ")
      line.append(decimal: UInt64(count))
      line.append(" captures and query values, but its handler takes ")
      line.append(decimal: UInt64(taken))
    }
    return line
  }

  /// `line` as a string.
  public var description: String { String(decoding: line, as: UTF8.self) }
}
