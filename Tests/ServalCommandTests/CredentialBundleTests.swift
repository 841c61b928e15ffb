// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems
import Testing

@testable import ServalCommand

/// What `serval-certificates bundle` prints, as `generate` reads it.
@Suite struct CredentialBundleTests {
  private static let text = """
    name localhost
    name *.example.org
    key-bits 2048
    -----BEGIN CERTIFICATE-----
    AAEC
    AwQ=
    -----END CERTIFICATE-----
    -----BEGIN CERTIFICATE-----
    /+8=
    -----END CERTIFICATE-----
    -----BEGIN PRIVATE KEY-----
    a2V5
    -----END PRIVATE KEY-----

    """

  @Test func isRead() throws {
    let credential = try #require(ServerCredential(bundle: Array(Self.text.utf8)))
    #expect(credential.names == ["localhost", "*.example.org"])
    #expect(credential.chain == [[0, 1, 2, 3, 4], [0xff, 0xef]])
    #expect(credential.keyBits == 2048 && credential.key == Array("key".utf8))
    // Not even a failed test shows the key.
    #expect(!"\(credential)".contains("107"))
    var dump = ""
    Swift.dump(credential, to: &dump)
    #expect(!dump.contains("107"))
  }

  @Test func cutAnywhereItIsRefused() {
    let bytes = Array(Self.text.utf8)
    // The last newline may be missing, and the dashes behind the label are not looked at.
    let end = bytes.count - " PRIVATE KEY-----\n".utf8.count
    let taken = (0..<end).filter { ServerCredential(bundle: Array(bytes[..<$0])) != nil }
    #expect(taken == [])
  }

  @Test(arguments: ["what else\n", "key-bits\n", "name a b\n", "-----END X-----\n"])
  func otherLinesAreRefused(_ line: String) {
    #expect(ServerCredential(bundle: Array((line + Self.text).utf8)) == nil)
  }

  @Test(
    arguments: [
      ("", []), ("AA==", [0]), ("AAA=", [0, 0]), ("+/+/", [0xfb, 0xff, 0xbf]), ("A", nil),
      ("AA=", nil), ("A===", nil), ("AA=A", nil), ("AA A", nil), ("AA-_", nil),
    ] as [(String, [UInt8]?)])
  func base64(_ text: String, _ bytes: [UInt8]?) {
    #expect(Base64.decoded(Array(text.utf8)) == bytes)
  }
}
