// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import TestSupport

/// Runs the `serval` that this test run has built, as a separate process.
struct BuiltTool {
  /// A new directory for each test, which `with` removes.
  let directory: String

  private static let path =
    String(#filePath.dropLast("Tests/ServalCommandTests/BuiltTool.swift".count))
    + ".build/debug/serval"

  static let isBuilt = Files.exists(path)

  static func with(_ body: (BuiltTool) throws -> Void) throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    try body(BuiltTool(directory: directory))
  }

  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  /// - Parameter environment: variables besides PATH.
  func run(_ arguments: [String], environment: [String] = []) throws -> Run {
    let result = try Subprocess.run(
      ["env", "-i", "-C", directory, "PATH=/usr/bin:/bin"] + environment + [Self.path] + arguments)
    return Run(
      status: result.status, output: String(decoding: result.output, as: UTF8.self),
      errors: result.errors)
  }

  func makeFolder(_ name: String) throws { try Files.makeDirectory("\(directory)/\(name)") }

  var files: [String] {
    get throws {
      let listed = try Subprocess.run(["ls", "-A", directory])
      return String(decoding: listed.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
}
