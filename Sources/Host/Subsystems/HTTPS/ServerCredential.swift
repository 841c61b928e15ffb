// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A server's certificate with its chain, and its private key: what a `.system` file cannot say, and records hold.
public struct ServerCredential: Hashable, Sendable {
  /// The certificates in DER, each issued by the next one.
  public var chain: [[UInt8]]
  /// The host names in the first one.
  public var names: [String]
  /// Bits of its RSA key; 0 for P-256.
  public var keyBits: UInt16
  /// The private key in DER, as PKCS#8.
  public var key: [UInt8]

  /// A credential whose key is that of the first certificate.
  public init(chain: [[UInt8]], names: [String], keyBits: UInt16, key: [UInt8]) {
    self.chain = chain
    self.names = names
    self.keyBits = keyBits
    self.key = key
  }
}

extension ServerCredential: CustomStringConvertible, CustomReflectable {
  /// Without the key, which belongs on no terminal.
  public var description: String { "the credential of \(names.joined(separator: ", "))" }
  /// The same for dumps.
  public var customMirror: Mirror { Mirror(self, children: ["names": names]) }
}
