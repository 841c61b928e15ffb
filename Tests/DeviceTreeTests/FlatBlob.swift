// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes blobs that dtc would not.
struct FlatBlob {
  private var structure: [UInt8] = []
  private var strings: [UInt8] = []

  init() { begin("") }

  mutating func node(_ name: String, _ body: (inout FlatBlob) -> Void) {
    begin(name)
    body(&self)
    word(2, to: &structure)
  }

  mutating func property(_ name: String, _ value: [UInt8]) {
    word(3, to: &structure)
    word(value.count, to: &structure)
    word(strings.count, to: &structure)
    structure += value
    pad()
    strings += Array(name.utf8) + [0]
  }

  /// Devicetree Specification 5.2: header, empty reservation block, structure, strings.
  var blob: [UInt8] {
    var body = structure
    word(2, to: &body)
    word(9, to: &body)
    let start = 40 + 16
    var header: [UInt8] = []
    for value in [
      0xd00d_feed, start + body.count + strings.count, start, start + body.count, 40, 17, 16, 0,
      strings.count, body.count,
    ] { word(value, to: &header) }
    return header + [UInt8](repeating: 0, count: 16) + body + strings
  }

  private mutating func begin(_ name: String) {
    word(1, to: &structure)
    structure += Array(name.utf8) + [0]
    pad()
  }

  private mutating func pad() {
    while !structure.count.isMultiple(of: 4) { structure.append(0) }
  }
}

/// Not a method, which would copy the blob for every word.
private func word(_ value: Int, to bytes: inout [UInt8]) {
  for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
}
