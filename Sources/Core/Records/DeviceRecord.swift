// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a driver gets of its device (sDDF `device_resources_t`, sddf/resources/device.h).
public enum DeviceResources: Record {
  public static var byteCount: Int { 1608 }
  public static var section: StaticString { ".device_resources" }
  public static var magic: Magic { .sddf(1) }

  public static var regionCount: Field<Self, UInt8> { .init(at: 5) }
  public static var interruptCount: Field<Self, UInt8> { .init(at: 6) }
  public static var regions: ListField<Self, DeviceRegionResource> { .init(at: 8, capacity: 64) }
  public static var interrupts: ListField<Self, DeviceInterruptResource> {
    .init(at: 1544, capacity: 64)
  }
}
