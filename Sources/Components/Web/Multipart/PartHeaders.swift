// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Reads the header lines of a part, one at a time.
struct PartHeaders {
  private(set) var part = MultipartPart()
  private var hasDisposition = false

  /// Takes the next line, without its CR LF.
  mutating func add(_ line: Span<UInt8>) throws(MultipartError.Reason) {
    guard let colon = line.first(0x3a, in: 0..<line.count), colon > 0 else {
      throw .malformedHeader
    }
    for index in 0..<colon where !HeaderCharacters.isToken(line[index]) { throw .malformedHeader }
    for index in colon..<line.count
    where line[index] < 0x20 && line[index] != 0x09 || line[index] == 0x7f {
      throw .malformedHeader
    }
    let name = line.extracting(0..<colon)
    let value = line.extracting(line.withoutBlanks(colon + 1..<line.count))
    if StaticString("Content-Disposition").equalsIgnoringCase(name) {
      guard !hasDisposition else { throw .notOneDisposition }
      hasDisposition = true
      try setDisposition(value)
    } else if StaticString("Content-Type").equalsIgnoringCase(name) {
      guard part.type == nil else { throw .severalTypes }
      part.type = [UInt8](copying: value)
    } else if StaticString("Content-Transfer-Encoding").equalsIgnoringCase(name) {
      guard Self.isIdentity(value) else { throw .transferEncoding }
    }
  }

  /// The part, at the end of its headers.
  func finish() throws(MultipartError.Reason) -> MultipartPart {
    guard hasDisposition else { throw .notOneDisposition }
    return part
  }

  private static func isIdentity(_ value: Span<UInt8>) -> Bool {
    StaticString("binary").equalsIgnoringCase(value)
      || StaticString("8bit").equalsIgnoringCase(value)
      || StaticString("7bit").equalsIgnoringCase(value)
  }

  private mutating func setDisposition(_ value: Span<UInt8>) throws(MultipartError.Reason) {
    var parameters = HeaderParameters(value)
    guard StaticString("form-data").equalsIgnoringCase(value.extracting(parameters.first(value)))
    else { throw .noName }
    var name: [UInt8]?
    var filename: [UInt8]?
    var extended: [UInt8]?
    while let parameter = try parameters.next(value) {
      switch parameter.match("name", value) {
      case .plain:
        guard name == nil else { throw .ambiguousParameter }
        name = parameter.decoded(value)
      case .extended, .divided: throw .ambiguousParameter
      case .other: break
      }
      switch parameter.match("filename", value) {
      case .plain:
        guard filename == nil else { throw .ambiguousParameter }
        filename = parameter.decoded(value)
      case .extended:
        guard extended == nil else { throw .ambiguousParameter }
        guard let decoded = ExtendedValue.decode(value.extracting(parameter.value)) else {
          throw .malformedFilename
        }
        extended = decoded
      case .divided: throw .ambiguousParameter
      case .other: break
      }
    }
    guard let name else { throw .noName }
    part.name = name
    part.filename = extended ?? filename
    if let extended, let filename { part.hasTwoFilenames = extended != filename }
  }
}

extension HeaderParameters.Parameter {
  /// The value without escapes: those of quoted strings, and `%22`, `%0D` and `%0A`. Browsers write these three for a quote and
  /// line ends, and a percent sign as it is (HTML, multipart/form-data encoding algorithm).
  func decoded(_ header: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(value.count)
    var index = value.lowerBound
    while index < value.upperBound {
      var byte = header[index]
      let rest = value.upperBound - index
      if isQuoted, byte == 0x5c, rest > 1, header[index + 1] == 0x22 || header[index + 1] == 0x5c {
        index += 1
        byte = header[index]
      } else if byte == 0x25, rest > 2,
        let escaped = Self.escaped(header[index + 1], header[index + 2])
      {
        index += 2
        byte = escaped
      }
      text.append(byte)
      index += 1
    }
    return text
  }

  private static func escaped(_ first: UInt8, _ second: UInt8) -> UInt8? {
    switch (first, second) {
    case (0x32, 0x32): 0x22
    case (0x30, 0x44): 0x0d
    case (0x30, 0x41): 0x0a
    default: nil
    }
  }
}

/// Values with an encoding: `UTF-8''na%C3%AFve`, RFC 8187 section 3.2.
enum ExtendedValue {
  /// The value in UTF-8; nil if it is malformed, has a null byte, or is neither UTF-8 nor ISO-8859-1.
  static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard let first = text.first(0x27, in: 0..<text.count),
      let second = text.first(0x27, in: first + 1..<text.count)
    else { return nil }
    let charset = text.extracting(0..<first)
    let isLatin = StaticString("ISO-8859-1").equalsIgnoringCase(charset)
    guard isLatin || StaticString("UTF-8").equalsIgnoringCase(charset) else { return nil }
    var value: [UInt8] = []
    var index = second + 1
    while index < text.count {
      var byte = text[index]
      index += 1
      if byte == 0x25 {
        guard text.count - index >= 2, let high = ASCII.hexadecimal(text[index]),
          let low = ASCII.hexadecimal(text[index + 1])
        else { return nil }
        index += 2
        byte = high << 4 | low
      } else if byte >= 0x80 {
        return nil
      }
      guard byte != 0 else { return nil }
      if isLatin, byte >= 0x80 {
        value.append(0xc0 | byte >> 6)
        value.append(0x80 | byte & 0x3f)
      } else {
        value.append(byte)
      }
    }
    var validator = UTF8Validator()
    guard validator.prefix(value.span) == value.count, validator.isComplete else { return nil }
    return value
  }
}
