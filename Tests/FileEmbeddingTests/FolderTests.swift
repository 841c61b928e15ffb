// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc
import HostIO
import TestSupport
import Testing

@testable import FileEmbedding

@Suite struct FolderTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", path]) }
    try Files.makeDirectory("\(path)/in")
    try body(path)
  }

  private func add(_ path: String, _ text: String = "x") throws {
    try Files.replace(path, with: Array(text.utf8))
  }

  @Test func findsFilesInTheOrderOfPaths() throws {
    try withFolder { path in
      for folder in ["b/c", ".git", ".well-known/acme", "b/.well-known"] {
        try Files.makeDirectory("\(path)/in/\(folder)")
      }
      for name in [
        "b-a", "b/c/d", "b.txt", ".hidden", ".git/x", ".well-known/acme/t", ".well-known/.no",
        "b/.well-known/n",
      ] { try add("\(path)/in/\(name)", name) }
      symlink("../b.txt", "\(path)/in/b/link")
      symlink("b/c", "\(path)/in/e")
      let files = try SourceTree("\(path)/in").read()
      #expect(
        files.map(\.path) == ["/.well-known/acme/t", "/b-a", "/b.txt", "/b/c/d", "/b/link", "/e/d"])
      #expect(files.map { String(decoding: $0.bytes, as: UTF8.self) }[4] == "b.txt")
    }
  }

  /// All mistakes at once, each with its place and the fix.
  @Test func refusesWhatCannotBeServed() throws {
    try withFolder { path in
      try add("\(path)/in/ok")
      try add("\(path)/in/a\\b")
      let name: [CChar] = Array("\(path)/in/x".utf8CString.dropLast()) + [-1, 0]
      close(creat(name, 0o600))
      mkfifo("\(path)/in/pipe", 0o600)
      symlink("nowhere", "\(path)/in/gone")
      symlink("..", "\(path)/in/up")
      let error = #expect(throws: EmbeddingError.self) { try SourceTree("\(path)/in") }
      let lines = FindingRenderer(format: .text).render(error?.findings ?? [])
        .replacing(path, with: "T").split(separator: "\n").filter { !$0.hasPrefix(" ") }.sorted()
      #expect(lines.count >= 5, "\(lines)")
      for rule in ["name-backslash", "name-not-utf8", "no-file", "unreadable", "endless-link"] {
        #expect(error?.findings.count { $0.rule == rule } == 1, "\(rule): \(lines)")
      }
    }
  }

  @Test func needsAFolder() throws {
    let error = #expect(throws: EmbeddingError.self) { try SourceTree("/nonexistent") }
    #expect(error?.findings.map(\.message) == ["is no folder"])
    #expect(error?.findings.first?.fix == "create it, with the files to embed")
  }

  private func states(_ folder: String) -> [String: String] {
    var states: [String: String] = [:]
    for name in EmbeddedSources.names + ["stamp"] {
      states[name] = FileState("\(folder)/\(name)")?.text
    }
    return states
  }

  /// Only what differs is written, so that SwiftPM compiles only that; and the stamp always.
  @Test func updates() throws {
    try withFolder { path in
      func update() throws -> Set<String> {
        let before = states("\(path)/out")
        try EmbeddedSources.update(from: "\(path)/in", to: "\(path)/out", tool: "/bin/sh")
        let after = states("\(path)/out")
        return Set(after.keys.filter { before[$0] != after[$0] })
      }
      try add("\(path)/in/a", "1")
      #expect(try update().count == 10)
      #expect(try update() == ["stamp"])
      try add("\(path)/in/a", "2")
      #expect(try update().count == 2)
      try add("\(path)/in/b", "2")
      #expect(try update().isSuperset(of: ["stamp", "Files.swift"]))
      unlink("\(path)/in/b")
      #expect(try update().isSuperset(of: ["stamp", "Files.swift"]))
      unlink("\(path)/out/FilesContent3.swift")
      #expect(try update() == ["stamp", "FilesContent3.swift"])
    }
  }
}
