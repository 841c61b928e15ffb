// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Glibc
import Signing
import TLS

/// The signer of the program: keys out of files.
struct Keys: CertificateSigner {
  private final class Key {
    let key: SigningKey
    init(_ key: consuming SigningKey) { self.key = key }
  }
  private var keys: [Key] = []
  private(set) var credentials: [Credential] = []

  /// - Parameter arguments: see `TLSServerProgram`.
  init(_ arguments: [String] = []) {
    for argument in arguments {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 3 else { stop("tls-server: NAMES:KEY:CERTIFICATE, not \(argument)") }
      let der = readFile(parts[1])
      guard let key = SigningKey(.pkcs8, der: der.span) else {
        stop("tls-server: \(parts[1]) is no key in PKCS#8 and DER")
      }
      let names = parts[0].split(separator: ",").map { [UInt8]($0.utf8) }
      add(key, chain: parts[2...].map(readFile), names: names)
    }
  }

  /// Adds a credential.
  mutating func add(_ key: consuming SigningKey, chain: [[UInt8]], names: [[UInt8]]) {
    credentials.append(Credential(chain: chain, kind: key.kind, names: names))
    keys.append(Key(key))
  }

  mutating func sign(
    _ request: SigningRequest, into signature: inout MutableSpan<UInt8>
  ) -> Int? {
    guard let request = SigningRequest(bytes: request.bytes.span),
      keys.indices.contains(request.key)
    else { return nil }
    return SignerRules.sign(request, with: keys[request.key].key, into: &signature)
  }
}

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { stop("tls-server: cannot open \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while true {
    let byte = fgetc(file)
    if byte == EOF { return bytes }
    bytes.append(UInt8(byte))
  }
}
