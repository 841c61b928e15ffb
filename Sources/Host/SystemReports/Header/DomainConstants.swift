// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What a program's source may want to know of its protection domain, before it is written in a
/// language.
struct DomainConstants: Hashable, Sendable {
  /// What entries stand for; in this order.
  enum Kind: String, CaseIterable, Hashable, Sendable {
    case channel
    case interrupt = "irq"
    case ioPort = "io_port"
    case child
    case virtualCPU = "vcpu"
    case region
    case guestRegion = "guest_region"
    case capability

    var words: Words { Words(rawValue) }
    /// What stands before a name that begins with a digit.
    var noun: String { words.list.last ?? rawValue }
  }

  struct Value: Hashable, Sendable {
    enum Form: Hashable, Sendable {
      /// 0 to 255 and written in decimal, unless a file exceeds it.
      case small
      /// An address, or a size in bytes.
      case word
    }

    /// Words after the entry's name; nil if the entry has one value only.
    var property: String?
    var number: UInt64
    var form: Form
    var note: String?

    /// Decimal, or for words hexadecimal.
    var literal: String { form == .word ? hexadecimal(number) : "\(number)" }
  }

  struct Entry: Hashable, Sendable {
    var name: Words
    /// What it is, for a comment.
    var note: String
    var values: [Value]
  }

  var domain: String
  /// What the domain is, for a comment.
  var note: String
  var priority: UInt8
  /// Kinds without an entry are left out.
  var groups: [(kind: Kind, entries: [Entry])] {
    Kind.allCases.compactMap { kind in entries[kind].map { (kind, $0) } }
  }
  /// Without empty lists.
  var entries: [Kind: [Entry]]
}

/// Text that is safe in a comment of each language: one line of printable ASCII without what could
/// end the comment, continue it on the next line, or be markup. Other characters are written as
/// their code point.
func commentText(_ text: String) -> String {
  var safe = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\", "*", "?", "`", "[", "]", "<", ">",
      _ where !(0x20..<0x7f).contains(scalar.value):
      safe += "(U+\(String(scalar.value, radix: 16, uppercase: true)))"
    default: safe.unicodeScalars.append(scalar)
    }
  }
  return safe
}
