// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory mapped into the reader of the record (sDDF `region_resource_t`, sddf/resources/common.h).
public struct MappedRange: Hashable, Sendable {
  /// Virtual address in the reader's address space; 0 if nothing is mapped.
  public var address: UInt64
  /// Size in bytes.
  public var size: UInt64

  /// The range of `size` bytes at virtual address `address`.
  public init(address: UInt64, size: UInt64) {
    self.address = address
    self.size = size
  }
}

/// Mapped memory that is registers of a device or that the device accesses (sDDF `device_region_resource_t`).
public struct DeviceMappedRange: Hashable, Sendable {
  /// Where the reader of the record sees the memory.
  public var region: MappedRange
  /// Address of the first byte as the device sees it.
  public var ioAddress: UInt64

  /// `region`, which the device reaches at `ioAddress`.
  public init(region: MappedRange, ioAddress: UInt64) {
    self.region = region
    self.ioAddress = ioAddress
  }
}

/// An interrupt of a device (sDDF `device_irq_resource_t`).
public struct DeviceInterruptResource: Hashable, Sendable {
  /// Channel identifier, 0 to 61.
  public var id: UInt8
  /// The interrupt of channel `id`.
  public init(id: UInt8) { self.id = id }
}

/// A pair of network queues (sDDF `net_connection_resource_t`, sddf/network/config.h).
public struct NetConnection: Hashable, Sendable {
  /// Ring of empty buffers.
  public var freeQueue: MappedRange
  /// Ring of buffers with a frame.
  public var activeQueue: MappedRange
  /// Capacity of each queue: a power of two.
  public var bufferCount: UInt16
  /// Channel identifier of the peer.
  public var id: UInt8

  /// A pair of queues of `bufferCount` descriptors each, shared with the peer on channel `id`.
  public init(
    freeQueue: MappedRange, activeQueue: MappedRange, bufferCount: UInt16, id: UInt8
  ) {
    self.freeQueue = freeQueue
    self.activeQueue = activeQueue
    self.bufferCount = bufferCount
    self.id = id
  }
}

/// One direction of a serial line (sDDF `serial_connection_resource_t`, sddf/serial/config.h).
public struct SerialConnection: Hashable, Sendable {
  /// Ring indices.
  public var queue: MappedRange
  /// The ring's bytes; the size of the memory is the ring's capacity.
  public var data: MappedRange
  /// Channel identifier of the peer.
  public var id: UInt8

  /// A ring shared with the peer on channel `id`.
  public init(queue: MappedRange, data: MappedRange, id: UInt8) {
    self.queue = queue
    self.data = data
    self.id = id
  }
}

/// A file system connection (LionsOS `fs_connection_resource_t`, lions/fs/config.h).
public struct FileSystemConnection: Hashable, Sendable {
  /// Ring of commands, client to server.
  public var commandQueue: MappedRange
  /// Ring of completions, server to client.
  public var completionQueue: MappedRange
  /// Memory for paths and file data, which both sides read and write.
  public var share: MappedRange
  /// 512 by convention, although the queues hold 511.
  public var queueLength: UInt16
  /// Channel identifier of the peer.
  public var id: UInt8

  /// Queues and share of the peer on channel `id`.
  public init(
    commandQueue: MappedRange, completionQueue: MappedRange, share: MappedRange,
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

extension MappedRange: RecordValue, RecordStructure {
  /// `sizeof(region_resource_t)`.
  public static var byteCount: Int { 16 }

  /// Layout of `address`.
  public static var address: Field<Self, UInt64> { .init(at: 0) }
  /// Layout of `size`.
  public static var size: Field<Self, UInt64> { .init(at: 8) }

  /// Reads each field at its offset.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      address: address.read(from: bytes, at: offset), size: size.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.address.write(address, to: &bytes, at: offset)
    Self.size.write(size, to: &bytes, at: offset)
  }
}

extension DeviceMappedRange: RecordValue, RecordStructure {
  /// `sizeof(device_region_resource_t)`.
  public static var byteCount: Int { 24 }

  /// Layout of `region`.
  public static var region: Field<Self, MappedRange> { .init(at: 0) }
  /// Layout of `ioAddress`.
  public static var ioAddress: Field<Self, UInt64> { .init(at: 16) }

  /// Reads each field at its offset.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      region: region.read(from: bytes, at: offset),
      ioAddress: ioAddress.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.region.write(region, to: &bytes, at: offset)
    Self.ioAddress.write(ioAddress, to: &bytes, at: offset)
  }
}

extension DeviceInterruptResource: RecordValue, RecordStructure {
  /// `sizeof(device_irq_resource_t)`.
  public static var byteCount: Int { 1 }

  /// Layout of `id`.
  public static var id: Field<Self, UInt8> { .init(at: 0) }

  /// Reads each field at its offset.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      id: id.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension NetConnection: RecordValue, RecordStructure {
  /// `sizeof(net_connection_resource_t)`.
  public static var byteCount: Int { 40 }

  /// Layout of `freeQueue`.
  public static var freeQueue: Field<Self, MappedRange> { .init(at: 0) }
  /// Layout of `activeQueue`.
  public static var activeQueue: Field<Self, MappedRange> { .init(at: 16) }
  /// Layout of `bufferCount`.
  public static var bufferCount: Field<Self, UInt16> { .init(at: 32) }
  /// Layout of `id`.
  public static var id: Field<Self, UInt8> { .init(at: 34) }

  // Out of line, because a program reads several connections.
  /// Reads each field at its offset.
  @inline(never)
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      freeQueue: freeQueue.read(from: bytes, at: offset),
      activeQueue: activeQueue.read(from: bytes, at: offset),
      bufferCount: bufferCount.read(from: bytes, at: offset), id: id.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.freeQueue.write(freeQueue, to: &bytes, at: offset)
    Self.activeQueue.write(activeQueue, to: &bytes, at: offset)
    Self.bufferCount.write(bufferCount, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension SerialConnection: RecordValue, RecordStructure {
  /// `sizeof(serial_connection_resource_t)`.
  public static var byteCount: Int { 40 }

  /// Layout of `queue`.
  public static var queue: Field<Self, MappedRange> { .init(at: 0) }
  /// Layout of `data`.
  public static var data: Field<Self, MappedRange> { .init(at: 16) }
  /// Layout of `id`.
  public static var id: Field<Self, UInt8> { .init(at: 32) }

  /// Reads each field at its offset.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      queue: queue.read(from: bytes, at: offset), data: data.read(from: bytes, at: offset),
      id: id.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.queue.write(queue, to: &bytes, at: offset)
    Self.data.write(data, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}

extension FileSystemConnection: RecordValue, RecordStructure {
  /// `sizeof(fs_connection_resource_t)`.
  public static var byteCount: Int { 56 }

  /// Layout of `commandQueue`.
  public static var commandQueue: Field<Self, MappedRange> { .init(at: 0) }
  /// Layout of `completionQueue`.
  public static var completionQueue: Field<Self, MappedRange> { .init(at: 16) }
  /// Layout of `share`.
  public static var share: Field<Self, MappedRange> { .init(at: 32) }
  /// Layout of `queueLength`.
  public static var queueLength: Field<Self, UInt16> { .init(at: 48) }
  /// Layout of `id`.
  public static var id: Field<Self, UInt8> { .init(at: 50) }

  /// Reads each field at its offset.
  public static func read(from bytes: some ByteSource, at offset: Int) -> Self {
    Self(
      commandQueue: commandQueue.read(from: bytes, at: offset),
      completionQueue: completionQueue.read(from: bytes, at: offset),
      share: share.read(from: bytes, at: offset),
      queueLength: queueLength.read(from: bytes, at: offset), id: id.read(from: bytes, at: offset))
  }

  /// Writes each field at its offset; padding stays as it is.
  public func write(to bytes: inout some ByteSink, at offset: Int) {
    Self.commandQueue.write(commandQueue, to: &bytes, at: offset)
    Self.completionQueue.write(completionQueue, to: &bytes, at: offset)
    Self.share.write(share, to: &bytes, at: offset)
    Self.queueLength.write(queueLength, to: &bytes, at: offset)
    Self.id.write(id, to: &bytes, at: offset)
  }
}
