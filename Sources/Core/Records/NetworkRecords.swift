// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

// Network records (sddf/network/config.h).

public enum NetDriverConfig: Record {
  public static var byteCount: Int { 88 }
  public static var section: StaticString { ".net_driver_config" }
  public static var magic: Magic { .sddf(5) }

  public static var virtRx: Field<Self, NetConnection> { .init(at: 8) }
  public static var virtTx: Field<Self, NetConnection> { .init(at: 48) }
}

/// `net_virt_tx_data_region_t`: buffers of a client that the device reads.
public enum NetVirtTxDataRegion: RecordStructure {
  public static var byteCount: Int { 32 }

  public static var data: Field<Self, DeviceRegionResource> { .init(at: 0) }
  /// Number of 2048-byte buffers.
  public static var bufferCount: Field<Self, UInt32> { .init(at: 24) }
}

/// `net_virt_tx_client_config_t`.
public enum NetVirtTxClient: RecordStructure {
  public static var byteCount: Int { 2096 }

  public static var connection: Field<Self, NetConnection> { .init(at: 0) }
  public static var regions: ListField<Self, NetVirtTxDataRegion> { .init(at: 40, capacity: 64) }
  public static var regionCount: Field<Self, UInt8> { .init(at: 2088) }
}

public enum NetVirtTxConfig: Record {
  public static var byteCount: Int { 134_200 }
  public static var section: StaticString { ".net_virt_tx_config" }
  public static var magic: Magic { .sddf(5) }

  public static var driver: Field<Self, NetConnection> { .init(at: 8) }
  public static var clients: ListField<Self, NetVirtTxClient> { .init(at: 48, capacity: 64) }
  public static var clientCount: Field<Self, UInt8> { .init(at: 134_192) }
}

/// `net_virt_rx_client_config_t`.
public enum NetVirtRxClient: RecordStructure {
  public static var byteCount: Int { 432 }

  public static var connection: Field<Self, NetConnection> { .init(at: 0) }
  public static var macAddresses: ListField<Self, MACAddress> { .init(at: 40, capacity: 64) }
  public static var macCount: Field<Self, UInt8> { .init(at: 424) }
}

public enum NetVirtRxConfig: Record {
  public static var byteCount: Int { 27_744 }
  public static var section: StaticString { ".net_virt_rx_config" }
  public static var magic: Magic { .sddf(5) }

  public static var driver: Field<Self, NetConnection> { .init(at: 8) }
  /// Buffers that the device writes.
  public static var data: Field<Self, DeviceRegionResource> { .init(at: 48) }
  /// One reference count per buffer, zero at boot.
  public static var bufferMetadata: Field<Self, RegionResource> { .init(at: 72) }
  public static var clients: ListField<Self, NetVirtRxClient> { .init(at: 88, capacity: 64) }
  public static var clientCount: Field<Self, UInt8> { .init(at: 27_736) }
}

public enum NetCopyConfig: Record {
  public static var byteCount: Int { 1128 }
  public static var section: StaticString { ".net_copy_config" }
  public static var magic: Magic { .sddf(5) }

  public static var receive: Field<Self, NetConnection> { .init(at: 8) }
  /// Where buffers come from, by the `oid` of their descriptor.
  public static var receiveData: ListField<Self, RegionResource> { .init(at: 48, capacity: 64) }
  public static var client: Field<Self, NetConnection> { .init(at: 1072) }
  public static var clientData: Field<Self, RegionResource> { .init(at: 1112) }
}

public enum NetClientConfig: Record {
  public static var byteCount: Int { 128 }
  public static var section: StaticString { ".net_client_config" }
  public static var magic: Magic { .sddf(5) }

  public static var receive: Field<Self, NetConnection> { .init(at: 8) }
  public static var receiveData: Field<Self, RegionResource> { .init(at: 48) }
  public static var transmit: Field<Self, NetConnection> { .init(at: 64) }
  public static var transmitData: Field<Self, RegionResource> { .init(at: 104) }
  public static var macAddress: Field<Self, MACAddress> { .init(at: 120) }
}

/// What sDDF's lwIP glue needs (sddf/network/lib_sddf_lwip.h): only C clients read it.
public enum LwIPConfig: Record {
  public static var byteCount: Int { 32 }
  public static var section: StaticString { ".lib_sddf_lwip_config" }
  public static var magic: Magic { .sddf(8) }

  public static var pbufPool: Field<Self, RegionResource> { .init(at: 8) }
  public static var pbufCount: Field<Self, UInt64> { .init(at: 24) }
}
