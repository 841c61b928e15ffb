// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Attributes that the model keeps as written, in a form in which equal ones are equal text.
enum WrittenAttributes {
  /// The attributes with the Microkit tool's defaults for the ones that are missing. Hexadecimal
  /// and decimal numbers become the same text, other values stay.
  static func normal(
    _ attributes: [String: String], defaults: [String: String] = [:]
  ) -> [String: String] {
    defaults.merging(attributes) { _, written in written }.mapValues(normal)
  }

  /// The same as a list, sorted by name.
  static func listed(
    _ attributes: [String: String], defaults: [String: String] = [:], without names: Set<String>
  ) -> [(String, String?)] {
    normal(attributes, defaults: defaults).filter { !names.contains($0.key) }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func normal(_ value: String) -> String {
    let digits = value.filter { $0 != "_" }
    guard digits.hasPrefix("0x"), let number = UInt64(digits.dropFirst(2), radix: 16) else {
      return UInt64(digits).map(String.init) ?? value
    }
    return String(number)
  }
}
