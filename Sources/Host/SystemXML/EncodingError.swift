// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Why a file cannot be read as UTF-8, the only encoding that the Microkit tool knows. The tool
/// panics on bytes that are not UTF-8, whatever the XML declaration says.
public enum EncodingError: Hashable, Sendable {
  /// Wider code units: "UTF-16" or "UTF-32", with or without a byte order mark.
  case wide(String)
  /// A byte that cannot be at its place in UTF-8.
  ///
  /// - Parameters:
  ///   - offset: from 0, in bytes.
  ///   - declared: the encoding of the XML declaration, unless that is UTF-8.
  case invalid(UInt8, offset: Int, declared: String?)

  /// The first thing in a file that is not UTF-8, and where; nil if there is none.
  static func find(in bytes: [UInt8], file: String) -> (EncodingError, SourceLocation)? {
    if let name = wideEncoding(of: bytes) {
      return (.wide(name), SourceLocation(file: file, line: 1, column: 1))
    }
    // The standard library tells whether, but not where.
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    let offset = validCount(bytes)
    guard offset < bytes.count else { return nil }
    let error = EncodingError.invalid(
      bytes[offset], offset: offset, declared: declaredEncoding(of: bytes[..<offset]))
    return (error, SourceLocation(ofByte: offset, in: bytes, file: file))
  }

  /// The first character of an XML file is `<`, after a byte order mark if there is one (XML 1.0,
  /// appendix F).
  private static func wideEncoding(of bytes: [UInt8]) -> String? {
    let wide: [([UInt8], String)] = [
      ([0xff, 0xfe, 0, 0], "UTF-32"), ([0, 0, 0xfe, 0xff], "UTF-32"),
      ([0x3c, 0, 0, 0], "UTF-32LE"), ([0, 0, 0, 0x3c], "UTF-32BE"),
      ([0xff, 0xfe], "UTF-16"), ([0xfe, 0xff], "UTF-16"),
      ([0x3c, 0], "UTF-16LE"), ([0, 0x3c], "UTF-16BE"),
    ]
    return wide.first { bytes.starts(with: $0.0) }?.1
  }

  /// How many bytes from the start are whole characters.
  private static func validCount(_ bytes: [UInt8]) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .valid(let character) = parser.parseScalar(from: &iterator) {
      count += character.count
    }
    return count
  }

  private static func declaredEncoding(of bytes: ArraySlice<UInt8>) -> String? {
    let head = String(decoding: bytes.prefix(200), as: UTF8.self)
    guard head.hasPrefix("<?xml "), let declaration = head.split(separator: ">").first,
      let value = declaration.split(separator: "encoding").dropFirst().first
    else { return nil }
    let name = value.drop { $0 == " " || $0 == "=" }.dropFirst().prefix {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".")
    }
    return name.isEmpty || name.uppercased() == "UTF-8" ? nil : String(name)
  }
}

extension EncodingError {
  var message: String {
    switch self {
    case .wide(let name): "the file is \(name), but the Microkit tool reads only UTF-8"
    case .invalid(let byte, let offset, _):
      "byte \(offset) is \(hexadecimalText(byte)), which is not UTF-8; the Microkit tool panics on it"
    }
  }

  var fix: String {
    switch self {
    case .wide(let name): "convert it: iconv -f \(name) -t UTF-8 FILE > NEW"
    case .invalid(_, _, let declared?):
      "convert it: iconv -f \(declared) -t UTF-8 FILE > NEW"
    case .invalid:
      "save it as UTF-8, or convert it: iconv -f ISO-8859-1 -t UTF-8 FILE > NEW, if that is its encoding"
    }
  }
}

private func hexadecimalText(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return "0x" + (digits.count < 2 ? "0" : "") + digits
}
