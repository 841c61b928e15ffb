// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import Testing

/// `serval header`, and the examples of docs/headers.md.
@Suite(.enabled(if: BuiltTool.isBuilt, "needs .build/debug/serval")) struct HeaderCommandTests {
  private func page() throws -> String {
    let root = #filePath.dropLast("Tests/ServalCommandTests/HeaderCommandTests.swift".count)
    return String(decoding: try Files.read("\(root)docs/headers.md"), as: UTF8.self)
  }

  /// The first code block of a language, with its last newline.
  private func block(_ language: String) throws -> String {
    let parts = try page().split(separator: "```\(language)\n", maxSplits: 1)
    return String(try #require(parts.last).prefix { $0 != "`" })
  }

  private func withKitchen(_ body: (BuiltTool) throws -> Void) throws {
    let system = try block("xml")
    try BuiltTool.with { tool in
      try Files.replace("\(tool.directory)/kitchen.system", with: Array(system.utf8))
      try body(tool)
    }
  }

  @Test(arguments: ["c", "swift", "rust"]) func theExamples(_ language: String) throws {
    let expected = try block(language)
    try withKitchen { tool in
      let run = try tool.run(["header", "kitchen.system", "--language", language, "--pd", "oven"])
      #expect(run.status == 0)
      #expect(run.output == expected)
    }
  }

  /// docs/headers.md shows this very file, which is compiled here.
  @Test func theSwiftExampleIsCompiled() throws {
    let root = #filePath.dropLast("HeaderCommandTests.swift".count)
    let file = String(decoding: try Files.read("\(root)Oven.swift"), as: UTF8.self)
    #expect(file.hasSuffix(try block("swift")))
    #expect(Oven.Channel.clock == 4 && Oven.Region.Recipes.permissions == 1)
  }

  @Test func filesAndDirectories() throws {
    try withKitchen { tool in
      func header(_ arguments: String...) throws -> BuiltTool.Run {
        try tool.run(["header", "kitchen.system", "-l"] + arguments)
      }
      func read(_ name: String) throws -> String {
        String(decoding: try Files.read("\(tool.directory)/\(name)"), as: UTF8.self)
      }
      let all = try header("c").output
      #expect(try header("c", "-o", "all.h").status == 0)
      #expect(try read("all.h") == all)
      #expect(try header("swift", "-o", "new/folder/").status == 0)
      for name in ["Clock", "Oven", "LightBulb"] {
        #expect(try read("new/folder/\(name).swift").contains("\nenum \(name) {\n"))
      }
      try tool.makeFolder("here")
      #expect(try header("rust", "-o", "here", "--pd", "light-bulb").status == 0)
      #expect(
        try read("here/light_bulb.rs").hasSuffix(
          "#[allow(dead_code)]\npub const PRIORITY: u8 = 0;\n"))
      #expect(try header("c", "-o", "here", "--pd", "light-bulb", "--as", "me").status == 0)
      #expect(try read("here/light_bulb.h").contains("#define ME_PRIORITY 0\n"))
      // What would not change stays the same file, for make.
      func inode() throws -> [UInt8] {
        try Subprocess.run(["stat", "-c", "%i %y", "\(tool.directory)/all.h"]).output
      }
      let before = try inode()
      #expect(try header("c", "-o", "all.h").status == 0)
      #expect(try inode() == before)
    }
  }

  @Test func mistakes() throws {
    try withKitchen { tool in
      func header(_ arguments: String...) throws -> BuiltTool.Run {
        try tool.run(["header", "kitchen.system"] + arguments)
      }
      let unknown = try header("-l", "c", "--pd", "ovn")
      #expect(unknown.status == 2 && unknown.output == "")
      #expect(
        unknown.errors == """
          --pd: error: the system has no protection domain 'ovn' [unknown-domain]
            fix: did you mean 'oven'?

          """)
      let language = try header("-l", "ada")
      #expect(language.status == 64 && language.errors.contains("swift"))
      #expect(try header("-l", "c", "--as", "x").errors.contains("choose it with --pd"))
      #expect(
        try header("-l", "rust", "--pd", "oven", "--as", "x").errors.contains("leave out --as"))
      #expect(try header().status == 64)
      #expect(try header("-l", "c", "-o", "absent/all.h").status == 2)
      #expect(try tool.files == ["kitchen.system"])
    }
  }
}
