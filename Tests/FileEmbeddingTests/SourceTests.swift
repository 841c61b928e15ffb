// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import FileEmbedding

@Suite struct SourceTests {
  private func source(_ bytes: [UInt8]) -> String {
    var source: [UInt8] = []
    ContentLiteral.append(text: bytes, to: &source)
    return String(decoding: source, as: UTF8.self)
  }

  @Test(arguments: [
    ("", #""""#), ("größe", #""größe""#), ("a\nb\r\n", #""a\nb\u{d}\n""#),
    (#"\(x) "y""#, #""\\(x) \"y\"""#), ("\0\u{1b}\u{7f}\t", #""\u{0}\u{1b}\u{7f}\u{9}""#),
    ("\u{80}\u{feff}\u{10ffff}", "\"\u{80}\u{feff}\u{10ffff}\""),
  ])
  func text(_ text: String, _ literal: String) { #expect(source(Array(text.utf8)) == literal) }

  @Test func bytesInPieces() {
    let bytes = [UInt8](repeating: 0, count: 1024) + [0xff, 0x0a, 0]
    let literal = ContentLiteral(bytes, name: "x")
    #expect(
      String(decoding: literal.declarations, as: UTF8.self) == """
        private let x: InlineArray<2, StaticBigInt> = [
          0x1\(String(repeating: "0", count: 2048)),
          0x1000aff,
        ]

        """)
    #expect(
      String(decoding: literal.expression, as: UTF8.self)
        == "EmbeddedBytes(count: 1027, hash: \(hash(bytes))) { x[$0] }")
  }

  private func hash(_ bytes: [UInt8]) -> String {
    let hash = ContentBytes.hash(bytes)
    return "0x\(ContentLiteral.hex(hash.high)), 0x\(ContentLiteral.hex(hash.low))"
  }

  @Test func identifiers() {
    let expected: [(path: String, identifier: String?)] = [
      ("/index.html", "index_html"), ("/css/main.css", "css_main_css"), ("/404.html", "_404_html"),
      ("/a-b.css", nil), ("/a_b.css", nil), ("/a/b.css", nil), ("/default", "`default`"),
      ("/self", "self_"), ("/all", "all_"), ("/file", "file_"), ("/Type", "Type_"),
      ("/Grüße aus.txt", "Gr__e_aus_txt"), ("/-", nil), ("/日本", nil), ("/中国", nil),
      ("/+", nil), ("/é", nil), ("/deep/er/x y+z.tar.gz", "deep_er_x_y_z_tar_gz"),
      ("/.well-known/a", "_well_known_a"),
    ]
    let identifiers = Identifiers(expected.map { SourceFile(path: $0.path, bytes: []) })
    for (path, identifier) in expected {
      #expect(identifiers.identifier(of: path) == identifier, "\(path)")
    }
  }

  /// A file's source depends on nothing but the file.
  @Test func anEditChangesOneSource() {
    let files = (0..<50).map { SourceFile(path: "/\($0)", bytes: [UInt8($0)]) }
    let before = EmbeddedSources(files).sources
    #expect(before.map(\.name) == EmbeddedSources.names)
    var edited = files
    edited[7].bytes = [0xff]
    let after = EmbeddedSources(edited).sources
    #expect(zip(before, after).count { $0.bytes != $1.bytes } == 1)
    let more = EmbeddedSources(files + [SourceFile(path: "/new", bytes: [1])]).sources
    #expect(zip(before, more).count { $0.bytes != $1.bytes } == 2)
  }

  @Test func index() throws {
    let files = ["/404.html", "/a-b\n.css", "/a_b_.css"].map { SourceFile(path: $0, bytes: [0x61]) }
    let text = String(
      decoding: try #require(EmbeddedSources(files).sources.first).bytes, as: UTF8.self)
    #expect(text == Self.expected)
  }

  private static func id(_ path: String) -> String {
    ContentLiteral.hex(ContentBytes.hash(Array(path.utf8)).high)
  }

  private static let expected = """
    // Made by embed-files. Changes are lost.

    import EmbeddedFiles

    /// The files of a folder, as part of the program.
    public enum Files {
      /// All of them, which are found by path.
      public static var all: EmbeddedFiles { allFiles() }

      /// The file of a number, in the order of paths.
      // Other modules call it, and do not get a copy of all bytes.
      @export(interface)
      public static func file(_ index: Int) -> EmbeddedFile {
        switch index {
        case 0: embedded_\(id("/404.html"))()
        case 1: embedded_\(id("/a-b\n.css"))()
        case 2: embedded_\(id("/a_b_.css"))()
        default: preconditionFailure()
        }
      }

      /// /404.html, 1 bytes.
      public static var _404_html: EmbeddedFile {
        @export(interface) get { embedded_\(id("/404.html"))() }
      }

      // /a-b?.css, 1 bytes: only by its path, as another file would have the same name.

      // /a_b_.css, 1 bytes: only by its path, as another file would have the same name.
    }

    private func allFiles() -> EmbeddedFiles {
      EmbeddedFiles(count: 3) { Files.file($0) }
    }

    """
}
