// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The service of a socket, encoded in its tag.
enum Service: Equatable {
  /// RFC 862: send everything back.
  case echo
  /// RFC 863: drop everything.
  case discard
  /// RFC 864: send characters, from a position in the pattern.
  case characters(at: Int)

  init(tag: UInt) {
    switch tag & 0xff {
    case 7: self = .echo
    case 9: self = .discard
    default: self = .characters(at: Int(tag >> 8))
    }
  }

  var tag: UInt {
    if case .characters(let position) = self { return UInt(position) << 8 | UInt(port) }
    return UInt(port)
  }

  var port: UInt16 {
    switch self {
    case .echo: 7
    case .discard: 9
    case .characters: 19
    }
  }

  /// Whether the service at `port` answers every datagram. Two of those would answer each other forever.
  static func isAnswering(_ port: UInt16) -> Bool { port == 7 || port == 19 }
}
