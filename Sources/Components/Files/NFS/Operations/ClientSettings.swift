// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// Limits of an `NFSClient`.
///
/// Maximum memory: `blockBytes` of cached data, plus one read size for each READ in flight and each result that still
/// refers to evicted data; `operationLimit` operations with two paths of 4095 bytes or the data of one WRITE each;
/// `listLimit` directory entries of up to 500 bytes; `attributeCount` entries of about 200 bytes and `nameCount` entries
/// of about 500 bytes.
public struct ClientSettings: Sendable {
  /// Maximum number of concurrent operations.
  public var operationLimit = 128
  /// Timeout of an operation.
  public var operationTime: Interval = .seconds(30)
  /// Timeout of `FileRequest.mount`.
  public var mountTime: Interval = .seconds(10)
  /// How long attributes, rights and existing names stay valid.
  public var attributeTime: Interval = .seconds(3)
  /// How long an absent name is taken to be absent.
  public var absenceTime: Interval = .seconds(1)
  /// Entries of the attribute cache; a power of two.
  public var attributeCount = 1024
  /// Entries of the name cache; a power of two.
  public var nameCount = 1024
  /// Blocks of the data cache. A block holds the data of one READ.
  public var blockCount = 512
  /// Bytes that the blocks of the data cache may hold together.
  public var blockBytes = 4 << 20
  /// Maximum number of blocks to read ahead of a sequential reader.
  public var readAhead = 8
  /// Maximum number of blocks that one read returns.
  public var blocksPerRead = 8
  /// Symbolic links that one path may go through.
  public var linkLimit = 16
  /// Directory entries that all listings in progress may hold together.
  public var listLimit = 16_384
  /// Pause before a call is repeated after NFS3ERR_JUKEBOX.
  public var busyTime: Interval = .milliseconds(500)

  /// The defaults.
  public init() {}
}
