// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Tells names apart that are the same text in different Unicode forms, such as "é" as one scalar
/// and as two. The Microkit tool compares bytes, whereas such strings are equal in Swift.
struct UnicodeForms {
  /// The forms of each text, in the order in which they were found.
  private var forms: [String: [[UInt8]]] = [:]

  /// Attributes that declare names or refer to them. Paths and symbols are looked up elsewhere.
  private static let attributes: Set<String> = ["name", "mr", "pd", "region_paddr", "domain"]

  /// Whether a file may contain different forms of a text at all.
  static func mayDiffer(in bytes: [UInt8]) -> Bool {
    bytes.contains { $0 >= 0x80 || $0 == UInt8(ascii: "&") }
  }

  /// Marks every name that is not in the form in which the file has it first.
  mutating func mark(_ element: inout XMLElement) {
    for index in element.attributes.indices
    where Self.attributes.contains(element.attributes[index].name) {
      if let number = number(of: element.attributes[index].value), number > 1 {
        element.attributes[index].value += " (Unicode form \(number))"
      }
    }
    for index in element.children.indices { mark(&element.children[index]) }
  }

  /// Counts from 1; nil for text that has only one form.
  private mutating func number(of text: String) -> Int? {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
    let bytes = Array(text.utf8)
    let known = forms[text] ?? []
    if let index = known.firstIndex(of: bytes) { return index + 1 }
    forms[text] = known + [bytes]
    return known.count + 1
  }
}
