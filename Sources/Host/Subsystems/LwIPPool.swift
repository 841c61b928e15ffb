// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// The pool of packet buffer heads that sDDF's lwIP glue wants: for C network clients only.
public struct LwIPPool {
  /// Bytes of a head (sddf/network/lib_sddf_lwip.c).
  static let headSize: UInt64 = 56

  public let client: SystemBuilder.PD
  public let headCount: UInt64

  /// - Parameter headCount: at least the client's receive buffers; sdfgen takes twice the driver's.
  public init(for client: SystemBuilder.PD, headCount: UInt64) {
    self.client = client
    self.headCount = headCount
  }

  public func connect(in system: inout SystemBuilder) throws {
    let device = try system.board.device(.ethernet, in: system.tree).name
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
