// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation

/// The words after `swift package serval run`. Those of the form NAME=VALUE are make variables (make/images.mk), `--set`,
/// `--mac`, `--certificate` and `--key` are for `serval generate`, `--board`, `--sdk` and `--config` for both commands, and the rest
/// is for `serval run`.
struct RunWords {
  private static let shared = [
    "--board": "MICROKIT_BOARD", "--sdk": "RUN_SDK", "--config": "RUN_CONFIG",
  ]
  private static let forGenerate = ["--set", "--mac", "--certificate", "--key"]

  private var given: [String] = []
  /// For each command, words that are quoted for sh.
  private var flags = ["GENERATE_FLAGS": [String](), "RUN_FLAGS": [String]()]

  init(_ words: [String]) {
    var words = words[...]
    while let word = words.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { String($0) }
      if let name = Self.shared[parts[0]], let value = parts.last, parts.count == 2 {
        given.append("\(name)=\(value)")
      } else if let name = Self.shared[word], let value = words.popFirst() {
        given.append("\(name)=\(value)")
      } else if Self.forGenerate.contains(word), let value = words.popFirst() {
        flags["GENERATE_FLAGS"]? += [Self.quoted(word), Self.quoted(value)]
      } else if Self.forGenerate.contains(parts[0]) {
        flags["GENERATE_FLAGS"]?.append(Self.quoted(word))
      } else if parts.count == 2, flags[parts[0]] != nil {
        // Written for sh already, and before what the other words add.
        flags[parts[0]]?.insert(parts[1], at: 0)
      } else if parts.count == 2, Self.isVariable(parts[0]) {
        given.append(word)
      } else {
        flags["RUN_FLAGS"]?.append(Self.quoted(word))
      }
    }
  }

  /// Variables for make.
  var variables: [String] {
    given
      + flags.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value.joined(separator: " "))" }
  }

  private static func isVariable(_ name: String) -> Bool {
    name.first?.isUppercase == true
      && name.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
  }

  private static func quoted(_ word: String) -> String {
    "'\(word.replacingOccurrences(of: "'", with: #"'\''"#))'"
  }
}
