// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials
import Testing

@testable import Diagnostics

@Suite struct FindingRendererTests {
  static let location = SourceLocation(file: "systems/web.system", line: 12, column: 5)

  let misplaced = Finding(
    rule: "map-overlap", at: .source(location), "maps 'a' and 'b' overlap", fix: "move 'b'")
  let lint = Finding(
    rule: "unused-region", severity: .warning, at: .entity("memory region 'spare'"),
    "no PD maps it")
  let broken = Finding(
    rule: "dtb-truncated", at: .file("board.dtb", detail: "node /soc"), "property runs past the end"
  )
  let placeless = Finding(rule: "no-sdk", "no SDK was found", fix: "set MICROKIT_SDK")

  // MARK: Text

  /// A terminal obeys control characters, also those of Latin-1, and turns text around.
  @Test func whatATerminalObeysIsEscaped() {
    #expect(printable("a/b é 字") == "a/b é 字")
    #expect(printable("a\u{1b}[1m\n\u{7f}") == #"a\u{1B}[1m\n\u{7F}"#)
    #expect(printable("\u{9b}x\u{202e}") == #"\u{009B}x\u{202E}"#)
    let hostile = Finding(
      rule: "r", at: .file("a\u{1b}", detail: "b\u{9b}"), "c\u{7}", fix: "d\u{202e}")
    for format in FindingRenderer.Format.allCases {
      let text = FindingRenderer(format: format).render([hostile])
      #expect(
        text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
        "\(format)")
    }
  }

  @Test func textOfEveryPlace() {
    let option = Finding(rule: "bad-mac", at: .option("--mac"), "'x' is not a MAC address")
    let file = Finding(rule: "unreadable", at: .file("a.elf"), "cannot be read")
    #expect(
      FindingRenderer(format: .text)
        .render([misplaced, lint, broken, placeless, option, file]) == """
          systems/web.system:12:5: error: maps 'a' and 'b' overlap [map-overlap]
            fix: move 'b'
          memory region 'spare': warning: no PD maps it [unused-region]
          board.dtb: node /soc: error: property runs past the end [dtb-truncated]
          error: no SDK was found [no-sdk]
            fix: set MICROKIT_SDK
          --mac: error: 'x' is not a MAC address [bad-mac]
          a.elf: error: cannot be read [unreadable]

          """)
  }

  @Test func textInColour() {
    #expect(
      FindingRenderer(format: .text, colour: true).render([misplaced]) == """
        \u{1b}[1msystems/web.system:12:5\u{1b}[0m: \u{1b}[1;31merror\u{1b}[0m: maps 'a' and 'b' \
        overlap \u{1b}[2m[map-overlap]\u{1b}[0m
          \u{1b}[1;32mfix:\u{1b}[0m move 'b'

        """)
    #expect(
      FindingRenderer(format: .text, colour: true).render([lint])
        .contains("\u{1b}[1;33mwarning\u{1b}[0m"))
  }

  @Test func colourIsForTextOnly() {
    for format in [FindingRenderer.Format.json, .github] {
      #expect(
        FindingRenderer(format: format, colour: true).render([misplaced])
          == FindingRenderer(format: format).render([misplaced]))
    }
  }

  @Test func noFindingsGiveNoText() {
    #expect(FindingRenderer(format: .text).render([]) == "")
    #expect(FindingRenderer(format: .github).render([]) == "")
  }

  // MARK: JSON

  @Test func jsonToTheByte() {
    #expect(
      FindingRenderer(format: .json).render([misplaced, lint]) == """
        {
          "errors" : 1,
          "findings" : [
            {
              "column" : 5,
              "file" : "systems/web.system",
              "fix" : "move 'b'",
              "line" : 12,
              "message" : "maps 'a' and 'b' overlap",
              "place" : "systems/web.system:12:5",
              "rule" : "map-overlap",
              "severity" : "error"
            },
            {
              "message" : "no PD maps it",
              "place" : "memory region 'spare'",
              "rule" : "unused-region",
              "severity" : "warning"
            }
          ],
          "warnings" : 1
        }

        """)
  }

  @Test func jsonHoldsAnyText() throws {
    struct Report: Decodable {
      struct Item: Decodable {
        var message: String
        var file: String?
      }
      var errors: Int
      var warnings: Int
      var findings: [Item]
    }
    let message = "quote \" backslash \\ newline \n tab \t bell \u{7} accent \u{e9} cat \u{1f408}"
    let finding = Finding(rule: "r", at: .file("a/b \"c\""), message)
    let text = FindingRenderer(format: .json).render([finding, lint, placeless])
    let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    #expect(report.errors == 2)
    #expect(report.warnings == 1)
    #expect(report.findings[0].message == message)
    #expect(report.findings[0].file == "a/b \"c\"")
    #expect(report.findings[1].file == nil)
    let none = try JSONDecoder().decode(
      Report.self, from: Data(FindingRenderer(format: .json).render([]).utf8))
    #expect(none.findings.isEmpty)
  }

  // MARK: GitHub

  @Test func annotationsOfEveryPlace() {
    #expect(
      FindingRenderer(format: .github).render([misplaced, lint, broken, placeless]) == """
        ::error file=systems/web.system,line=12,col=5,title=map-overlap::maps 'a' and 'b' overlap%0Afix: move 'b'
        ::warning title=unused-region::memory region 'spare': no PD maps it
        ::error file=board.dtb,title=dtb-truncated::node /soc: property runs past the end
        ::error title=no-sdk::no SDK was found%0Afix: set MICROKIT_SDK

        """)
  }

  /// A message cannot end its command and start another.
  @Test func annotationsEscapeWhatTheyQuote() {
    let finding = Finding(
      rule: "r", at: .source(SourceLocation(file: "C:\\a,b%.xml", line: 1, column: 2)),
      "100% of\r\n::error::fake, really: yes")
    #expect(
      FindingRenderer(format: .github).render([finding])
        == "::error file=C%3A\\a%2Cb%25.xml,line=1,col=2,title=r::"
        + "100%25 of%0D%0A::error::fake, really: yes\n")
  }

  /// "\r\n" is one character to Swift, two to GitHub.
  @Test func everyAnnotationIsOneLine() {
    for newline in ["\n", "\r", "\r\n"] {
      let finding = Finding(
        rule: "a\(newline)b", at: .file("f\(newline)g", detail: "d\(newline)e"), "m\(newline)n",
        fix: "x\(newline)y")
      let text = FindingRenderer(format: .github).render([finding])
      #expect(text.unicodeScalars.count { $0 == "\n" || $0 == "\r" } == 1)
      #expect(text.unicodeScalars.last == "\n")
    }
  }
}
