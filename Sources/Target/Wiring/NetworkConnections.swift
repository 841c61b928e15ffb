// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Components
import DMA
import Microkit
import Records
import Rings

extension NetConnection {
  /// Nil where there is no such connection, and where its regions cannot be queues.
  @inline(never) public var rings: NetRings? {
    let capacity = Int(bufferCount)
    guard let freeRegion = freeQueue.shared, let activeRegion = activeQueue.shared,
      let free = Ring<NetQueue>(queue: freeRegion, capacity: capacity),
      let active = Ring<NetQueue>(queue: activeRegion, capacity: capacity)
    else { return nil }
    return NetRings(free: free, active: active)
  }

  public var channel: Channel { Channel(id) }
}

extension RegionResource {
  /// The region as memory of buffers, where the record names one.
  public var memory: MappedMemory? {
    // Safety: the host tool maps every region that it writes into a record, as long as the record says, and
    // nothing is ever unmapped. Only the users of those that are mapped writable store there.
    unsafe MappedMemory(address: address, byteCount: size)
  }
}

extension MACAddress {
  /// As a number whose lowest byte is the first on the wire.
  public var wireValue: UInt64 { value.byteSwapped &>> 16 }
}

extension RecordView where Layout == DeviceResources {
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
}
