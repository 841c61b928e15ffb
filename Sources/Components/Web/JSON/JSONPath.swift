// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The way from the outermost value of a JSON text to another one.
public struct JSONPath: Equatable, Sendable {
  /// From an array or object to a value in it.
  public enum Step: Equatable, Sendable {
    /// The member of this name.
    case member(String)
    /// The element of this index.
    case element(Int)
  }

  /// The steps, from the outermost value on.
  public var steps: [Step]

  /// The outermost value's path, if there are no steps.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// As it is written in JavaScript, with `$` for the outermost value: `$.users[3]["first name"]`.
  public var description: String {
    var text: [UInt8] = [0x24]
    for step in steps {
      switch step {
      case .element(let index):
        text.append("[")
        text.append(decimal: UInt64(max(index, 0)))
        text.append("]")
      case .member(let name):
        if Self.isIdentifier(name.utf8.span) {
          text.append(".")
          text.append(copying: name.utf8.span)
        } else {
          text.append("[")
          text.append(jsonString: name.utf8.span)
          text.append("]")
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isIdentifier(_ name: Span<UInt8>) -> Bool {
    guard !name.isEmpty, !ASCII.isDigit(name[0]) else { return false }
    for index in name.indices {
      let byte = name[index]
      guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x5f else { return false }
    }
    return true
  }
}
