// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Microkit
import Records
import SignerWiring
import TLS

extension TLSSettings {
  /// The certificates of the record, and suites by what the processors do well. Uses their features from now on.
  public init(_ config: LinkedRecord<TLSServerConfig>) {
    ProcessorFeatures.useThoseOfBoard()
    var credentials: [Credential] = []
    for index in 0..<config.count(of: TLSServerConfig.credentials, TLSServerConfig.credentialCount)
    {
      credentials.append(Credential(TLSServerConfig.credentials[index], config))
    }
    self.init(credentials)
    suites = CipherSuite.all(hasAES: Processors.haveCryptographicExtension)
    // With the connections themselves, it is what the system's heap has for TLS.
    memoryLimit = 4 << 20
  }
}

extension Credential {
  fileprivate init(
    _ place: Part<TLSServerConfig, TLSCredential>, _ config: LinkedRecord<TLSServerConfig>
  ) {
    let bits = config[place / TLSCredential.keyBits]
    var data = RecordCursor(config, at: Int(config[place / TLSCredential.start]))
    let chainEnd = data.position + Int(config[place / TLSCredential.chainByteCount])
    var chain: [[UInt8]] = []
    while data.position + 3 < chainEnd {
      let size = Int(data.next()) << 16 | Int(data.next()) << 8 | Int(data.next())
      chain.append(data.bytes(min(size, chainEnd - data.position)))
    }
    let names = data.bytes(Int(config[place / TLSCredential.namesByteCount]))
    self.init(
      chain: chain, kind: bits == 0 ? .p256 : .rsa(bits: Int(bits)),
      names: names.split(separator: 0).map { [UInt8]($0) })
  }
}

/// Reads the data of a record in their order.
private struct RecordCursor {
  let config: LinkedRecord<TLSServerConfig>
  var position: Int

  init(_ config: LinkedRecord<TLSServerConfig>, at position: Int) {
    self.config = config
    self.position = position
  }

  mutating func next() -> UInt8 {
    position += 1
    return config.byte(position - 1, of: TLSServerConfig.data)
  }

  /// So many bytes, at most as many as the data can have.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<min(max(count, 0), TLSServerConfig.data.capacity) { bytes.append(next()) }
    return bytes
  }
}
