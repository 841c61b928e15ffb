// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A name, split into lower-case words of ASCII letters and digits, from which identifiers are
/// made.
///
/// Words end at any other character and before a capital letter that follows a small one. A
/// character outside of ASCII is a word of its own, "u65e5".
struct Words: Hashable, Sendable {
  /// Not empty.
  var list: [String]

  init(_ name: String) {
    var list: [String] = []
    var word = ""
    var wasSmall = false
    func end() {
      if !word.isEmpty { list.append(word) }
      word = ""
    }
    for scalar in name.unicodeScalars {
      guard scalar.isASCII else {
        end()
        list.append("u" + String(scalar.value, radix: 16))
        continue
      }
      let character = Character(scalar)
      guard character.isLetter || character.isNumber else {
        end()
        continue
      }
      if wasSmall, character.isUppercase { end() }
      word += character.lowercased()
      wasSmall = character.isLowercase
    }
    end()
    self.list = list.isEmpty ? ["unnamed"] : list
  }

  private init(list: [String]) { self.list = list }

  static func + (a: Words, b: Words) -> Words { Words(list: a.list + b.list) }

  /// The same, with a word in front if it would begin with a digit.
  func startingWithLetter(after prefix: String) -> Words {
    list.first?.first?.isNumber == true ? Words(list: [prefix] + list) : self
  }

  /// "NET_VIRT_RX"
  var constantCase: String { list.map { $0.uppercased() }.joined(separator: "_") }
  /// "net_virt_rx"
  var snakeCase: String { list.joined(separator: "_") }
  /// "NetVirtRx"
  var typeCase: String { list.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
  /// "netVirtRx"
  var memberCase: String { list[0] + Words(list: Array(list.dropFirst())).typeCase }
}

/// Identifiers of one scope, made different: the first of equal ones stays, and the next have `_2`,
/// `_3` and so on at their end. Keywords get an underscore.
func distinct(_ identifiers: [String], keywords: Set<String> = []) -> [String] {
  let wanted = identifiers.map { keywords.contains($0) ? "\($0)_" : $0 }
  var taken = Set(wanted)
  var seen: Set<String> = []
  var next: [String: Int] = [:]
  return wanted.map { identifier in
    if seen.insert(identifier).inserted { return identifier }
    let stem = identifier.hasSuffix("_") ? identifier : "\(identifier)_"
    var number = next[identifier, default: 2]
    while !taken.insert("\(stem)\(number)").inserted { number += 1 }
    next[identifier] = number + 1
    return "\(stem)\(number)"
  }
}
