// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Microkit
import Records
import Registers

extension RecordView where Layout == DeviceResources {
  /// The registers of the device's region `index`, from `offset` bytes into it. Without at least
  /// `byteCount` bytes there is no driving it: the protection domain stops.
  public func registers(_ index: Int = 0, at offset: Int = 0, byteCount: Int) -> MMIO {
    guard
      index < count(of: DeviceResources.regions, DeviceResources.regionCount),
      let registers = mapped(self[DeviceResources.regions[index]])?
        .registers(at: offset, byteCount: byteCount)
    else { fatal("the device's record has no such registers") }
    return registers
  }

  /// The device's interrupt `index`.
  public func interrupt(_ index: Int = 0) -> Channel {
    guard index < count(of: DeviceResources.interrupts, DeviceResources.interruptCount) else {
      fatal("the device's record has no such interrupt")
    }
    return Channel(self[DeviceResources.interrupts[index]].id)
  }

  /// The device's region `index` as memory that it reaches, and its address there.
  public func memory(_ index: Int) -> (memory: MappedMemory, ioAddress: UInt64) {
    guard index < count(of: DeviceResources.regions, DeviceResources.regionCount) else {
      fatal("the device's record has no such region")
    }
    let resource = self[DeviceResources.regions[index]]
    guard let memory = resource.region.memory else {
      fatal("the device's record has no such region")
    }
    return (memory, resource.ioAddress)
  }

  private func mapped(_ resource: DeviceRegionResource) -> MMIO? {
    // Safety: the host tool maps every region that it writes into a device's record as device memory, as
    // long as the record says, and nothing is ever unmapped.
    unsafe MMIO(address: resource.region.address, byteCount: resource.region.size)
  }
}
