// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Processing instructions by the rules of roxmltree, which differ from expat's: the target may be
/// any name, even "XML", and needs no white space after it. The Microkit tool ignores them.
enum ProcessingInstructions {
  /// Replaces each instruction's target by one that expat accepts. Positions stay the same, and
  /// expat judges the rest.
  static func plain(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    var offset = 0
    while let open = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) {
      if let end = end(of: "<!--", "-->", bytes, open) ?? end(of: "<![CDATA[", "]]>", bytes, open) {
        offset = end
      } else if bytes[open...].starts(with: "<?".utf8) {
        offset = replaceTarget(at: open + 2, in: bytes, &result)
      } else {
        offset = open + 1
      }
    }
    return result
  }

  /// The offset after `closing`; nil if `opening` is not at `start`.
  private static func end(
    of opening: StaticString, _ closing: StaticString, _ bytes: [UInt8], _ start: Int
  ) -> Int? {
    guard bytes[start...].starts(with: "\(opening)".utf8) else { return nil }
    let wanted = Array("\(closing)".utf8)
    var offset = start + "\(opening)".utf8.count
    while offset < bytes.count {
      if bytes[offset...].starts(with: wanted) { return offset + wanted.count }
      offset += 1
    }
    return bytes.count
  }

  private static func replaceTarget(
    at start: Int, in bytes: [UInt8], _ result: inout [UInt8]
  ) -> Int {
    // A second declaration is an error for both parsers.
    if bytes[start...].starts(with: "xml ".utf8) { return start }
    var end = start
    while end < bytes.count, isName(bytes[end], first: end == start) { end += 1 }
    guard end > start else { return start }
    result[start] = UInt8(ascii: "x")
    for index in start + 1..<end { result[index] = UInt8(ascii: " ") }
    // A target of one letter leaves no room for the white space that expat requires.
    if end == start + 1, end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x80,
      !bytes[end...].starts(with: "?>".utf8)
    {
      result[end] = UInt8(ascii: " ")
    }
    return end
  }

  /// XML 1.0, 2.3; treats every character beyond ASCII as part of a name.
  private static func isName(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
  }
}
