// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The text with whatever could command a terminal, or hide how a line reads, replaced by its
/// escape: "\u{1b}" and "\n" as here. Names in device trees and files may contain any bytes.
public func printable(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
  return text.unicodeScalars.map { printable($0) }.joined()
}

/// The same for one scalar.
func printable(_ scalar: Unicode.Scalar) -> String {
  switch scalar.properties.generalCategory {
  // Among the formats are those that turn the direction of text around.
  case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
  default: String(scalar)
  }
}
