// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import Records

/// A record of type `Layout` in this program's image.
public typealias LinkedRecord<Layout: Record> = RecordView<Layout, LinkedBytes>

/// A record for which an image can have a section. The linker keeps only the sections of records that the program
/// reads.
public protocol LinkableRecord: Record {
  /// Address of the section, which has `byteCount` bytes.
  static var linkedStart: UnsafeRawPointer { get }
}

extension LinkableRecord {
  /// The record that `serval generate --images` wrote. If the section has none, the program cannot work: the
  /// protection domain stops.
  public static func linked() -> LinkedRecord<Self> {
    // Safety: records.S reserves `byteCount` bytes in read-only memory.
    let bytes = unsafe LinkedBytes(start: linkedStart, count: byteCount)
    guard let view = LinkedRecord<Self>(bytes) else { missing(section) }
    return view
  }
}

@inline(never) private func missing(_ section: StaticString) -> Never {
  debugPrint(section)
  debugPrint(": ")
  fatal("no such record in this image; serval generate --images writes it")
}

extension ProgramRecord {
  /// The record that `serval generate --images` wrote. If there is none, or one with other properties, the program
  /// cannot work: the protection domain stops.
  public static func linked() -> Self {
    // Safety: records.S reserves `byteCount` bytes in read-only memory.
    let bytes = unsafe LinkedBytes(
      start: cmicrokit_record_program_records(), count: ProgramRecords.byteCount)
    do throws(ProgramRecords.ReadError) {
      return try ProgramRecords.read(Self.self, from: bytes)
    } catch {
      switch error {
      case .missing: missing(name)
      case .otherLayout: hasOtherLayout(name)
      }
    }
  }
}

@inline(never) private func hasOtherLayout(_ record: StaticString) -> Never {
  debugPrint(record)
  debugPrint(": ")
  fatal("the record has other properties than this program's; build both from the same source")
}

extension EntropyClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_entropy_client_config()
  }
}

extension DeviceResources: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_device_resources() }
}

extension NetCopyConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_copy_config() }
}

extension NetDriverConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_driver_config() }
}

extension NetVirtRxConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_virt_rx_config() }
}

extension NetVirtTxConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_virt_tx_config() }
}

extension SerialClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_client_config()
  }
}

extension SerialDriverConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_driver_config()
  }
}

extension SerialVirtRxConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_virt_rx_config()
  }
}

extension SerialVirtTxConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer {
    unsafe cmicrokit_record_serial_virt_tx_config()
  }
}

extension TimerClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_timer_client_config() }
}

extension RuntimeABI: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_serval_abi() }
}

extension HeapConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_serval_heap() }
}

extension FileSystemClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_fs_client_config() }
}

extension FileSystemServerConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_fs_server_config() }
}

extension IPClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_ip_client_config() }
}

extension NetClientConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_net_client_config() }
}

extension NFSConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_nfs_config() }
}

extension WebServerConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_web_server_config() }
}

extension TLSServerConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_tls_server_config() }
}

extension SignerConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_signer_config() }
}

extension SupervisorConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_supervisor_config() }
}

extension SupervisedConfig: LinkableRecord {
  /// Its place in this image (records.S).
  public static var linkedStart: UnsafeRawPointer { unsafe cmicrokit_record_supervised_config() }
}
