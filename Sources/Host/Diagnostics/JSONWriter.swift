// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials

/// The one writer of JSON: keys are sorted, so that the same value always gives the same bytes.
public enum JSONWriter {
  /// An indented document that ends in a newline.
  public static func document(_ value: some Encodable) -> String {
    encode(value, .prettyPrinted) + "\n"
  }

  /// A value without spaces or newlines, for a stream of records.
  public static func line(_ value: some Encodable) -> String { encode(value, []) }

  private static func encode(
    _ value: some Encodable, _ layout: JSONEncoder.OutputFormatting
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = layout.union([.sortedKeys, .withoutEscapingSlashes])
    // Callers encode strings, booleans and finite numbers only, which never fail.
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
