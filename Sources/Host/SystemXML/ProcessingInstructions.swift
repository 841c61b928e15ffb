// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Processing instructions by roxmltree's rules, which are not expat's: the target may be any name, "XML"
/// too, and needs no white space behind it. They mean nothing to the Microkit tool.
enum ProcessingInstructions {
  /// The bytes with each instruction's target replaced by one that expat takes: places stay what they
  /// were, and what follows the target is left to expat to judge.
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

  /// Behind the closing text, if `opening` stands here.
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
    // A second declaration is an error to both.
    if bytes[start...].starts(with: "xml ".utf8) { return start }
    var end = start
    while end < bytes.count, isName(bytes[end], first: end == start) { end += 1 }
    guard end > start else { return start }
    result[start] = UInt8(ascii: "x")
    for index in start + 1..<end { result[index] = UInt8(ascii: " ") }
    // One letter leaves no room for the white space that expat wants.
    if end == start + 1, end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x80,
      !bytes[end...].starts(with: "?>".utf8)
    {
      result[end] = UInt8(ascii: " ")
    }
    return end
  }

  /// XML 1.0, 2.3; every character beyond ASCII is taken for one of a name.
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
