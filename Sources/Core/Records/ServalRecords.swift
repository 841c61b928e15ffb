// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Serval's own records: what LionsOS compiles into its images. Each starts with the magic, the record's
// size in bytes at offset 8, and is padded to 8 bytes.

/// How a network client gets its address.
public enum IPClientConfig: Record {
  public static var byteCount: Int { 96 }
  public static var section: StaticString { ".ip_client_config" }
  public static var magic: Magic { .serval(1, version: 1) }

  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// 0 is DHCP (RFC 2131), 1 static.
  public static var addressing: Field<Self, UInt8> { .init(at: 12) }
  /// Length of the static address's network prefix, 0 to 32 bits.
  public static var prefixLength: Field<Self, UInt8> { .init(at: 13) }
  /// IPv4 addresses as numbers: 10.0.2.15 is 0x0a00020f. 0 where there is none. With DHCP `address` is the one
  /// that the server is asked for.
  public static var address: Field<Self, UInt32> { .init(at: 16) }
  public static var gateway: Field<Self, UInt32> { .init(at: 20) }
  public static var nameServer: Field<Self, UInt32> { .init(at: 24) }
  /// Sent to the DHCP server (RFC 2132, option 12).
  public static var hostName: TextField<Self> { .init(at: 28, capacity: 64) }
}

/// What the web server serves.
public enum WebServerConfig: Record {
  public static var byteCount: Int { 4128 }
  public static var section: StaticString { ".web_server_config" }
  public static var magic: Magic { .serval(2, version: 1) }

  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// TCP port.
  public static var port: Field<Self, UInt16> { .init(at: 12) }
  /// Directory of the site inside the file system: LionsOS's WEBSITE_DIR.
  public static var root: TextField<Self> { .init(at: 14, capacity: 4096) }
  /// 1: no line on the console for each answered request.
  public static var isSilent: Field<Self, UInt8> { .init(at: 4110) }
  /// What others may keep without asking. 0: nothing; 1: as LionsOS's server says; 2: everything for `maximumAge`;
  /// 3: nothing may be kept at all.
  public static var freshness: Field<Self, UInt8> { .init(at: 4111) }
  /// Seconds.
  public static var maximumAge: Field<Self, UInt32> { .init(at: 4112) }
  /// Seconds, of files whose names carry a hash of their content; 0: as others. Only with `freshness` 0 or 2.
  public static var hashedMaximumAge: Field<Self, UInt32> { .init(at: 4116) }
  /// 1: files and folders are shown whose names begin with a dot.
  public static var showsDotFiles: Field<Self, UInt8> { .init(at: 4120) }
  /// 1: symbolic links are followed out of the site's directory.
  public static var followsOutsideLinks: Field<Self, UInt8> { .init(at: 4121) }
}

/// Which kernel an image is for: what Microkit's own library has compiled in.
public enum RuntimeABI: Record {
  public static var byteCount: Int { 24 }
  public static var section: StaticString { ".serval_abi" }
  public static var magic: Magic { .serval(3, version: 1) }

  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Label of the invocation IRQAckIRQ: it moves with the SDK and its configuration.
  public static var irqAckLabel: Field<Self, UInt32> { .init(at: 12) }
  /// `canPrint` and `acknowledgesFirst`.
  public static var flags: Field<Self, UInt32> { .init(at: 16) }

  /// The kernel has DebugPutChar.
  public static var canPrint: UInt32 { 1 }
  /// Interrupts are acknowledged before the first receive.
  public static var acknowledgesFirst: UInt32 { 2 }
}
