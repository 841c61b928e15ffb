// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The cut-offs of the health tests, for a false alarm rate of 2^-30 in each (SP 800-90B, 4.4.1 and 4.4.2).
public struct HealthCutoffs: Equatable, Sendable {
  /// Equal bytes in a row that fail the repetition count test: 1 + ceiling(30 / H).
  public let repetition: Int
  /// Bytes of a window that may not equal its first one: 1 + CRITBINOM(512, 2^-H, 1 - 2^-30). As many repetitions at one
  /// distance fail the pattern test.
  public let proportion: Int

  /// Bytes in the window of the adaptive proportion test: that of SP 800-90B for sources that are not binary.
  public static var window: Int { 512 }
  /// Bytes of the start-up test: the least that SP 800-90B, 4.3, allows.
  public static var startUp: Int { 1024 }

  /// The cut-offs for a source with `bitsPerByte` bits of min-entropy in each byte, clamped to 1 to 8. A test computes the
  /// table from the formulas.
  public init(bitsPerByte: Int) {
    (repetition, proportion) =
      switch bitsPerByte {
      case ...1: (31, 325)
      case 2: (16, 190)
      case 3: (11, 114)
      case 4: (9, 71)
      case 5: (7, 46)
      case 6: (6, 31)
      case 7: (6, 22)
      default: (5, 16)
      }
  }
}
