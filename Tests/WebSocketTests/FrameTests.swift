// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import TestSupport
import Testing

@testable import WebSocket

struct FrameTests {
  /// RFC 6455 section 5.7, and the lengths around those where the header grows.
  @Test func goldenBytes() throws {
    var echo = Echo(.large(1 << 17))
    // A masked text, a masked binary message and a masked ping.
    echo.receive([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    #expect(echo.sent == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    echo.sent = []
    // The first fragment is "Hel", the second "lo".
    echo.receive([0x01, 0x83, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d])
    echo.receive([0x80, 0x82, 0x37, 0xfa, 0x21, 0x3d, 0x5b, 0x95])
    #expect(echo.sent == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    echo.sent = []
    echo.receive([0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    #expect(echo.sent == [0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    for (count, header) in [
      (0, [0x82, 0x00]), (125, [0x82, 0x7d]), (126, [0x82, 0x7e, 0x00, 0x7e]),
      (256, [0x82, 0x7e, 0x01, 0x00]), (65535, [0x82, 0x7e, 0xff, 0xff]),
      (65536, [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] as [(Int, [UInt8])] {
      echo.sent = []
      echo.receive(ClientFrame.bytes(2, [UInt8](repeating: 7, count: count)))
      #expect(echo.sent == header + [UInt8](repeating: 7, count: count))
    }
  }

  @Test func headersThatAreRefused() {
    for (header, why) in [
      ([0xc1], "reserved bit 1"), ([0xa1], "reserved bit 2"), ([0x91], "reserved bit 3"),
      ([0x83], "opcode 3"), ([0x87], "opcode 7"), ([0x8b], "opcode 11"), ([0x8f], "opcode 15"),
      ([0x09], "fragmented ping"), ([0x08], "fragmented close"), ([0x81, 0x05], "no mask"),
      ([0x89, 0xfe], "ping of 126 bytes"), ([0x88, 0xff], "close of 2^16 bytes"),
      ([0x82, 0xfe, 0x00, 0x7d], "125 in 16 bits"),
      ([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], "65535 in 64 bits"),
      ([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], "a length of 64 bits"),
    ] as [([UInt8], Comment)] {
      guard case .malformed = FrameHeader.read(header) else {
        Issue.record(why)
        continue
      }
      var echo = Echo()
      echo.receive(header)
      #expect(echo.frames.map(\.code) == [1002], why)
      #expect(echo.endpoint.disposal == .close, why)
    }
  }

  @Test func headersAreReadAsSoonAsTheyAreComplete() {
    for (header, length) in [
      (ClientFrame.bytes(2, [1, 2, 3]), 3), (ClientFrame.bytes(9), 0),
      (ClientFrame.bytes(2, [UInt8](repeating: 1, count: 126), final: false), 126),
      (ClientFrame.bytes(2, [UInt8](repeating: 1, count: 65536)), 65536),
    ] {
      let size = header.count - length
      for count in 0..<size {
        guard case .needs(let needed) = FrameHeader.read(Array(header[..<count])) else {
          Issue.record("\(count) of \(size)")
          continue
        }
        #expect(needed > count && needed <= size)
      }
      guard case .header(let read) = FrameHeader.read(Array(header[..<size])) else {
        Issue.record("\(size)")
        continue
      }
      #expect(read.length == UInt64(length))
    }
  }

  @Test func sha1AndBase64() {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(hex(SHA1.digest([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(hex(SHA1.digest(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      hex(SHA1.digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      hex(SHA1.digest([UInt8](repeating: 0x61, count: 100_000)))
        == "c4d4b30851182fc4eb8675494d42fd7f17e29c93")
    for (text, code) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Base64.encode(Array(text.utf8)) == Array(code.utf8))
    }
    func isKey(_ text: String) -> Bool { Base64.isSixteenBytes(Array(text.utf8).span) }
    #expect(isKey("dGhlIHNhbXBsZSBub25jZQ=="))
    #expect(!isKey("dGhlIHNhbXBsZSBub25jZR=="))
    #expect(!isKey("dGhlIHNhbXBsZSBub25jZQ="))
    #expect(!isKey("dGhlIHNhbXBsZSBub25jZQQ="))
    #expect(!isKey("dGhlIHNhbXBsZSBub25j-Q=="))
    #expect(!isKey(""))
  }
}
