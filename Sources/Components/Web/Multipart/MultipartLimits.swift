// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a multipart body may consist of.
public struct MultipartLimits: Equatable, Sendable {
  /// Parts; a body with more is refused.
  public var partCount = 1000
  /// Bytes of one part's headers with their line ends. The parser holds no more than one line of them, and what it hands out.
  public var headerBytes = 4096
  /// Header lines of one part.
  public var headerCount = 16
  /// Bytes in front of the first boundary line. Browsers and curl send none.
  public var preambleBytes = 1024
  /// Bytes behind the line of the last boundary. Browsers and curl send none.
  public var epilogueBytes = 1024

  /// The defaults.
  public init() {}

  /// Spaces and tabs at the end of a boundary line (`transport-padding`). RFC 2046 section 5.1.1 forbids senders to add any.
  static var paddingBytes: Int { 64 }
}
