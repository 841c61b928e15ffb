// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The memory layout of a kind of queue. The protocol (who writes which index, which indices a peer
/// may claim, when a slot may be accessed) is the same for all and lives in `RingProducer` and
/// `RingConsumer`.
public protocol RingFormat: Sendable {
  /// Type of both indices in memory.
  associatedtype Index: RingIndex
  /// What a slot holds.
  associatedtype Element: RingElement
  /// Bytes from the start of the queue to the producer's index.
  static var tailOffset: Int { get }
  /// Bytes from the start of the queue to the consumer's index.
  static var headOffset: Int { get }
  /// Size in bytes of indices and flags together.
  static var headerByteCount: Int { get }
  /// The slot number of a free-running index.
  static func slot(of index: Index, capacity: Index) -> Index
}

extension RingFormat {
  /// The low bits of the index. Free-running indices wrap at a power of two, so the capacity must be
  /// a power of two as well.
  public static func slot(of index: Index, capacity: Index) -> Index { index & (capacity &- 1) }
}

/// A queue with a flag through which the consumer requests notifications of new elements.
public protocol ConsumerSignalled: RingFormat {
  /// Bytes from the start of the queue to the flag.
  static var signalOffset: Int { get }
}

/// A queue with a flag through which the producer requests notifications of room.
public protocol ProducerSignalled: RingFormat {
  /// Bytes from the start of the queue to the flag.
  static var signalOffset: Int { get }
}

/// An sDDF network queue, free or active (sddf/network/queue.h): 16-bit indices, then descriptors of
/// 16 bytes.
public enum NetQueue: ConsumerSignalled {
  /// Width of the indices.
  public typealias Index = UInt16
  /// What a slot holds.
  public typealias Element = NetDescriptor
  /// The producer's index.
  public static var tailOffset: Int { 0 }
  /// The consumer's index.
  public static var headOffset: Int { 2 }
  /// The request flag.
  public static var signalOffset: Int { 4 }
  /// Size of the header.
  public static var headerByteCount: Int { 8 }
}

/// An sDDF serial queue (sddf/serial/queue.h): 32-bit indices; the bytes lie in a separate region.
public enum SerialQueue: ProducerSignalled {
  /// Width of the indices.
  public typealias Index = UInt32
  /// What a slot holds.
  public typealias Element = UInt8
  /// The producer's index.
  public static var tailOffset: Int { 0 }
  /// The consumer's index.
  public static var headOffset: Int { 4 }
  /// The request flag.
  public static var signalOffset: Int { 8 }
  /// Size of the header.
  public static var headerByteCount: Int { 12 }
}

/// A LionsOS file queue (lions/fs/protocol.h): 64-bit indices, head first, then 511 messages. It has no
/// flag: both sides notify after each batch.
public enum FileQueue: RingFormat {
  /// Width of the indices.
  public typealias Index = UInt64
  /// What a slot holds.
  public typealias Element = FileMessage
  /// The consumer's index.
  public static var headOffset: Int { 0 }
  /// The producer's index.
  public static var tailOffset: Int { 8 }
  /// Size of the header.
  public static var headerByteCount: Int { 64 }
  /// Messages that a queue holds. The protocol fixes the number; records cannot change it.
  public static var capacity: Int { 511 }

  /// The index modulo 511. 511 does not divide 2^64, so the slots would jump when an index wraps, but
  /// no queue lives that long.
  public static func slot(of index: UInt64, capacity: UInt64) -> UInt64 { index % capacity }
}
