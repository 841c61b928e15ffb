// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

extension ClientHello {
  /// Whether a list of numbers of two bytes has `number`.
  static func list(_ range: Range<Int>, has number: Int, _ message: Span<UInt8>) -> Bool {
    var index = range.lowerBound
    while index + 1 < range.upperBound {
      if Int(message[index]) << 8 | Int(message[index + 1]) == number { return true }
      index += 2
    }
    return false
  }

  /// Whether a list of single bytes has `byte`.
  static func list(_ range: Range<Int>, hasByte byte: UInt8, _ message: Span<UInt8>) -> Bool {
    for index in range where message[index] == byte { return true }
    return false
  }

  /// The client's share of a group.
  func share(of group: Group, _ message: Span<UInt8>) throws(Alert) -> Range<Int>? {
    var cursor = Cursor(keyShares ?? 0..<0)
    while !cursor.isAtEnd {
      let number = try cursor.number(2, message)
      let share = try cursor.vector(2, message)
      if number == Int(group.rawValue) { return share }
    }
    return nil
  }

  /// The number of shares. Each must be of a group that is offered, too, and of another one than the rest (4.2.8).
  func checkKeyShares(_ message: Span<UInt8>) throws(Alert) -> Int {
    var cursor = Cursor(keyShares ?? 0..<0)
    guard !cursor.isAtEnd else { return 0 }
    var (offered, seen) = (NumberSet(), NumberSet())
    var list = Cursor(groups ?? 0..<0)
    while !list.isAtEnd { _ = offered.insert(try list.number(2, message)) }
    var count = 0
    while !cursor.isAtEnd {
      let number = try cursor.number(2, message)
      _ = try cursor.vector(2, message)
      guard seen.insert(number), offered.contains(number) else { throw .illegalParameter }
      count += 1
    }
    return count
  }

  /// Whether the client offers one of `protocols`, and which; the server's order decides.
  func applicationProtocol(
    among protocols: [[UInt8]], _ message: Span<UInt8>
  ) throws(Alert) -> Int? {
    for (index, name) in protocols.enumerated() {
      var cursor = Cursor(applicationProtocols ?? 0..<0)
      while !cursor.isAtEnd {
        let offered = try cursor.vector(1, message)
        if message.extracting(offered).equals(name.span) { return index }
      }
    }
    return nil
  }

  /// A digest of all that a client must repeat after a HelloRetryRequest (4.1.2). This server's has no cookie, so that none may come.
  func repeatedDigest(_ message: Span<UInt8>) throws(Alert) -> [UInt8] {
    var state = HashState(.sha256)
    state.update(message.extracting(4..<extensions.lowerBound - 2))
    var cursor = Cursor(extensions)
    while !cursor.isAtEnd {
      let start = cursor.index
      let type = try cursor.number(2, message)
      _ = try cursor.vector(2, message)
      switch type {
      case ExtensionType.keyShare, ExtensionType.preSharedKey, ExtensionType.earlyData,
        ExtensionType.padding:
        continue
      default: state.update(message.extracting(start..<cursor.index))
      }
    }
    var digest = [UInt8](repeating: 0, count: 32)
    var span = digest.mutableSpan
    state.finish(into: &span)
    return digest
  }
}
