// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Signing

/// A certificate with its chain, as a server shows it. Its private key is with the signer.
public struct Credential: Sendable {
  /// Names for which it is, in lower case: hosts, or all hosts directly below a domain ("*.example.org").
  public let names: [[UInt8]]
  /// What its public key is.
  public let kind: SignatureKeyKind
  /// The Certificate message, which is the same for all clients.
  let message: [UInt8]

  /// A credential.
  ///
  /// - Parameters:
  ///   - chain: certificates in DER, the server's own first and each certified by the next one.
  ///   - kind: of the key in the first certificate.
  ///   - names: the certificate's DNS names.
  public init(chain: [[UInt8]], kind: SignatureKeyKind, names: [[UInt8]]) {
    self.names = names.map { name in name.map(ASCII.lowercase) }
    self.kind = kind
    var message: [UInt8] = []
    message.appendMessage(HandshakeType.certificate) { message in
      message.append(0)
      message.appendVector(3) { list in
        for certificate in chain {
          list.appendVector(3) { $0.append(copying: certificate.span) }
          list.append(0, size: 2)
        }
      }
    }
    self.message = message
  }

  /// Whether it is for a host.
  func isFor(_ host: Span<UInt8>) -> Bool {
    for name in names where Self.matches(name.span, host) { return true }
    return false
  }

  private static func matches(_ name: Span<UInt8>, _ host: Span<UInt8>) -> Bool {
    guard name.count > 2, name[0] == UInt8(ascii: "*"), name[1] == UInt8(ascii: ".") else {
      return isEqual(name, host)
    }
    // The star stands for one label.
    guard let dot = host.first(UInt8(ascii: "."), in: 0..<host.count), dot > 0 else {
      return false
    }
    return isEqual(
      name.extracting(1..<name.count), host.extracting(dot..<host.count))
  }

  private static func isEqual(_ name: Span<UInt8>, _ host: Span<UInt8>) -> Bool {
    guard name.count == host.count else { return false }
    for index in 0..<name.count where name[index] != ASCII.lowercase(host[index]) { return false }
    return true
  }

  /// The schemes that its key has, best first.
  var schemes: [SignatureScheme] {
    kind == .p256 ? [.ecdsaP256SHA256] : [.rsaPSSSHA256, .rsaPSSSHA384]
  }
}
