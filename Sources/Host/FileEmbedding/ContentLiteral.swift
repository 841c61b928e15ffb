// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Swift source whose value is the bytes of a file.
struct ContentLiteral {
  /// Declarations that the expression refers to.
  var declarations: [UInt8] = []
  /// An expression of the type EmbeddedBytes.
  var expression: [UInt8] = []

  /// Bytes of each piece but the last; `EmbeddedBytes.pieceByteCount`.
  static let pieceByteCount = 1024

  /// - Parameter name: what the declarations are called; nothing else in the module has that name.
  init(_ bytes: [UInt8], name: String) {
    let hash = ContentBytes.hash(bytes)
    let hashText = "hash: 0x\(Self.hex(hash.high)), 0x\(Self.hex(hash.low))"
    if String(validating: bytes, as: UTF8.self) != nil {
      expression = Array("EmbeddedBytes(".utf8)
      Self.append(text: bytes, to: &expression)
      expression += Array(", \(hashText))".utf8)
      return
    }
    let count = (bytes.count + Self.pieceByteCount - 1) / Self.pieceByteCount
    declarations = Array("private let \(name): InlineArray<\(count), StaticBigInt> = [\n".utf8)
    for start in stride(from: 0, to: bytes.count, by: Self.pieceByteCount) {
      declarations += Array("  0x1".utf8)
      let end = min(start + Self.pieceByteCount, bytes.count)
      ContentBytes.append(digitsOf: bytes, start..<end, to: &declarations)
      declarations += Array(",\n".utf8)
    }
    declarations += Array("]\n".utf8)
    expression = Array(
      "EmbeddedBytes(count: \(bytes.count), \(hashText)) { \(name)[$0] }".utf8)
  }

  static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Appends a string literal of the same bytes. Swift reads a source file's bytes as they are; only
  /// quotes, backslashes and control characters need another form.
  static func append(text bytes: [UInt8], to source: inout [UInt8]) {
    source.append(UInt8(ascii: "\""))
    var start = 0
    while start < bytes.count {
      let special = ContentBytes.firstSpecial(in: bytes, from: start)
      source += bytes[start..<special]
      start = special + 1
      guard special < bytes.count else { break }
      switch bytes[special] {
      case UInt8(ascii: "\n"): source += Array("\\n".utf8)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): source += [UInt8(ascii: "\\"), bytes[special]]
      default: source += Array("\\u{\(String(bytes[special], radix: 16))}".utf8)
      }
    }
    source.append(UInt8(ascii: "\""))
  }
}
