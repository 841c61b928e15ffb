// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Serval's own records, for choices that LionsOS compiles into its images. Each starts with the magic, has its
// size in bytes at offset 8, and is padded to 8 bytes.

/// How a network client obtains its address.
public enum IPClientConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 96 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".ip_client_config" }
  /// Serval, class 1, version 1.
  public static var magic: Magic { .serval(1, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// 0 for DHCP (RFC 2131), 1 for a static address.
  public static var addressing: Field<Self, UInt8> { .init(at: 12) }
  /// Length of the static address's network prefix, 0 to 32 bits.
  public static var prefixLength: Field<Self, UInt8> { .init(at: 13) }
  /// The IPv4 address as a number: 10.0.2.15 is 0x0a00020f. With DHCP, the address to ask the server for, or 0.
  public static var address: Field<Self, UInt32> { .init(at: 16) }
  /// Default router, 0 for none.
  public static var gateway: Field<Self, UInt32> { .init(at: 20) }
  /// DNS server, 0 for none.
  public static var nameServer: Field<Self, UInt32> { .init(at: 24) }
  /// Sent to the DHCP server (RFC 2132, option 12).
  public static var hostName: TextField<Self> { .init(at: 28, capacity: 64) }
}

/// What the web server serves, and how.
public enum WebServerConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 4128 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".web_server_config" }
  /// Serval, class 2, version 1.
  public static var magic: Magic { .serval(2, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// TCP port to listen on.
  public static var port: Field<Self, UInt16> { .init(at: 12) }
  /// The site's directory within the export: LionsOS's WEBSITE_DIR.
  public static var root: TextField<Self> { .init(at: 14, capacity: 4096) }
  /// 1 to omit the console line for each request.
  public static var isSilent: Field<Self, UInt8> { .init(at: 4110) }
  /// What caches may reuse without asking. 0: nothing (`no-cache`); 1: what LionsOS's server allows; 2: everything
  /// for `maximumAge`; 3: nothing may be stored (`no-store`).
  public static var freshness: Field<Self, UInt8> { .init(at: 4111) }
  /// Seconds for which everything is fresh, with `freshness` 2.
  public static var maximumAge: Field<Self, UInt32> { .init(at: 4112) }
  /// Seconds for which files with a content hash in their names are fresh; 0 for as long as others. Only used with
  /// `freshness` 0 or 2.
  public static var hashedMaximumAge: Field<Self, UInt32> { .init(at: 4116) }
  /// 1 to serve files and folders whose names start with a dot.
  public static var showsDotFiles: Field<Self, UInt8> { .init(at: 4120) }
  /// 1 to follow symbolic links out of the site's directory.
  public static var followsOutsideLinks: Field<Self, UInt8> { .init(at: 4121) }
}

/// The kernel that an image is for, which Microkit's own library has compiled in.
public enum RuntimeABI: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 24 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".serval_abi" }
  /// Serval, class 3, version 1.
  public static var magic: Magic { .serval(3, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Label of the invocation IRQAckIRQ, which varies with the SDK and its configuration.
  public static var irqAckLabel: Field<Self, UInt32> { .init(at: 12) }
  /// Any of `canPrint`, `acknowledgesFirst` and `hasCryptographicExtension`.
  public static var flags: Field<Self, UInt32> { .init(at: 16) }

  /// The kernel has DebugPutChar.
  public static var canPrint: UInt32 { 1 }
  /// The program acknowledges its interrupts before the first receive.
  public static var acknowledgesFirst: UInt32 { 2 }
  /// All processors of the board have the Cryptographic Extension of Armv8-A.
  public static var hasCryptographicExtension: UInt32 { 4 }
}

/// The memory of a program's heap.
public enum HeapConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 32 }
  /// Section of the images that have this record: those of programs with a heap.
  public static var section: StaticString { ".serval_heap" }
  /// Section in which a program and its modules state how many bytes of heap they need at least: 64-bit numbers, whose
  /// sum counts.
  public static var needsSection: StaticString { ".serval_heap_needs" }
  /// Serval, class 5, version 1.
  public static var magic: Magic { .serval(5, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// The memory, all zeros until `serval generate` writes the record.
  public static var memory: Field<Self, MappedRange> { .init(at: 16) }
}

/// What a program and its modules state about their stacks.
public enum StackNeeds {
  /// Section with numbers of bytes, 64 bits each, of which the largest counts.
  public static var section: StaticString { ".serval_stack_needs" }
}
