// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Mapped memory (sDDF `region_resource_t`, sddf/resources/common.h).
public struct RegionResource: Hashable, Sendable {
  /// Virtual address in the reader's address space; 0 means that there is no such region.
  public var address: UInt64
  /// Size in bytes.
  public var size: UInt64

  public init(address: UInt64, size: UInt64) {
    self.address = address
    self.size = size
  }
}

/// Mapped memory that a device reaches (sDDF `device_region_resource_t`).
public struct DeviceRegionResource: Hashable, Sendable {
  public var region: RegionResource
  /// Address of the region's first byte as the device sees it.
  public var ioAddress: UInt64

  public init(region: RegionResource, ioAddress: UInt64) {
    self.region = region
    self.ioAddress = ioAddress
  }
}

/// An interrupt's identifier (sDDF `device_irq_resource_t`).
public struct DeviceInterruptResource: Hashable, Sendable {
  /// Channel identifier, 0 to 61.
  public var id: UInt8
  public init(id: UInt8) { self.id = id }
}

/// A pair of network queues (sDDF `net_connection_resource_t`, sddf/network/config.h).
public struct NetConnection: Hashable, Sendable {
  public var freeQueue: RegionResource
  public var activeQueue: RegionResource
  /// Capacity of each queue: a power of two.
  public var bufferCount: UInt16
  /// Channel identifier of the peer.
  public var id: UInt8

  public init(
    freeQueue: RegionResource, activeQueue: RegionResource, bufferCount: UInt16, id: UInt8
  ) {
    self.freeQueue = freeQueue
    self.activeQueue = activeQueue
    self.bufferCount = bufferCount
    self.id = id
  }
}

/// One direction of a serial line (sDDF `serial_connection_resource_t`, sddf/serial/config.h).
public struct SerialConnection: Hashable, Sendable {
  public var queue: RegionResource
  /// The bytes; its size is the queue's capacity.
  public var data: RegionResource
  /// Channel identifier of the peer.
  public var id: UInt8

  public init(queue: RegionResource, data: RegionResource, id: UInt8) {
    self.queue = queue
    self.data = data
    self.id = id
  }
}

/// A file system connection (LionsOS `fs_connection_resource_t`, lions/fs/config.h).
public struct FileSystemConnection: Hashable, Sendable {
  public var commandQueue: RegionResource
  public var completionQueue: RegionResource
  /// Memory for paths and data.
  public var share: RegionResource
  /// Says 512 by convention; the queues' real depth is 511.
  public var queueLength: UInt16
  /// Channel identifier of the peer.
  public var id: UInt8

  public init(
    commandQueue: RegionResource, completionQueue: RegionResource, share: RegionResource,
    queueLength: UInt16, id: UInt8
  ) {
    self.commandQueue = commandQueue
    self.completionQueue = completionQueue
    self.share = share
    self.queueLength = queueLength
    self.id = id
  }
}

// MARK: Layouts

extension RegionResource: RecordValue, RecordStructure {
  public static var byteCount: Int { 16 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      address: UInt64.read(from: bytes, at: offset), size: UInt64.read(from: bytes, at: offset + 8))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    address.write(to: &bytes, at: offset)
    size.write(to: &bytes, at: offset + 8)
  }
}

extension DeviceRegionResource: RecordValue, RecordStructure {
  public static var byteCount: Int { 24 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      region: RegionResource.read(from: bytes, at: offset),
      ioAddress: UInt64.read(from: bytes, at: offset + 16))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    region.write(to: &bytes, at: offset)
    ioAddress.write(to: &bytes, at: offset + 16)
  }
}

extension DeviceInterruptResource: RecordValue, RecordStructure {
  public static var byteCount: Int { 1 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(id: bytes.byte(at: offset))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    bytes.setByte(id, at: offset)
  }
}

extension NetConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 40 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      freeQueue: RegionResource.read(from: bytes, at: offset),
      activeQueue: RegionResource.read(from: bytes, at: offset + 16),
      bufferCount: UInt16.read(from: bytes, at: offset + 32), id: bytes.byte(at: offset + 34))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    freeQueue.write(to: &bytes, at: offset)
    activeQueue.write(to: &bytes, at: offset + 16)
    bufferCount.write(to: &bytes, at: offset + 32)
    bytes.setByte(id, at: offset + 34)
  }
}

extension SerialConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 40 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      queue: RegionResource.read(from: bytes, at: offset),
      data: RegionResource.read(from: bytes, at: offset + 16), id: bytes.byte(at: offset + 32))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    queue.write(to: &bytes, at: offset)
    data.write(to: &bytes, at: offset + 16)
    bytes.setByte(id, at: offset + 32)
  }
}

extension FileSystemConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 56 }
  @inline(__always)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      commandQueue: RegionResource.read(from: bytes, at: offset),
      completionQueue: RegionResource.read(from: bytes, at: offset + 16),
      share: RegionResource.read(from: bytes, at: offset + 32),
      queueLength: UInt16.read(from: bytes, at: offset + 48), id: bytes.byte(at: offset + 50))
  }
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    commandQueue.write(to: &bytes, at: offset)
    completionQueue.write(to: &bytes, at: offset + 16)
    share.write(to: &bytes, at: offset + 32)
    queueLength.write(to: &bytes, at: offset + 48)
    bytes.setByte(id, at: offset + 50)
  }
}
