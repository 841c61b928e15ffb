// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Where a new package gets Serval from.
public enum ServalSource: Equatable, Sendable {
  /// A checkout on this machine, by its absolute path.
  case checkout(String)
  /// A repository, and the oldest version to take.
  case repository(String, from: String)

  /// Where Serval is published.
  public static let url = "https://github.com/serval-sel4/serval"

  /// Reads `PATH`, `URL`, or `URL@VERSION`, also with `USER@HOST:PATH` for a URL.
  ///
  /// - Parameter version: the oldest version, unless the text names one.
  /// - Returns: nil if what follows the repository's name is not a version such as 1.2.3.
  public init?(_ text: String, version: String) {
    let host = text.split(separator: ":", omittingEmptySubsequences: false)[0]
    let hasUser = host.contains("@") && !host.contains("/") && host.utf8.count < text.utf8.count
    guard text.contains("://") || hasUser else {
      self = .checkout(text)
      return
    }
    // An @ further ahead separates a user from a host.
    let tail = text.lastIndex { $0 == "/" || $0 == ":" }.map { text[$0...] } ?? text[...]
    guard let at = tail.lastIndex(of: "@") else {
      self = .repository(text, from: version)
      return
    }
    let suffix = text[text.index(after: at)...]
    guard Self.isVersion(suffix) else { return nil }
    self = .repository(String(text[..<at]), from: String(suffix))
  }

  private static func isVersion(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3
      && parts.allSatisfy {
        (1...9).contains($0.utf8.count)
          && $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }

  /// The dependency in a manifest.
  var dependency: String {
    switch self {
    case .checkout(let path):
      """
      // Published: .package(url: "\(Self.url)", from: "VERSION")
          // Without traits, it fetches no swift-crypto, which the library Cryptography needs.
          .package(name: "serval", path: \(quoted(path)), traits: [])
      """
    case .repository(let url, let version):
      ".package(url: \(quoted(url)), from: \(quoted(version)))"
    }
  }

  /// What products are asked from: the last part of the location.
  var package: String {
    guard case .repository(let url, _) = self else { return "serval" }
    let last =
      url.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map { String($0) } ?? "serval"
    return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
  }

  func product(_ name: String) -> String {
    ".product(name: \(quoted(name)), package: \(quoted(package)))"
  }

  func plugin(_ name: String) -> String {
    ".plugin(name: \(quoted(name)), package: \(quoted(package)))"
  }

  /// A Swift string literal.
  private func quoted(_ text: String) -> String {
    "\"\(text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined())\""
  }
}
