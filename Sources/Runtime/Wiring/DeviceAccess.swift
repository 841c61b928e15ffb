// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Microkit
import Records
import Registers

extension RecordView where Layout == DeviceResources {
  /// The registers in the device's region `index`, starting `offset` bytes into it. With fewer than `byteCount`
  /// bytes the driver cannot work: the protection domain stops.
  public func registers(_ index: Int = 0, at offset: Int = 0, byteCount: Int) -> MMIO {
    guard
      index < count(of: DeviceResources.regions, DeviceResources.regionCount),
      let registers = mapped(self[DeviceResources.regions[index]])?
        .registers(at: offset, byteCount: byteCount)
    else {
      fatal(
        ".device_resources, regions: none, or one too short for the registers; is the driver this device's?"
      )
    }
    return registers
  }

  /// The device's interrupt `index`. Without it the protection domain stops.
  public func interrupt(_ index: Int = 0) -> Channel {
    guard index < count(of: DeviceResources.interrupts, DeviceResources.interruptCount) else {
      fatal(
        ".device_resources, interrupts: fewer than the driver uses; is the driver this device's?")
    }
    let interrupt = Channel(self[DeviceResources.interrupts[index]].id)
    // The last instance may have died before it acknowledged it. SDK 1.4.1 does not tell `run` which interrupts there are.
    if restarts > 0 { interrupt.acknowledge() }
    return interrupt
  }

  /// The device's region `index` as DMA memory, with the address at which the device sees it. Without it the
  /// protection domain stops.
  public func memory(_ index: Int) -> (memory: MappedMemory, ioAddress: UInt64) {
    let resource = self[DeviceResources.regions[index]]
    guard
      index < count(of: DeviceResources.regions, DeviceResources.regionCount),
      let memory = resource.region.memory
    else { fatal(".device_resources, regions: no DMA memory at the index that the driver uses") }
    return (memory, resource.ioAddress)
  }

  private func mapped(_ resource: DeviceMappedRange) -> MMIO? {
    // Safety: the host tool maps each region of a device's record as device memory of the size in the record, and
    // nothing is ever unmapped.
    unsafe MMIO(address: resource.region.address, byteCount: resource.region.size)
  }
}
