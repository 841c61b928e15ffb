// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// What BoGo's runner asks for in a test. A name that is not here is of something that this server does not have, or that this program
/// cannot show: then the runner is told that there is no such test, by the exit status 89.
struct ShimOptions {
  /// With a value.
  private static let named: Set<String> = [
    "port", "shim-id", "resume-count", "cert-file", "key-file", "min-version", "max-version",
    "expect-version", "curves", "select-alpn", "max-send-fragment", "shim-initial-write",
    "resumption-delay", "trust-cert", "signing-prefs",
  ]
  /// What the runner sees for itself, too, from the other side.
  private static let alsoSeen: Set<String> = [
    "expect-alpn", "expect-server-name", "expect-cipher", "expect-cipher-aes",
    "expect-cipher-no-aes", "expect-curve-id", "read-size", "max-cert-list",
    "expect-selected-credential", "cipher", "allow-hint-mismatch", "expect-msg-callback",
  ]
  private static let switches: Set<String> = [
    "server", "ipv6", "async", "shim-writes-first", "shim-shuts-down", "check-close-notify",
    "expect-session-miss", "no-ticket", "new-x509-credential",
  ]
  /// What makes no difference here.
  private static let ignored: Set<String> = [
    "no-tls12", "no-tls11", "no-tls1", "implicit-handshake", "peek-then-read", "expect-hrr",
    "expect-no-hrr", "expect-extended-master-secret", "expect-no-session-id", "expect-session-id",
    "expect-secure-renegotiation", "no-op-extra-handshake", "partial-write",
    "expect-no-server-name",
    "use-early-callback", "install-ddos-callback", "server-preference",
  ]

  private var values: [String: String] = [:]
  private var listed: [(chain: String, key: String)] = []
  private var last = (chain: "", key: "")

  init(_ arguments: [String]) {
    var index = 0
    while index < arguments.count {
      var name = String(arguments[index].drop { $0 == "-" })
      for prefix in ["on-shim-"] where name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
      let key = name
      for prefix in ["on-initial-", "on-resume-"] where name.hasPrefix(prefix) {
        name.removeFirst(prefix.count)
      }
      index += 1
      if Self.ignored.contains(name) { continue }
      if Self.switches.contains(name) {
        if name == "new-x509-credential" { listed.append(("", "")) }
        values[key] = ""
        continue
      }
      guard Self.named.contains(name) || Self.alsoSeen.contains(name), index < arguments.count
      else {
        Self.lack(name)
      }
      set(key, arguments[index])
      index += 1
    }
  }

  private mutating func set(_ name: String, _ value: String) {
    guard name == "cert-file" || name == "key-file" else {
      // Numbers of a list come one by one.
      let isList = name == "curves" || name == "signing-prefs"
      values[name] = isList ? (values[name].map { $0 + "," } ?? "") + value : value
      return
    }
    // What comes before the first of a list is behind it.
    if listed.isEmpty {
      if name == "cert-file" { last.chain = value } else { last.key = value }
    } else if name == "cert-file" {
      listed[listed.count - 1].chain = value
    } else {
      listed[listed.count - 1].key = value
    }
  }

  /// Files of the credentials, in the order of preference.
  var credentials: [(chain: String, key: String)] { last.key.isEmpty ? listed : listed + [last] }

  /// The value for a connection: the first one, or one that resumes.
  func value(_ name: String, resumes: Bool = false) -> String? {
    values[(resumes ? "on-resume-" : "on-initial-") + name] ?? values[name]
  }

  func number(_ name: String, resumes: Bool = false) -> Int? {
    value(name, resumes: resumes).flatMap { Int($0) }
  }

  func has(_ name: String, resumes: Bool = false) -> Bool { value(name, resumes: resumes) != nil }

  /// Ends the program: it lacks what the test needs.
  static func lack(_ what: String) -> Never {
    complain("there is no \(what)")
    exit(89)
  }
}
