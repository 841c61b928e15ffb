// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A part of a system, reduced to what we compare: parts with the same key in both systems
/// correspond, and their attributes show whether they changed.
struct Entity: Hashable {
  struct Key: Hashable {
    var subject: Change.Subject
    var domain: String?
    var name: String
  }

  struct Attribute: Hashable {
    var name: String
    var value: String
  }

  var key: Key
  var attributes: [Attribute]

  init(
    _ subject: Change.Subject, _ name: String, in domain: String? = nil,
    _ attributes: [(String, String?)]
  ) {
    key = Key(subject: subject, domain: domain, name: name)
    self.attributes = attributes.compactMap { name, value in
      value.map { Attribute(name: name, value: $0) }
    }
  }

  func value(of name: String) -> String? { attributes.first { $0.name == name }?.value }
}
