// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON

/// A case of JSONTestSuite (github.com/nst/JSONTestSuite, test_parsing) by its name there, with our answer.
struct SuiteCase {
  let name: String
  let text: [UInt8]
  let error: (reason: JSONError.Reason, offset: Int)?

  static func accepted(_ name: String, _ text: String) -> SuiteCase {
    SuiteCase(name: name, text: Array(text.utf8), error: nil)
  }

  static func accepted(_ name: String, _ text: [UInt8]) -> SuiteCase {
    SuiteCase(name: name, text: text, error: nil)
  }

  static func refused(
    _ name: String, _ text: String, _ reason: JSONError.Reason, at offset: Int
  ) -> SuiteCase {
    SuiteCase(name: name, text: Array(text.utf8), error: (reason, offset))
  }

  static func refused(
    _ name: String, _ text: [UInt8], _ reason: JSONError.Reason, at offset: Int
  ) -> SuiteCase {
    SuiteCase(name: name, text: text, error: (reason, offset))
  }
}
