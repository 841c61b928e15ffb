// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// Something that a file says and another SDK's schema cannot say.
struct Loss: Hashable {
  var location: SourceLocation
  /// As in the file: "<cspace>", "smc".
  var feature: String
  /// How the system would differ: "'a' could not make secure monitor calls".
  var consequence: String
  /// What to do about it besides; nil if nothing helps.
  var remedy: String?

  /// An error, or a warning once the user agrees to the loss.
  func finding(target: SDKVersion, isAgreed: Bool) -> Finding {
    let refusal = "Microkit \(target) cannot express \(feature)"
    let agree = "give --lossy to leave it out"
    return Finding(
      rule: "unsupported-by-sdk", severity: isAgreed ? .warning : .error, at: .source(location),
      "\(refusal): \(consequence)",
      fix: isAgreed ? remedy : remedy.map { "\($0), and \(agree)" } ?? agree)
  }
}
