// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

// The messages of a server's first flight (RFC 8446, 4.1.3 to 4.3.1).

/// What makes a ServerHello a HelloRetryRequest: SHA-256 of that name.
private let retryRandom: [UInt8] = [
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]

extension Agreement {
  /// A ServerHello.
  ///
  /// - Parameters:
  ///   - session: the client's legacy_session_id.
  ///   - identity: the place of the ticket that resumes.
  func serverHello(
    random: [UInt8], session: Span<UInt8>, key: [UInt8], identity: Int?
  ) -> [UInt8] {
    message(random, session) { extensions in
      extensions.appendExtension(ExtensionType.keyShare) {
        $0.append(Int(group.rawValue), size: 2)
        $0.appendVector(2) { $0.append(copying: key.span) }
      }
      guard let identity else { return }
      extensions.appendExtension(ExtensionType.preSharedKey) { $0.append(identity, size: 2) }
    }
  }

  /// A HelloRetryRequest.
  func helloRetryRequest(session: Span<UInt8>) -> [UInt8] {
    message(retryRandom, session) { extensions in
      extensions.appendExtension(ExtensionType.keyShare) {
        $0.append(Int(group.rawValue), size: 2)
      }
    }
  }

  private func message(
    _ random: [UInt8], _ session: Span<UInt8>, _ extensions: (inout [UInt8]) -> Void
  ) -> [UInt8] {
    let copy = [UInt8](copying: session)
    var message: [UInt8] = []
    message.reserveCapacity(192)
    message.appendMessage(HandshakeType.serverHello) { hello in
      hello.append(Version.legacy, size: 2)
      hello.append(copying: random.span)
      hello.appendVector(1) { $0.append(copying: copy.span) }
      hello.append(Int(suite.rawValue), size: 2)
      hello.append(0)
      hello.appendVector(2) { all in
        all.appendExtension(ExtensionType.supportedVersions) { $0.append(Version.tls13, size: 2) }
        extensions(&all)
      }
    }
    return message
  }

  /// EncryptedExtensions.
  ///
  /// - Parameter hasUsedName: whether the client's server_name has chosen the certificate.
  func encryptedExtensions(_ settings: TLSSettings, hasUsedName: Bool) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(64)
    message.appendMessage(HandshakeType.encryptedExtensions) { message in
      message.appendVector(2) { extensions in
        if hasUsedName { extensions.appendExtension(ExtensionType.serverName) { _ in } }
        if let applicationProtocol {
          let name = settings.applicationProtocols[applicationProtocol]
          extensions.appendExtension(ExtensionType.applicationProtocols) {
            $0.appendVector(2) {
              $0.appendVector(1) { $0.append(copying: name.span) }
            }
          }
        }
        if hello.recordSizeLimit != nil {
          // Text and its type.
          extensions.appendExtension(ExtensionType.recordSizeLimit) {
            $0.append(RecordLimit.text + 1, size: 2)
          }
        }
      }
    }
    return message
  }
}
