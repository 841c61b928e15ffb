// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArmGenericTimer
import Microkit
import Records
import TimerWiring
import Wiring

@main enum Main {
  static func main() {
    guard let timer = ArmGenericTimer(SystemCounterTimer()) else {
      fatal("CNTFRQ_EL0 has no usable frequency; firmware must set it")
    }
    run(TimerProgram(timer, interrupt: DeviceResources.linked().interrupt()))
  }
}
