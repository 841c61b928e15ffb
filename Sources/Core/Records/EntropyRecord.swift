// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Record of a client of the `entropy` service. An image has it with `none` until `serval generate` writes another
/// number, so that one image works in systems with a service and without.
public enum EntropyClientConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 16 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".entropy_client_config" }
  /// Serval, class 7, version 1.
  public static var magic: Magic { .serval(7, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Identifier of the channel for protected calls to the service, or `none`.
  public static var serverID: Field<Self, UInt8> { .init(at: 12) }

  /// Stands for a channel that does not exist.
  public static var none: UInt8 { 255 }
}
