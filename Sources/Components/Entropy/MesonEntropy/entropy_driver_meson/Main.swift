// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyWiring
import MesonEntropy
import Microkit
import Records
import Registers
import Wiring

@main enum Main {
  static func main() {
    typealias Generator = MesonEntropy<MMIO>
    let resources = DeviceResources.linked()
    let count = resources.count(of: DeviceResources.regions, DeviceResources.regionCount)
    let clocks =
      count > 1 ? resources.registers(1, byteCount: Generator.clocksByteCount) : nil
    runEntropyService(
      Generator(resources.registers(0, byteCount: Generator.registersByteCount), clocks: clocks))
  }
}
