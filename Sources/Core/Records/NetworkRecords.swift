// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

// Network records (sddf/network/config.h).

/// Record of an Ethernet driver (`net_driver_config_t`).
public enum NetDriverConfig: Record {
  /// `sizeof(net_driver_config_t)`.
  public static var byteCount: Int { 88 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".net_driver_config" }
  /// sDDF, class 5.
  public static var magic: Magic { .sddf(5) }

  /// Queues shared with the receive virtualiser.
  public static var virtRx: Field<Self, NetConnection> { .init(at: 8) }
  /// Queues shared with the transmit virtualiser.
  public static var virtTx: Field<Self, NetConnection> { .init(at: 48) }
}

/// Buffers of a client, which the device reads (`net_virt_tx_data_region_t`).
public enum NetVirtTxDataRegion: RecordStructure {
  /// `sizeof(net_virt_tx_data_region_t)`.
  public static var byteCount: Int { 32 }

  /// The buffers, with the address at which the device reads them.
  public static var data: Field<Self, DeviceMappedRange> { .init(at: 0) }
  /// Number of 2048-byte buffers.
  public static var bufferCount: Field<Self, UInt32> { .init(at: 24) }
}

/// A client of the transmit virtualiser (`net_virt_tx_client_config_t`).
public enum NetVirtTxClient: RecordStructure {
  /// `sizeof(net_virt_tx_client_config_t)`.
  public static var byteCount: Int { 2096 }

  /// Queues shared with the client.
  public static var connection: Field<Self, NetConnection> { .init(at: 0) }
  /// Where the client's buffers are.
  public static var regions: ListField<Self, NetVirtTxDataRegion> { .init(at: 40, capacity: 64) }
  /// Elements of `regions` in use.
  public static var regionCount: Field<Self, UInt8> { .init(at: 2088) }
}

/// Record of the transmit virtualiser (`net_virt_tx_config_t`).
public enum NetVirtTxConfig: Record {
  /// `sizeof(net_virt_tx_config_t)`.
  public static var byteCount: Int { 134_200 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".net_virt_tx_config" }
  /// sDDF, class 5.
  public static var magic: Magic { .sddf(5) }

  /// Queues shared with the driver.
  public static var driver: Field<Self, NetConnection> { .init(at: 8) }
  /// One element per client.
  public static var clients: ListField<Self, NetVirtTxClient> { .init(at: 48, capacity: 64) }
  /// Elements of `clients` in use.
  public static var clientCount: Field<Self, UInt8> { .init(at: 134_192) }
}

/// A client of the receive virtualiser (`net_virt_rx_client_config_t`).
public enum NetVirtRxClient: RecordStructure {
  /// `sizeof(net_virt_rx_client_config_t)`.
  public static var byteCount: Int { 432 }

  /// Queues shared with the client's copier.
  public static var connection: Field<Self, NetConnection> { .init(at: 0) }
  /// Destinations whose frames go to the client.
  public static var macAddresses: ListField<Self, MACAddress> { .init(at: 40, capacity: 64) }
  /// Elements of `macAddresses` in use.
  public static var macCount: Field<Self, UInt8> { .init(at: 424) }
}

/// Record of the receive virtualiser (`net_virt_rx_config_t`).
public enum NetVirtRxConfig: Record {
  /// `sizeof(net_virt_rx_config_t)`.
  public static var byteCount: Int { 27_744 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".net_virt_rx_config" }
  /// sDDF, class 5.
  public static var magic: Magic { .sddf(5) }

  /// Queues shared with the driver.
  public static var driver: Field<Self, NetConnection> { .init(at: 8) }
  /// The buffers, which the device writes.
  public static var data: Field<Self, DeviceMappedRange> { .init(at: 48) }
  /// A reference count for each buffer, zero at boot.
  public static var bufferMetadata: Field<Self, MappedRange> { .init(at: 72) }
  /// One element per client.
  public static var clients: ListField<Self, NetVirtRxClient> { .init(at: 88, capacity: 64) }
  /// Elements of `clients` in use.
  public static var clientCount: Field<Self, UInt8> { .init(at: 27_736) }
}

/// Record of a copier (`net_copy_config_t`).
public enum NetCopyConfig: Record {
  /// `sizeof(net_copy_config_t)`.
  public static var byteCount: Int { 1128 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".net_copy_config" }
  /// sDDF, class 5.
  public static var magic: Magic { .sddf(5) }

  /// Queues shared with the receive virtualiser.
  public static var receive: Field<Self, NetConnection> { .init(at: 8) }
  /// Received frames' buffers, indexed by the `oid` of their descriptors.
  public static var receiveData: ListField<Self, MappedRange> { .init(at: 48, capacity: 64) }
  /// Queues shared with the client.
  public static var client: Field<Self, NetConnection> { .init(at: 1072) }
  /// The client's buffers, which the copier fills.
  public static var clientData: Field<Self, MappedRange> { .init(at: 1112) }
}

/// Record of a network client (`net_client_config_t`).
public enum NetClientConfig: Record {
  /// `sizeof(net_client_config_t)`.
  public static var byteCount: Int { 128 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".net_client_config" }
  /// sDDF, class 5.
  public static var magic: Magic { .sddf(5) }

  /// Queues of received frames.
  public static var receive: Field<Self, NetConnection> { .init(at: 8) }
  /// Buffers of received frames.
  public static var receiveData: Field<Self, MappedRange> { .init(at: 48) }
  /// Queues of frames to transmit.
  public static var transmit: Field<Self, NetConnection> { .init(at: 64) }
  /// Buffers of frames to transmit.
  public static var transmitData: Field<Self, MappedRange> { .init(at: 104) }
  /// The client's own address.
  public static var macAddress: Field<Self, MACAddress> { .init(at: 120) }
}

/// Record of sDDF's lwIP glue, which only C clients read (sddf/network/lib_sddf_lwip.h).
public enum LwIPConfig: Record {
  /// `sizeof(lib_sddf_lwip_config_t)`.
  public static var byteCount: Int { 32 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".lib_sddf_lwip_config" }
  /// sDDF, class 8.
  public static var magic: Magic { .sddf(8) }

  /// Memory of lwIP's packet buffers.
  public static var pbufPool: Field<Self, MappedRange> { .init(at: 8) }
  /// Number of packet buffers in the pool.
  public static var pbufCount: Field<Self, UInt64> { .init(at: 24) }
}
