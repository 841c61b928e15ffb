// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An MRS, MSR, SYS or SYSL instruction, by the fields of its encoding (Arm ARM, C5.1).
struct SystemInstruction: Hashable {
  var op0: UInt32
  var op1: UInt32
  var crn: UInt32
  var crm: UInt32
  var op2: UInt32

  init(_ op0: UInt32, _ op1: UInt32, _ crn: UInt32, _ crm: UInt32, _ op2: UInt32) {
    (self.op0, self.op1, self.crn, self.crm, self.op2) = (op0, op1, crn, crm, op2)
  }

  static let counterFrequency = SystemInstruction(3, 3, 14, 0, 0)
  static let physicalCounter = SystemInstruction(3, 3, 14, 0, 1)
  static let physicalTimerValue = SystemInstruction(3, 3, 14, 2, 0)
  static let physicalTimerControl = SystemInstruction(3, 3, 14, 2, 1)
  static let physicalTimerCompare = SystemInstruction(3, 3, 14, 2, 2)
  static let zeroCacheLine = SystemInstruction(1, 3, 7, 4, 1)
  static let cleanLine = SystemInstruction(1, 3, 7, 10, 1)
  static let cleanLineToUnification = SystemInstruction(1, 3, 7, 11, 1)
  static let cleanAndInvalidateLine = SystemInstruction(1, 3, 7, 14, 1)
  static let invalidateInstructions = SystemInstruction(1, 3, 7, 5, 1)
  static let zeroIdentification = SystemInstruction(3, 3, 0, 0, 7)

  /// Whether the engine may execute it alone, as it accesses tpidr_el0, tpidrro_el0, nzcv, fpcr, fpsr or
  /// ctr_el0.
  var isPlainRegister: Bool {
    guard op0 == 3, op1 == 3 else { return false }
    switch (crn, crm, op2) {
    case (13, 0, 2), (13, 0, 3), (4, 2, 0), (4, 4, 0), (4, 4, 1), (0, 0, 1): return true
    default: return false
    }
  }

  /// Cache maintenance that seL4 allows programs (SCTLR_EL1.UCI).
  var isCacheMaintenance: Bool {
    [
      .cleanLine, .cleanLineToUnification, .cleanAndInvalidateLine, .invalidateInstructions,
    ].contains(self)
  }

  /// The syndrome of the instruction's trap (Arm ARM, ESR_EL2, class 0x18).
  func syndrome(register: UInt32, isRead: Bool) -> UInt64 {
    var value: UInt32 = 0x18 << 26 | 1 << 25
    value |= op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | register << 5 | crm << 1
    return UInt64(value | (isRead ? 1 : 0))
  }
}
