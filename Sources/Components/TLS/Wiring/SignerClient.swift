// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import SignerWiring
import Signing

/// The `signer` of the system: a protected call for each signature. The caller waits for it, on its own budget.
public struct SignerClient: CertificateSigner {
  private let channel: Channel

  /// The signer on a channel, which a record names.
  public init(_ channel: Channel) { self.channel = channel }

  /// Asks the signer.
  public mutating func sign(
    _ request: SigningRequest, into signature: inout MutableSpan<UInt8>
  ) -> Int? {
    let reply = channel.callAgain {
      Message(label: SignerCall.sign, bytes: request.bytes.span)
    }
    guard reply.label == SignerCall.signed else { return nil }
    return reply.bytes(into: &signature)
  }
}
