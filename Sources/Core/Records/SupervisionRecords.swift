// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The children of a supervisor, and when it gives up restarting one. A child's number is its identifier as a child, and that of the
/// supervisor's channel to it.
public enum SupervisorConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 5000 }
  /// Section of the image that has this record.
  public static var section: StaticString { ".supervisor_config" }
  /// Serval, class 16, version 1.
  public static var magic: Magic { .serval(16, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Children, the first of `children`.
  public static var childCount: Field<Self, UInt8> { .init(at: 12) }
  /// The child that signals at each beat.
  public static var heartbeat: Field<Self, UInt8> { .init(at: 13) }
  /// The supervisor gives a child up at so many crashes in `windowMilliseconds`; at most 8.
  public static var crashLimit: Field<Self, UInt8> { .init(at: 14) }
  /// Time in which crashes count.
  public static var windowMilliseconds: Field<Self, UInt32> { .init(at: 16) }
  /// The second crash in the window delays the restart by so much, each further one by twice as much.
  public static var delayMilliseconds: Field<Self, UInt32> { .init(at: 20) }
  /// Memory with the children's epochs: `EpochTable`.
  public static var epochs: Field<Self, MappedRange> { .init(at: 24) }
  /// The children.
  public static var children: ListField<Self, SupervisedChild> { .init(at: 40, capacity: 62) }
}

/// A child of a supervisor.
public enum SupervisedChild: RecordStructure {
  /// Size in bytes with trailing padding.
  public static var byteCount: Int { 80 }

  /// Address at which it begins.
  public static var entry: Field<Self, UInt64> { .init(at: 0) }
  /// 0 for a child that is restarted alone. All others are one group: if one of them dies, all are restarted, those of the lowest stage
  /// first.
  public static var stage: Field<Self, UInt8> { .init(at: 8) }
  /// Its priority: of silent children, the most urgent one keeps the others from answering.
  public static var priority: Field<Self, UInt8> { .init(at: 9) }
  /// Any of `answers` and `isPassive`.
  public static var flags: Field<Self, UInt8> { .init(at: 10) }
  /// Its name, for messages.
  public static var name: TextField<Self> { .init(at: 11, capacity: 64) }

  /// It answers the supervisor's signals, and is dead if it does not.
  public static var answers: UInt8 { 1 }
  /// It runs on its callers' time.
  public static var isPassive: UInt8 { 2 }
}

/// Where a child of a supervisor sees the epochs. An image has it without memory, which stands for no supervisor, until
/// `serval generate` writes another one, so that one image works in systems with a supervisor and without.
public enum SupervisedConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 96 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".supervised_config" }
  /// Serval, class 17, version 1.
  public static var magic: Magic { .serval(17, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// The child's own number.
  public static var number: Field<Self, UInt8> { .init(at: 12) }
  /// Identifier of the channel to the supervisor.
  public static var supervisorID: Field<Self, UInt8> { .init(at: 13) }
  /// Memory with the children's epochs: `EpochTable`.
  public static var epochs: Field<Self, MappedRange> { .init(at: 16) }
  /// The number of the child at the other end of each channel, by the channel's identifier; `none` for others.
  public static var peers: BytesField<Self> { .init(at: 32, capacity: 64) }

  /// Stands for a peer that the supervisor does not restart.
  public static var none: UInt8 { 255 }
}

/// Words in memory that the supervisor writes and its children read: how often each has begun.
public enum EpochTable {
  /// Size in bytes: 128 words of 64 bits.
  public static var byteCount: Int { 1024 }
  /// Index of the word that changes with each restart of any child.
  public static var generation: Int { 0 }
  /// Index of a child's epoch: 0 at boot, then how often it was restarted.
  public static func epoch(of child: Int) -> Int { 1 &+ (child & 63) }
  /// Index of the word that is 1 once the supervisor has given up a child.
  public static func isGivenUp(_ child: Int) -> Int { 65 &+ (child & 63) }
}
