// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A driver's view of its device: registers, DMA memory and interrupts (sDDF `device_resources_t`,
/// sddf/resources/device.h).
public enum DeviceResources: Record {
  /// `sizeof(device_resources_t)`.
  public static var byteCount: Int { 1608 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".device_resources" }
  /// sDDF, class 1.
  public static var magic: Magic { .sddf(1) }

  /// Elements of `regions` in use.
  public static var regionCount: Field<Self, UInt8> { .init(at: 5) }
  /// Elements of `interrupts` in use.
  public static var interruptCount: Field<Self, UInt8> { .init(at: 6) }
  /// Registers first, then memory that the device reaches.
  public static var regions: ListField<Self, DeviceMappedRange> { .init(at: 8, capacity: 64) }
  /// In the order of the device tree's `interrupts`.
  public static var interrupts: ListField<Self, DeviceInterruptResource> {
    .init(at: 1544, capacity: 64)
  }
}
