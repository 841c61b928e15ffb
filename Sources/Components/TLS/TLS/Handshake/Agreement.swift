// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Signing

/// What a server takes of a client's offer, as far as that needs no keys.
struct Agreement {
  let hello: ClientHello
  let suite: CipherSuite
  let group: Group
  /// The client's share of the group; nil if it has to be asked for with a HelloRetryRequest.
  let share: Range<Int>?
  /// The place of the chosen one among the application's protocols.
  let applicationProtocol: Int?

  /// - Parameter retry: the group that a HelloRetryRequest has asked for.
  init(
    _ message: Span<UInt8>, _ settings: TLSSettings, retry: Group?
  ) throws(Alert) {
    hello = try ClientHello(message)
    guard let versions = hello.versions,
      ClientHello.list(versions, has: Version.tls13, message)
    else { throw .protocolVersion }
    guard hello.compressions.count == 1, message[hello.compressions.lowerBound] == 0 else {
      throw .illegalParameter
    }
    try Self.checkExtensions(hello)
    suite = try Self.suite(hello, message, settings)
    let shareCount = try hello.checkKeyShares(message)
    if let retry {
      group = retry
      share = try hello.share(of: retry, message)
      guard share != nil, shareCount == 1 else { throw .illegalParameter }
    } else {
      (group, share) = try Self.group(hello, message, settings)
    }
    applicationProtocol = try hello.applicationProtocol(
      among: settings.applicationProtocols, message)
    guard
      applicationProtocol != nil || hello.applicationProtocols == nil
        || settings.applicationProtocols.isEmpty
    else { throw .noApplicationProtocol }
  }

  /// Extensions that need each other (RFC 8446, 9.2).
  private static func checkExtensions(_ hello: ClientHello) throws(Alert) {
    guard hello.groups != nil, hello.keyShares != nil else { throw .missingExtension }
    if hello.identities == nil {
      guard hello.signatureAlgorithms != nil else { throw .missingExtension }
    } else {
      guard hello.preSharedKeyModes != nil else { throw .missingExtension }
    }
  }

  private static func suite(
    _ hello: ClientHello, _ message: Span<UInt8>, _ settings: TLSSettings
  ) throws(Alert) -> CipherSuite {
    for suite in settings.suites
    where ClientHello.list(hello.suites, has: Int(suite.rawValue), message) {
      return suite
    }
    throw .handshakeFailure
  }

  /// A group of which the client has sent a share, or else one that it offers.
  private static func group(
    _ hello: ClientHello, _ message: Span<UInt8>, _ settings: TLSSettings
  ) throws(Alert) -> (Group, Range<Int>?) {
    for group in settings.groups {
      if let share = try hello.share(of: group, message) { return (group, share) }
    }
    for group in settings.groups {
      if let groups = hello.groups,
        ClientHello.list(groups, has: Int(group.rawValue), message)
      {
        return (group, nil)
      }
    }
    throw .handshakeFailure
  }

  /// The credential and the scheme to prove it: for the host that the client names if there is one, else any.
  func credential(
    _ message: Span<UInt8>, _ settings: TLSSettings
  ) throws(Alert) -> (Int, SignatureScheme) {
    guard let offered = hello.signatureAlgorithms else { throw .missingExtension }
    for isForHost in [true, false] {
      for (index, credential) in settings.credentials.enumerated()
      where !isForHost || names(credential, message) {
        for scheme in credential.schemes
        where ClientHello.list(offered, has: Int(scheme.rawValue), message) {
          return (index, scheme)
        }
      }
    }
    throw .handshakeFailure
  }

  /// Whether a client that was shown `credential` may resume for the host that it names now.
  func mayResume(
    _ credential: Int, _ message: Span<UInt8>, _ settings: TLSSettings
  ) -> Bool {
    guard settings.credentials.indices.contains(credential) else { return false }
    if names(settings.credentials[credential], message) { return true }
    for other in settings.credentials where names(other, message) { return false }
    return true
  }

  /// Whether the client names a host that `credential` is for.
  func names(_ credential: Credential, _ message: Span<UInt8>) -> Bool {
    guard let host = hello.serverName else { return false }
    return credential.isFor(message.extracting(host))
  }
}
