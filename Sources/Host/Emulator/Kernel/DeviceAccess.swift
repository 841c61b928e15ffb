// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Kernel {
  func read(_ window: DeviceWindow, _ offset: UInt64, size: Int) -> UInt64 {
    let value = window.device.read(offset, size: size, now: now)
    settle(window.processor)
    return value
  }

  func write(_ window: DeviceWindow, _ offset: UInt64, _ value: UInt64, size: Int) {
    guard window.permissions.contains(.write) else {
      let start = window.processor.addressSpace.address(of: window.device) ?? 0
      return window.processor.stop(.memory(.write, .forbidden, address: start &+ offset))
    }
    window.device.write(offset, value, size: size, now: now)
    settle(window.processor)
  }

  /// An access may have raised an interrupt or moved what is due next.
  private func settle(_ processor: Processor) {
    eventsChanged()
    if mustSchedule { processor.stop() }
  }

  // MARK: System registers that seL4 lets programs use

  /// Nil for what is trapped.
  func systemRegister(_ instruction: SystemInstruction) -> UInt64? {
    switch instruction {
    case .counterFrequency: return board.counterFrequency
    case .physicalCounter: return timer.count(at: now)
    // Bit 4: programs may not zero cache lines.
    case .zeroIdentification: return 0x14
    case .physicalTimerValue, .physicalTimerControl, .physicalTimerCompare:
      return board.exportsTimer ? timer.register(instruction, at: now) : nil
    default: return nil
    }
  }

  func setSystemRegister(_ instruction: SystemInstruction, to value: UInt64) -> Bool {
    guard board.exportsTimer, timer.set(instruction, to: value, at: now) else { return false }
    if let running { settle(running) }
    return true
  }
}
