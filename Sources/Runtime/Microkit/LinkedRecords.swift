// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import Records

public typealias LinkedRecord<Layout: Record> = RecordView<Layout, LinkedBytes>

/// A record that an image can have room for. A program that reads one gets its section; the others' are
/// not linked.
public protocol LinkableRecord: Record {
  /// Address of the section, `byteCount` bytes.
  static var linkedStart: UnsafeRawPointer { get }
}

extension LinkableRecord {
  /// The record as `serval generate --images` wrote it. Without one nothing can be done: the protection
  /// domain stops.
  public static func linked() -> LinkedRecord<Self> {
    // Safety: records.S reserves as many bytes, in memory that nobody writes.
    let bytes = unsafe LinkedBytes(start: linkedStart, count: byteCount)
    guard let view = LinkedRecord<Self>(bytes) else { missing(section) }
    return view
  }
}

@inline(never) private func missing(_ section: StaticString) -> Never {
  debugPrint(section)
  fatal(": no such record in this image; serval generate --images writes it")
}

extension DeviceResources: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_device_resources() }
}

extension NetCopyConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_copy_config() }
}

extension NetDriverConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_driver_config() }
}

extension NetVirtRxConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_virt_rx_config() }
}

extension NetVirtTxConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_virt_tx_config() }
}

extension SerialClientConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_client_config()
  }
}

extension SerialDriverConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_driver_config()
  }
}

extension SerialVirtRxConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_virt_rx_config()
  }
}

extension SerialVirtTxConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_virt_tx_config()
  }
}

extension TimerClientConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_timer_client_config() }
}

extension RuntimeABI: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_serval_abi() }
}

extension FileSystemClientConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_fs_client_config() }
}

extension FileSystemServerConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_fs_server_config() }
}

extension IPClientConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_ip_client_config() }
}

extension NetClientConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_client_config() }
}

extension NFSConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_nfs_config() }
}

extension WebServerConfig: LinkableRecord {
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_web_server_config() }
}
