// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Microkit's monitor, which makes protection domains passive and prints faults that no parent handles.
// The texts are those of each SDK's monitor/src/main.c, so that transcripts can be compared.
extension Kernel {
  /// Moves a domain's scheduling context to its notification, as the domain asks after `init`.
  func makePassive(_ thread: Thread, badge: UInt64, label: UInt64) {
    guard label == 0 else { return }
    chargeBudget()
    let context = thread.ownContext
    if thread.context === context { thread.context = nil }
    context.thread = nil
    thread.notification.context = context
    monitorPrints("MON|INFO: PD '\(visibleName(of: thread))' is now passive!\n")
  }

  func printByMonitor(_ fault: ThreadFault, of thread: Thread, badge: UInt64, pc: UInt64) {
    // 2.1 and later number the TCB capabilities from 10. Before, the number depends on the whole system.
    let capability = abi.sdk < .v2_1_0 ? badge : badge + 9
    var text = "MON|ERROR: received message \(hex32(fault.label))  badge: \(hex64(badge))"
    text += "  tcb cap: \(hex64(capability))\nMON|ERROR: faulting PD: \(visibleName(of: thread))\n"
    text += registers(of: thread, pc: pc)
    switch fault {
    case .capability(let pc, let slot, let inReceive):
      let failure =
        abi.missingCapabilityIsInvalidRoot
        ? "seL4_InvalidRoot" : "seL4_MissingCapability  bits_left=\(hex64(0))"
      text += "MON|ERROR: CapFault: ip=\(hex64(pc))  fault_addr=\(hex64(slot))"
      text += "  in_recv_phase=\(inReceive)  lookup_failure_type=\(failure)\n"
    case .exception:
      text += "MON|ERROR: UserException\n"
    case .memory(let pc, let address, let isFetch, let status):
      text += describe(pc, address, isFetch, status)
      let bottom = thread.stackBottom
      if abi.sdk >= .v2_0_1, address < bottom, address >= bottom &- 0x1000 {
        text += "MON|ERROR: potential stack overflow, "
        text += "fault address within one page outside of stack region\n"
      }
    case .virtualProcessor(let syndrome) where abi.sdk >= .v2_0_1:
      text += "MON|ERROR: received vCPU fault with ESR: \(hex64(syndrome))\n"
      text += undefinedBehaviour(syndrome) ?? "MON|ERROR: Unknown vCPU fault\n"
    case .unknownSystemCall, .debug, .virtualProcessor:
      text +=
        abi.sdk < .v2_0_1
        ? "Unknown fault\n" : "MON|ERROR: Unknown fault\n\(hex64(fault.label))"
    }
    monitorPrints(text)
  }

  private func monitorPrints(_ text: String) {
    if abi.prints { console.write(text) }
  }

  private func visibleName(of thread: Thread) -> String {
    String(decoding: thread.name.utf8.prefix(abi.sdk.visibleNameLength), as: UTF8.self)
  }

  private func registers(of thread: Thread, pc: UInt64) -> String {
    var text = "Registers: \n"
    func line(_ name: String, _ value: UInt64) { text += "\(name): \(hex64(value))\n" }
    line("pc ", pc)
    line("sp", thread.processor[Processor.Register.sp])
    line("spsr ", thread.processor.savedStatus)
    for number in [Int](0...8) + [16, 17, 18, 29, 30] + (9...15) + (19...28) {
      line("x\(number) ", thread[x: number])
    }
    line("tpidr_el0 ", thread.processor[Processor.Register.threadPointer])
    line("tpidrro_el0 ", thread.processor[Processor.Register.threadPointerReadOnly])
    return text
  }

  private func describe(
    _ pc: UInt64, _ address: UInt64, _ isFetch: Bool, _ status: UInt64
  ) -> String {
    var text = "MON|ERROR: VMFault: ip=\(hex64(pc))  fault_addr=\(hex64(address))"
    text += "  fsr=\(hex64(status))  (\(isFetch ? "instruction" : "data") fault)\n"
    let kind = isFetch ? "Instruction Abort" : "Data Abort"
    let syndrome = status & 0x1ff_ffff
    text += "MON|ERROR:   ec: \(hex32(status >> 26))  \(kind) from a lower Exception level   "
    text += "il: \(status >> 25 & 1)   iss: \(hex32(syndrome))\n"
    if isFetch { return text }
    let code = syndrome & 0x3f
    let meaning =
      switch code {
      case 5...7: "translation fault, level \(code - 4)"
      case 13...15: "permission fault, level \(code - 12)"
      case 0x21: "alignment fault"
      default: "<unexpected DFSC>"
      }
    text += "MON|ERROR:   dfsc = \(meaning) (\(hex32(code)))"
    return text + (syndrome & 0x40 != 0 ? " -- write not read\n" : "\n")
  }

  /// The text for a trap of clang's undefined behaviour sanitiser, BRK 0x5500 plus the check's number;
  /// nil for other syndromes.
  private func undefinedBehaviour(_ syndrome: UInt64) -> String? {
    guard syndrome >> 26 == 0x3c, syndrome & 0xff00 == 0x5500 else { return nil }
    let checks = [
      "add overflow", "builtin unreachable", "control-flow-integrity check fail",
      "division remainder overflow", "dynamic type cache miss", "float case overflow",
      "function type mismatch", "implicit conversion", "invalid builtin",
      "invalid objc cast", "load invalid value", "missing return", "multiplication overflow",
      "negate overflow", "nullability argument", "nullability return", "non-null argument",
      "non-null return", "out of bounds access", "pointer overflow", "shift out of bounds",
      "subtraction overflow", "type mismatch", "alignment assumption",
      "variable-length-array bound not positive",
    ]
    let code = Int(syndrome & 0xff)
    let name = code < checks.count ? checks[code] : "unknown reason"
    return "MON|ERROR: potential undefined behaviour detected by UBSAN for: '\(name)'\n"
  }
}
