// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// HTTPS of a web server: a protection domain `signer` has the private keys, and the server calls it for each handshake's signature. They
/// share no memory.
public struct HTTPSSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// The web server, which needs `HTTPSChoices.heap` MiB of heap more.
  public let server: PD
  /// Holds the keys, and nothing else.
  public let signer: PD
  private let choices: HTTPSChoices

  /// Adds the signer as a client of the service of random numbers.
  ///
  /// - Throws: `noEntropy` without a service, and what adding a protection domain throws.
  public init(
    _ choices: HTTPSChoices, server: PD, entropy: inout EntropySubsystem?,
    in system: inout SystemBuilder
  ) throws {
    guard entropy != nil else { throw HTTPSError.noEntropy(board: system.board.name) }
    self.choices = choices
    self.server = server
    // More urgent than the server that calls it, and less than the service that it calls itself.
    signer = try system.add(
      "signer", sourceImage: "signer.elf", priority: SystemBuilder.signerPriority, passive: true,
      stackSize: .kibibytes(64), heap: .mebibytes(1))
    try entropy?.addClient(signer)
  }

  /// Adds the channel and both records.
  ///
  /// - Throws: `HTTPSError` for certificates and keys that do not fit, `SubsystemError`.
  public func connect(in system: inout SystemBuilder) throws {
    let ids = try system.connect(server: signer, client: server, .protectedCalls)
    var config = try SignerConfig.record(choices.credentials.map(\.key))
    config[SignerConfig.clientID] = ids.server.rawValue
    try system.addRecord(config, fileName: "signer", to: signer, isSecret: true)

    typealias Config = TLSServerConfig
    var server = try Config.record(choices.credentials)
    server[Config.signerID] = ids.client.rawValue
    server[Config.port] = choices.port
    server[Config.redirects] = choices.redirects ? 1 : 0
    server[Config.isOnlySecure] = choices.isOnly ? 1 : 0
    server[Config.strictTransportSeconds] = choices.strictTransportSeconds
    try system.addRecord(server, fileName: "tls_server_\(self.server.name)", to: self.server)
  }
}

extension SignerConfig {
  fileprivate static func record(_ keys: [[UInt8]]) throws(HTTPSError) -> RecordBytes<Self> {
    guard keys.count <= Self.keys.capacity else {
      throw .tooManyCertificates(limit: Self.keys.capacity)
    }
    var record = RecordBytes<Self>()
    record[size] = UInt32(byteCount)
    record[keyCount] = UInt8(keys.count)
    var end = 0
    for (index, key) in keys.enumerated() {
      guard record.set(data, at: end, to: key) else {
        throw .tooLarge(what: "private keys", limit: data.capacity)
      }
      record[Self.keys[index] / SignerKey.start] = UInt32(end)
      record[Self.keys[index] / SignerKey.keyByteCount] = UInt32(key.count)
      end += key.count
    }
    return record
  }
}

extension TLSServerConfig {
  fileprivate static func record(
    _ credentials: [ServerCredential]
  ) throws(HTTPSError) -> RecordBytes<Self> {
    guard credentials.count <= Self.credentials.capacity else {
      throw .tooManyCertificates(limit: Self.credentials.capacity)
    }
    var record = RecordBytes<Self>()
    record[size] = UInt32(byteCount)
    record[credentialCount] = UInt8(credentials.count)
    var end = 0
    for (index, credential) in credentials.enumerated() {
      let chain = credential.chain.flatMap { certificate in
        [16, 8, 0].map { UInt8(truncatingIfNeeded: certificate.count >> $0) } + certificate
      }
      let names = Array(credential.names.joined(separator: "\0").utf8)
      guard record.set(data, at: end, to: chain + names) else {
        throw .tooLarge(what: "certificates and their names", limit: data.capacity)
      }
      let place = Self.credentials[index]
      record[place / TLSCredential.keyBits] = credential.keyBits
      record[place / TLSCredential.start] = UInt32(end)
      record[place / TLSCredential.chainByteCount] = UInt32(chain.count)
      record[place / TLSCredential.namesByteCount] = UInt32(names.count)
      end += chain.count + names.count
    }
    return record
  }
}
