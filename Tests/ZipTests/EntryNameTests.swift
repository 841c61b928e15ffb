// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Zip

/// What a name becomes, as text; nil if nothing is left.
private func safe(_ name: String, _ folders: EntryName.Folders = .kept) -> String? {
  EntryName(name, folders: folders).map { String(decoding: $0.bytes, as: UTF8.self) }
}

struct EntryNameTests {
  @Test(arguments: [
    // As they are.
    ("cat.jpg", "cat.jpg"), ("a b.txt", "a b.txt"), (".profile", ".profile"), ("-rf", "-rf"),
    ("Grüße 🐈.txt", "Grüße 🐈.txt"), ("photos/cat.jpg", "photos/cat.jpg"), ("a..b", "a..b"),
    // Not relative.
    ("/etc/passwd", "etc/passwd"), ("//server/share/x", "server/share/x"), ("a//b", "a/b"),
    ("../../etc/passwd", "etc/passwd"), ("a/../../b", "a/b"), ("./a/./b", "a/b"), ("a/", "a"),
    // Windows's paths.
    ("C:\\Users\\cat.jpg", "Users/cat.jpg"), ("c:cat.jpg", "cat.jpg"), ("\\\\host\\x", "host/x"),
    ("..\\..\\cat.jpg", "cat.jpg"), ("a/C:/b", "a/C_/b"), ("x:stream", "stream"),
    ("cat.jpg:stream", "cat.jpg_stream"),
    // Characters.
    ("a\u{0}b\nc\u{7f}d", "a_b_c_d"), ("a\u{85}b", "a_b"), ("<\"a\"|b?*>", "__a__b___"),
    ("cat\u{202e}gpj.exe", "cat_gpj.exe"), ("\u{feff}a", "_a"),
    // Blanks and dots.
    ("  a  ", "a"), ("a.", "a"), ("a. . .", "a"), ("... /b", "b"), ("a /b./c", "a/b/c"),
    // Devices.
    ("con", "_con"), ("CON.txt", "_CON.txt"), ("nul .tar.gz", "_nul .tar.gz"), ("Com1", "_Com1"),
    ("lpt9.x", "_lpt9.x"), ("com¹", "_com¹"), ("aux/prn", "_aux/_prn"), ("conin$", "_conin$"),
    ("console", "console"), ("com", "com"), ("com10", "com10"), ("lpt¼", "lpt¼"),
    ("con. .", "_con"),
  ])
  func becomesSafe(name: String, expected: String) {
    #expect(safe(name) == expected)
    // What is safe stays as it is.
    #expect(safe(expected) == expected)
  }

  @Test(arguments: ["", ".", "..", "/", "\\", "C:", "C:\\", "../..", " ", ". .", "./ /..."])
  func nothingIsLeft(of name: String) { #expect(safe(name) == nil) }

  @Test func foldersAreDropped() {
    #expect(safe("a/b/c.txt", .dropped) == "c.txt")
    #expect(safe("C:\\fakepath\\cat.jpg", .dropped) == "cat.jpg")
    #expect(safe("a/b/..", .dropped) == "b")
  }

  /// Of a header full of folders, only the last part is made safe.
  @Test func droppedFoldersTakeNoTime() {
    func time(_ name: String) -> Duration {
      (0..<9).map { _ in ContinuousClock().measure { _ = EntryName(name, folders: .dropped) } }
        .min() ?? .zero
    }
    let folders = time(String(repeating: "a/", count: 2000))
    let plain = time(String(repeating: "a", count: 4000))
    #expect(folders < plain * 2)
  }

  @Test func invalidUTF8IsRepaired() {
    let bytes: [UInt8] = [0x61, 0xff, 0x62, 0xc3, 0x2f, 0xed, 0xa0, 0x80, 0x2e, 0x78]
    let name = EntryName(bytes.span)
    let text = name.flatMap { String(validating: $0.bytes, as: UTF8.self) }
    #expect(text == "a\u{fffd}b\u{fffd}/\u{fffd}\u{fffd}\u{fffd}.x")
    // A slash in too many bytes separates nothing.
    let overlong: [UInt8] = [0x2e, 0x2e, 0xc0, 0xaf, 0x78]
    let other = EntryName(overlong.span)
    #expect(other?.parts.count == 1)
  }

  @Test func tooLongPartsKeepTheirExtension() {
    let long = String(repeating: "a", count: 300)
    #expect(safe(long + ".jpeg") == String(repeating: "a", count: 250) + ".jpeg")
    #expect(safe(long) == String(repeating: "a", count: 255))
    // What looks like an extension may be too long for one.
    #expect(safe("a." + long)?.utf8.count == 255)
    // No character is cut in two, and no blank is left at the end.
    #expect(safe(String(repeating: "ü", count: 200)) == String(repeating: "ü", count: 127))
    #expect(safe(String(repeating: "a", count: 254) + " b") == String(repeating: "a", count: 254))
    // A device is found behind what was cut.
    #expect(safe("con" + String(repeating: " ", count: 300) + ".x")?.hasPrefix("_con ") == true)
    #expect(safe("con." + long)?.hasPrefix("_con.aaa") == true)
  }

  @Test func tooManyPartsKeepTheLast() {
    let deep = (0..<20).map { "\($0)" }.joined(separator: "/")
    #expect(safe(deep) == (4..<20).map { "\($0)" }.joined(separator: "/"))
    let long = (0..<8).map { "\($0)" + String(repeating: "x", count: 254) }
    #expect(safe(long.joined(separator: "/")) == long.suffix(4).joined(separator: "/"))
    #expect(safe(long.joined(separator: "/"))?.utf8.count == 1023)
  }

  @Test func anyBytesBecomeSafe() {
    var generator = SeededGenerator(seed: 1)
    let words = [
      "..", "/", "\\", "con", ".", " ", "C:", "\0", "é", "a", "\u{202e}", "🐈", "lpt1", "(",
    ]
    for _ in 0..<fuzzIterations(3000) {
      var bytes: [UInt8] = []
      for _ in 0..<generator.below(generator.chance(50) ? 600 : 12) {
        if generator.chance(300) {
          bytes += generator.bytes(1)
        } else {
          bytes += Array((generator.pick(words) ?? "").utf8)
        }
      }
      guard let name = EntryName(bytes.span) else { continue }
      expectSafe(name)
      // Making it safe again changes nothing, unless ` (2)` or the like did.
      let again = EntryName(name.bytes.span)
      #expect(again == name)
    }
  }
}

/// What the documentation says of names, by other means than the code's.
func expectSafe(_ name: EntryName, sourceLocation: SourceLocation = #_sourceLocation) {
  guard let text = String(validating: name.bytes, as: UTF8.self) else {
    Issue.record("not UTF-8: \(name.bytes)", sourceLocation: sourceLocation)
    return
  }
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  let forbidden: (Unicode.Scalar) -> Bool = {
    $0.properties.generalCategory == .control || "\\<>:\"|?*".unicodeScalars.contains($0)
      || $0.properties.isBidiControl
  }
  let devices = Set(["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"])
    .union((0...9).flatMap { ["com\($0)", "lpt\($0)"] })
    .union("¹²³".flatMap { ["com\($0)", "lpt\($0)"] })
  let isSafe = parts.allSatisfy { part in
    var stem = part.prefix { $0 != "." }
    while stem.last == " " { stem.removeLast() }
    return !part.isEmpty && part.utf8.count <= 255 && part.first != " " && part.last != " "
      && part.last != "." && !part.unicodeScalars.contains(where: forbidden)
      && !devices.contains(stem.lowercased())
  }
  #expect(isSafe, "\(text.debugDescription)", sourceLocation: sourceLocation)
  #expect(parts.count <= 16, sourceLocation: sourceLocation)
  #expect(name.bytes.count <= EntryName.numberedByteLimit, sourceLocation: sourceLocation)
}
