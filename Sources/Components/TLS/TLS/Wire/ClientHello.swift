// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A ClientHello (RFC 8446, 4.1.2), as ranges of its message, header included. Its known extensions are well-formed; others are ignored.
struct ClientHello {
  var random = 0..<0
  var session = 0..<0
  var suites = 0..<0
  var compressions = 0..<0
  var extensions = 0..<0

  var versions: Range<Int>?
  var groups: Range<Int>?
  var signatureAlgorithms: Range<Int>?
  /// Entries of a group and a vector.
  var keyShares: Range<Int>?
  var serverName: Range<Int>?
  /// Vectors with a length of one byte.
  var applicationProtocols: Range<Int>?
  var preSharedKeyModes: Range<Int>?
  /// Entries of a vector and an age.
  var identities: Range<Int>?
  /// Vectors with a length of one byte.
  var binders = 0..<0
  /// Bytes of the message that binders authenticate (4.2.11.2).
  var boundByteCount = 0
  var hasEarlyData = false
  var recordSizeLimit: Int?

  /// Parses a message.
  init(_ message: Span<UInt8>) throws(Alert) {
    var cursor = Cursor(4..<max(message.count, 4))
    // SSL 3.0 and less must not even be named (D.5); otherwise the number has no meaning.
    guard try cursor.number(2, message) > 0x0300 else { throw .protocolVersion }
    random = try cursor.skip(32)
    session = try cursor.vector(1, message)
    guard session.count <= 32 else { throw .decodeError }
    suites = try cursor.vector(2, least: 2, message)
    guard suites.count & 1 == 0 else { throw .decodeError }
    compressions = try cursor.vector(1, least: 1, message)
    // TLS 1.2 and older may have no extensions.
    guard !cursor.isAtEnd else { throw .protocolVersion }
    extensions = try cursor.vector(2, message)
    try cursor.finish()
    try readExtensions(message)
  }

  private mutating func readExtensions(_ message: Span<UInt8>) throws(Alert) {
    var cursor = Cursor(extensions)
    var seen = NumberSet()
    while !cursor.isAtEnd {
      guard identities == nil else { throw .illegalParameter }
      let type = try cursor.number(2, message)
      guard seen.insert(type) else { throw .illegalParameter }
      try read(type, cursor.vector(2, message), message)
    }
  }

  private mutating func read(
    _ type: Int, _ range: Range<Int>, _ message: Span<UInt8>
  ) throws(Alert) {
    var cursor = Cursor(range)
    switch type {
    case ExtensionType.supportedVersions: versions = try numbers(&cursor, 1, message)
    case ExtensionType.supportedGroups: groups = try numbers(&cursor, 2, message)
    case ExtensionType.signatureAlgorithms:
      signatureAlgorithms = try numbers(&cursor, 2, message)
    case ExtensionType.keyShare: keyShares = try readKeyShares(&cursor, message)
    case ExtensionType.preSharedKeyModes:
      preSharedKeyModes = try cursor.vector(1, least: 1, message)
    case ExtensionType.preSharedKey: identities = try readIdentities(&cursor, message)
    case ExtensionType.serverName: serverName = try readServerName(&cursor, message)
    case ExtensionType.applicationProtocols:
      applicationProtocols = try readProtocols(&cursor, message)
    case ExtensionType.earlyData: hasEarlyData = true
    case ExtensionType.recordSizeLimit:
      let limit = try cursor.number(2, message)
      guard limit >= 64 else { throw .illegalParameter }
      recordSizeLimit = limit
    default: return
    }
    try cursor.finish()
  }

  /// A vector of numbers of two bytes each, at least one.
  private func numbers(
    _ cursor: inout Cursor, _ size: Int, _ message: Span<UInt8>
  ) throws(Alert) -> Range<Int> {
    let range = try cursor.vector(size, least: 2, message)
    guard range.count & 1 == 0 else { throw .decodeError }
    return range
  }

  private func readKeyShares(
    _ cursor: inout Cursor, _ message: Span<UInt8>
  ) throws(Alert) -> Range<Int> {
    let range = try cursor.vector(2, message)
    var shares = Cursor(range)
    while !shares.isAtEnd {
      _ = try shares.skip(2)
      _ = try shares.vector(2, least: 1, message)
    }
    return range
  }

  private func readServerName(
    _ cursor: inout Cursor, _ message: Span<UInt8>
  ) throws(Alert) -> Range<Int>? {
    var names = Cursor(try cursor.vector(2, least: 1, message))
    var host: Range<Int>?
    while !names.isAtEnd {
      let isHost = try names.number(1, message) == 0
      let name = try names.vector(2, least: 1, message)
      guard isHost else { continue }
      // RFC 6066 has one name of each type.
      guard host == nil else { throw .illegalParameter }
      host = name
    }
    return host
  }

  private func readProtocols(
    _ cursor: inout Cursor, _ message: Span<UInt8>
  ) throws(Alert) -> Range<Int> {
    let range = try cursor.vector(2, least: 2, message)
    var protocols = Cursor(range)
    while !protocols.isAtEnd { _ = try protocols.vector(1, least: 1, message) }
    return range
  }

  private mutating func readIdentities(
    _ cursor: inout Cursor, _ message: Span<UInt8>
  ) throws(Alert) -> Range<Int> {
    let range = try cursor.vector(2, least: 7, message)
    boundByteCount = cursor.index
    binders = try cursor.vector(2, least: 33, message)
    var (offered, bound) = (Cursor(range), Cursor(binders))
    while !offered.isAtEnd {
      _ = try offered.vector(2, least: 1, message)
      _ = try offered.skip(4)
      // As many binders as identities.
      guard !bound.isAtEnd else { throw .illegalParameter }
      _ = try bound.vector(1, least: 32, message)
    }
    guard bound.isAtEnd else { throw .illegalParameter }
    return range
  }
}
