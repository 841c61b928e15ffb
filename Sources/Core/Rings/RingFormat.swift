// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How a kind of queue lies in memory. The rules - who writes which index, what a peer may claim,
/// when a slot may be touched - are the same for all and live in `RingProducer` and `RingConsumer`.
public protocol RingFormat: Sendable {
  associatedtype Index: RingIndex
  associatedtype Element: RingElement
  /// Bytes from the start of the queue to the producer's index.
  static var tailOffset: Int { get }
  /// Bytes from the start of the queue to the consumer's index.
  static var headOffset: Int { get }
  /// Bytes that the indices and flags take.
  static var headerByteCount: Int { get }
  /// Slot that `index` falls on.
  static func slot(of index: Index, capacity: Index) -> Index
}

extension RingFormat {
  // Free-running indices wrap at a power of two, so the capacity has to be one, too.
  public static func slot(of index: Index, capacity: Index) -> Index { index & (capacity &- 1) }
}

/// The consumer says in a flag whether it wants to hear of new elements.
public protocol ConsumerSignalled: RingFormat {
  static var signalOffset: Int { get }
}

/// The producer says in a flag whether it wants to hear of room.
public protocol ProducerSignalled: RingFormat {
  static var signalOffset: Int { get }
}

/// sDDF network queue, free or active (sddf/network/queue.h): indices of 16 bits, descriptors of 16
/// bytes behind the header.
public enum NetQueue: ConsumerSignalled {
  public typealias Index = UInt16
  public typealias Element = NetDescriptor
  public static var tailOffset: Int { 0 }
  public static var headOffset: Int { 2 }
  public static var signalOffset: Int { 4 }
  public static var headerByteCount: Int { 8 }
}

/// sDDF serial queue (sddf/serial/queue.h): indices of 32 bits; the bytes are in a region of their
/// own.
public enum SerialQueue: ProducerSignalled {
  public typealias Index = UInt32
  public typealias Element = UInt8
  public static var tailOffset: Int { 0 }
  public static var headOffset: Int { 4 }
  public static var signalOffset: Int { 8 }
  public static var headerByteCount: Int { 12 }
}

/// LionsOS file queue (lions/fs/protocol.h): indices of 64 bits, head first, 511 messages behind
/// the header. No flag: both sides notify after each batch.
public enum FileQueue: RingFormat {
  public typealias Index = UInt64
  public typealias Element = FileMessage
  public static var headOffset: Int { 0 }
  public static var tailOffset: Int { 8 }
  public static var headerByteCount: Int { 64 }
  /// Messages that a queue holds, whatever the connection's record says.
  public static var capacity: Int { 511 }

  // 511 does not divide 2^64, but no queue lives to see that index.
  public static func slot(of index: UInt64, capacity: UInt64) -> UInt64 { index % capacity }
}
