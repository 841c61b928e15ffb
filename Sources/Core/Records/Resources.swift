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

  public static var address: Field<Self, UInt64> { .init(at: 0) }
  public static var size: Field<Self, UInt64> { .init(at: 8) }

  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      address: address.read(from: bytes, at: offset), size: size.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.address.write(address, to: &bytes, at: offset)
    Self.size.write(size, to: &bytes, at: offset)
  }
}

extension DeviceRegionResource: RecordValue, RecordStructure {
  public static var byteCount: Int { 24 }

  public static var region: Field<Self, RegionResource> { .init(at: 0) }
  public static var ioAddress: Field<Self, UInt64> { .init(at: 16) }

  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      region: region.read(from: bytes, at: offset),
      ioAddress: ioAddress.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.region.write(region, to: &bytes, at: offset)
    Self.ioAddress.write(ioAddress, to: &bytes, at: offset)
  }
}

extension DeviceInterruptResource: RecordValue, RecordStructure {
  public static var byteCount: Int { 1 }

  public static var id: Field<Self, UInt8> { .init(at: 0) }

  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      id: id.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension NetConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 40 }

  public static var freeQueue: Field<Self, RegionResource> { .init(at: 0) }
  public static var activeQueue: Field<Self, RegionResource> { .init(at: 16) }
  public static var bufferCount: Field<Self, UInt16> { .init(at: 32) }
  public static var id: Field<Self, UInt8> { .init(at: 34) }

  // Several of a program's connections are read.
  @inline(never)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      freeQueue: freeQueue.read(from: bytes, at: offset),
      activeQueue: activeQueue.read(from: bytes, at: offset),
      bufferCount: bufferCount.read(from: bytes, at: offset), id: id.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.freeQueue.write(freeQueue, to: &bytes, at: offset)
    Self.activeQueue.write(activeQueue, to: &bytes, at: offset)
    Self.bufferCount.write(bufferCount, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension SerialConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 40 }

  public static var queue: Field<Self, RegionResource> { .init(at: 0) }
  public static var data: Field<Self, RegionResource> { .init(at: 16) }
  public static var id: Field<Self, UInt8> { .init(at: 32) }

  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      queue: queue.read(from: bytes, at: offset), data: data.read(from: bytes, at: offset),
      id: id.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.queue.write(queue, to: &bytes, at: offset)
    Self.data.write(data, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension FileSystemConnection: RecordValue, RecordStructure {
  public static var byteCount: Int { 56 }

  public static var commandQueue: Field<Self, RegionResource> { .init(at: 0) }
  public static var completionQueue: Field<Self, RegionResource> { .init(at: 16) }
  public static var share: Field<Self, RegionResource> { .init(at: 32) }
  public static var queueLength: Field<Self, UInt16> { .init(at: 48) }
  public static var id: Field<Self, UInt8> { .init(at: 50) }

  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      commandQueue: commandQueue.read(from: bytes, at: offset),
      completionQueue: completionQueue.read(from: bytes, at: offset),
      share: share.read(from: bytes, at: offset),
      queueLength: queueLength.read(from: bytes, at: offset), id: id.read(from: bytes, at: offset))
  }

  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.commandQueue.write(commandQueue, to: &bytes, at: offset)
    Self.completionQueue.write(completionQueue, to: &bytes, at: offset)
    Self.share.write(share, to: &bytes, at: offset)
    Self.queueLength.write(queueLength, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}
