// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// The pool of packet buffer headers that sDDF's lwIP glue needs; only C network clients use it.
public struct LwIPPool {
  /// Bytes per header (sddf/network/lib_sddf_lwip.c).
  static let headSize: UInt64 = 56

  /// The domain that maps the pool.
  public let client: SystemBuilder.PD
  /// How many headers the pool holds.
  public let headCount: UInt64

  /// Creates a pool; `headCount` is at least the client's receive buffers, and in sdfgen twice the
  /// driver's.
  public init(for client: SystemBuilder.PD, headCount: UInt64) {
    self.client = client
    self.headCount = headCount
  }

  /// Adds the pool, its mapping and the client's record.
  ///
  /// - Throws: `SubsystemError`, or `BoardError` without a network device.
  public func connect(in system: inout SystemBuilder) throws {
    let device = try system.device(.ethernet).name
    let pool = try system.addRegion(
      "\(device)/net/lib_sddf_lwip/\(client.name)", size: ByteCount(headCount * Self.headSize))
    var record = RecordBytes<LwIPConfig>()
    let mapping = try system.map(pool, into: client, .readWrite)
    record[LwIPConfig.pbufPool] = MappedRange(
      address: mapping.address.rawValue, size: headCount * Self.headSize)
    record[LwIPConfig.pbufCount] = headCount
    try system.addRecord(
      record, fileName: "lib_sddf_lwip_config_\(client.name)", to: client)
  }
}
