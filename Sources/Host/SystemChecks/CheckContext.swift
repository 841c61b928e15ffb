// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// Collects findings while a file is read and checked.
struct CheckContext {
  let sdk: SDKVersion
  /// Rules ask `architecture`, `cores` and so on, which record what was asked.
  let target: Target
  var asked: TargetTraits = []
  private(set) var findings: [Finding] = []

  init(sdk: SDKVersion, target: Target) {
    self.sdk = sdk
    self.target = target
  }

  mutating func report(
    _ rule: Rule, at location: SourceLocation?, _ message: String, fix: String? = nil
  ) {
    findings.append(
      Finding(
        rule: rule.rawValue, at: location.map(Place.source), message, fix: fix))
  }

  /// Reports something that this target lacks but others have.
  ///
  /// - Parameter needs: what it takes, such as "x86-64".
  mutating func reportUnsupported(at location: SourceLocation?, _ message: String, needs: String) {
    asked.formUnion([.architecture, .cores])
    report(
      .unsupportedTarget, at: location, message,
      fix: "this needs \(needs): choose such a target, or leave it out for \(target.title)")
  }

  mutating func warn(_ rule: String, at location: SourceLocation, _ message: String, fix: String) {
    findings.append(
      Finding(rule: rule, severity: .warning, at: .source(location), message, fix: fix))
  }

  mutating func add(_ other: [Finding]) { findings += other }
}

/// Limits of the Microkit tool (sdf.rs, sel4.rs and lib.rs of each version).
enum Limits {
  static let domains = 63
  static let virtualCPUs = 64
  static let channelID = UInt64(ChannelID.maximum)
  /// Slot of child 0's TCB (microkit.h); a CNode has `slots` slots (main.rs).
  static let firstChildSlot: UInt64 = 202
  static let slots: UInt64 = 512
  static let priority = UInt64(Priority.maximum)
  static let smallestStack: UInt64 = 0x1000
  static let largestStack: UInt64 = 16 << 20
  static let defaultBudget: UInt64 = 1000
  static let capabilitySlots: UInt64 = 128
  static let schedulingDomains: UInt64 = 16
  static let scheduleEntries: UInt64 = 100
  /// No target's stack reaches below: RISC-V has the smallest address space.
  static let belowEveryStack: UInt64 = 0x3f_ffff_f000 - 0x2000 - largestStack
  /// Highest interrupt vector of user level on x86 (X86_IRQ_VECTOR_MAX).
  static let x86Vector: UInt64 = 107
  /// End of the addresses of a device behind an IOMMU (CAPDL_MAX_IOVA + 1).
  static let ioAddressSpaceEnd: UInt64 = 1 << 39

  /// Where a protection domain's mappings must end: at the bottom of its stack. In 2.3.0, the IPC
  /// buffer and a guard page are above the stack (sel4.rs, pd_stack_top).
  static func mapEnd(_ sdk: SDKVersion, _ target: Target, stackSize: UInt64) -> UInt64? {
    if sdk < .v2_0_1 { return nil }
    let stackTop = target.addressSpaceEnd - (sdk < .v2_3_0 ? 0 : 0x2000)
    return stackTop - min(stackSize, stackTop)
  }
}
