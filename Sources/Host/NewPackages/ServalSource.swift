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

  /// Reads `PATH`, `URL`, or `URL@VERSION`.
  public init(_ text: String, version: String) {
    guard text.contains("://") || text.hasPrefix("git@") else {
      self = .checkout(text)
      return
    }
    // The last @ after the last slash: one before it separates a user from a host.
    let tail = text.lastIndex(of: "/").map { text[$0...] } ?? text[...]
    guard let at = tail.lastIndex(of: "@") else {
      self = .repository(text, from: version)
      return
    }
    self = .repository(String(text[..<at]), from: String(text[text.index(after: at)...]))
  }

  /// The dependency in a manifest.
  var dependency: String {
    switch self {
    case .checkout(let path):
      """
      // Published: .package(url: "\(Self.url)", from: "VERSION")
          .package(name: "serval", path: \(quoted(path)))
      """
    case .repository(let url, let version):
      ".package(url: \(quoted(url)), from: \(quoted(version)))"
    }
  }

  /// What products are asked from: the last part of the location.
  var package: String {
    guard case .repository(let url, _) = self else { return "serval" }
    let last = url.split(separator: "/").last.map { String($0) } ?? "serval"
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
