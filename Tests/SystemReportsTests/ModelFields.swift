// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The stored properties of every model type that occurs in a value, as "Channel.End.id". Enumeration
/// cases with values count as properties of their type. Fails to find what has no value, so the
/// value should leave nothing out.
func fields(of value: Any) -> Set<String> {
  var found: Set<String> = []
  func visit(_ value: Any) {
    let mirror = Mirror(reflecting: value)
    let name = String(reflecting: type(of: value))
    let parts = name.split(separator: ".", maxSplits: 1)
    // A number or name in a type of its own has only a raw value.
    let isModel =
      parts.count == 2 && parts[0] == "SystemModel"
      && (mirror.displayStyle == .struct || mirror.displayStyle == .enum)
    for child in mirror.children {
      if child.label == "rawValue" { continue }
      if isModel, let label = child.label { found.insert("\(parts[1]).\(label)") }
      // All origins are equal, and nothing else has locations.
      if child.label != "origin" { visit(child.value) }
    }
  }
  visit(value)
  return found
}
