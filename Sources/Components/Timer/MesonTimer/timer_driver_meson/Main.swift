// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import MesonTimer
import Microkit
import Records
import Registers
import TimerWiring
import Wiring

@main enum Main {
  static func main() {
    let resources = DeviceResources.linked()
    let registers = resources.registers(
      at: MesonTimer<MMIO>.registersOffset, byteCount: MesonTimer<MMIO>.registersByteCount)
    guard let timer = MesonTimer(registers) else { fatal("the timer has no rate") }
    run(TimerProgram(timer, interrupt: resources.interrupt()))
  }
}
