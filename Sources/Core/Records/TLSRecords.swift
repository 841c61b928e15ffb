// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a server with TLS shows, and where its signer is. An image has it with port 0, which stands for no TLS, until `serval generate`
/// writes another one, so that one image works in systems with TLS and without.
public enum TLSServerConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 32768 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".tls_server_config" }
  /// Serval, class 8, version 1.
  public static var magic: Magic { .serval(8, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Identifier of the channel for protected calls to the signer.
  public static var signerID: Field<Self, UInt8> { .init(at: 12) }
  /// 1 to answer on the port without TLS with nothing but redirects.
  public static var redirects: Field<Self, UInt8> { .init(at: 13) }
  /// TCP port with TLS; 0 for none.
  public static var port: Field<Self, UInt16> { .init(at: 14) }
  /// Seconds for which browsers use nothing but TLS (RFC 6797); 0 does not ask them to.
  public static var strictTransportSeconds: Field<Self, UInt32> { .init(at: 16) }
  /// Certificates with their chains, the first one for clients that name no host.
  public static var credentialCount: Field<Self, UInt8> { .init(at: 20) }
  /// 1 to serve nothing without TLS: for programs whose port without TLS is not in a record.
  public static var isOnlySecure: Field<Self, UInt8> { .init(at: 21) }
  /// Where the data of each are.
  public static var credentials: ListField<Self, TLSCredential> { .init(at: 24, capacity: 8) }
  /// Their data.
  public static var data: BytesField<Self> { .init(at: 152, capacity: 32616) }
}

/// A certificate with its chain. Its data are the certificates in DER, each behind its size in three bytes, most significant first; and
/// behind them the host names, separated by zeros.
public enum TLSCredential: RecordStructure {
  /// Size in bytes with trailing padding.
  public static var byteCount: Int { 16 }

  /// Bits of the RSA key; 0 for P-256.
  public static var keyBits: Field<Self, UInt16> { .init(at: 0) }
  /// Where the data begin, as an index into the record's.
  public static var start: Field<Self, UInt32> { .init(at: 4) }
  /// Bytes of the certificates.
  public static var chainByteCount: Field<Self, UInt32> { .init(at: 8) }
  /// Bytes of the names.
  public static var namesByteCount: Field<Self, UInt32> { .init(at: 12) }
}

/// The private keys of a signer. No other program has this record.
public enum SignerConfig: Record {
  /// The record's size, padded to 8 bytes.
  public static var byteCount: Int { 24576 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".signer_config" }
  /// Serval, class 9, version 1.
  public static var magic: Magic { .serval(9, version: 1) }

  /// The record's size in bytes.
  public static var size: Field<Self, UInt32> { .init(at: 8) }
  /// Identifier of the only channel on which it signs.
  public static var clientID: Field<Self, UInt8> { .init(at: 12) }
  /// Keys, in the order of the client's certificates.
  public static var keyCount: Field<Self, UInt8> { .init(at: 13) }
  /// Where each key is.
  public static var keys: ListField<Self, SignerKey> { .init(at: 16, capacity: 8) }
  /// The keys in DER, as PKCS#8 (RFC 5208).
  public static var data: BytesField<Self> { .init(at: 80, capacity: 24496) }
}

/// Where a key is in the data of a `SignerConfig`.
public enum SignerKey: RecordStructure {
  /// Size in bytes.
  public static var byteCount: Int { 8 }

  /// Index of its first byte.
  public static var start: Field<Self, UInt32> { .init(at: 0) }
  /// Its bytes.
  public static var keyByteCount: Field<Self, UInt32> { .init(at: 4) }
}
