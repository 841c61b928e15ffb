// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of the generator and of its clock (S905X3 datasheet, RNG and HIU clocks; node names are Linux's).
enum MesonEntropyRegisters {
  /// 32 new bits at each read, in the block that device trees call rng@218.
  static var data: ReadOnly<Word> { .init(at: 0) }
  /// HHI_GCLK_MPEG0, in the clock controller's block.
  static var gates: ReadWrite<Gates> { .init(at: 0x140) }

  struct Word: RegisterView {
    var bits: UInt32
  }

  /// A bit for each clock, 1 to let it through.
  struct Gates: RegisterView {
    var bits: UInt32
    /// RNG0.
    static var generator: Bits<Self> { .init(12) }
  }
}
