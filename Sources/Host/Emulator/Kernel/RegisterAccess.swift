// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Accesses that leave the engine without a system call: device registers and system registers.
extension Kernel {
  // MARK: Device registers

  func read(_ window: DeviceWindow, _ offset: UInt64, size: Int) -> UInt64 {
    let value = window.device.read(offset, size: size, now: now)
    rescheduleIfNeeded(window.processor)
    return value
  }

  func write(_ window: DeviceWindow, _ offset: UInt64, _ value: UInt64, size: Int) {
    guard window.permissions.contains(.write) else {
      let start = window.processor.addressSpace.address(of: window.device) ?? 0
      return window.processor.stop(.memory(.write, .forbidden, address: start &+ offset))
    }
    window.device.write(offset, value, size: size, now: now)
    rescheduleIfNeeded(window.processor)
  }

  /// The access may have raised an interrupt or changed when the next event is due.
  private func rescheduleIfNeeded(_ processor: Processor) {
    eventsChanged()
    if mustSchedule { processor.stop() }
  }

  // MARK: System registers that seL4 lets programs use

  /// Nil for a register whose access is trapped.
  func systemRegister(_ instruction: SystemInstruction) -> UInt64? {
    switch instruction {
    case .counterFrequency: return board.counterFrequency
    case .physicalCounter: return timer.count(at: now)
    // Bit 4 (DZP): programs may not use DC ZVA.
    case .zeroIdentification: return 0x14
    case .physicalTimerValue, .physicalTimerControl, .physicalTimerCompare:
      return board.exportsTimer ? timer.register(instruction, at: now) : nil
    default: return nil
    }
  }

  /// - Returns: whether programs may write the register.
  func setSystemRegister(_ instruction: SystemInstruction, to value: UInt64) -> Bool {
    guard board.exportsTimer, timer.set(instruction, to: value, at: now) else { return false }
    if let running { rescheduleIfNeeded(running) }
    return true
  }
}
