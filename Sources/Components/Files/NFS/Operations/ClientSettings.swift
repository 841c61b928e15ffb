// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the client of files may use. Times are nanoseconds.
///
/// Memory at most: `blockBytes` of data that was read, and one read size for each call that is in
/// flight or answer that shows its data; `operationLimit` operations with two paths of 4095 bytes or
/// one WRITE's data each; `listLimit` entries of up to 500 bytes; and the caches' `attributeCount` and
/// `nameCount` entries of about 200 and 500 bytes.
public struct ClientSettings: Sendable {
  public var operationLimit = 128
  /// From a request to its answer at most.
  public var operationTime: UInt64 = 30_000_000_000
  /// For the export to be mounted, where somebody asks for that alone.
  public var mountTime: UInt64 = 10_000_000_000
  /// Attributes, rights and names that exist are believed for so long.
  public var attributeTime: UInt64 = 3_000_000_000
  /// That a name does not exist is believed for so long.
  public var absenceTime: UInt64 = 1_000_000_000
  /// Entries of the caches: powers of two.
  public var attributeCount = 1024
  public var nameCount = 1024
  /// Blocks of data: each of one READ, or a whole small file.
  public var blockCount = 512
  /// Bytes that blocks which were read may hold.
  public var blockBytes = 4 << 20
  /// Blocks that are read ahead of one reader.
  public var readAhead = 8
  /// Blocks that one read waits for and hands out.
  public var blocksPerRead = 8
  public var linkLimit = 16
  /// Entries of all listings that are on their way.
  public var listLimit = 16_384
  /// A server that is fetching a file is asked again after so long.
  public var busyTime: UInt64 = 500_000_000

  public init() {}
}
