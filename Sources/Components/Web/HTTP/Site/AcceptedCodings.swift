// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The content codings that a client accepts (RFC 9110 section 12.5.3), the preferred one first. With
/// equal weights brotli comes first, as it compresses better. Codings with a lower weight than
/// `identity` are left out.
public struct AcceptedCodings: Equatable, Sendable {
  /// The preferred coding; nil if the client wants files uncompressed.
  public private(set) var first: ContentCoding?
  /// The other coding, if the client accepts it as well.
  public private(set) var second: ContentCoding?

  /// 0 to 4, by which answers for different codings are told apart.
  public var key: UInt8 {
    switch (first, second) {
    case (nil, _): 0
    case (.brotli?, nil): 1
    case (.gzip?, nil): 2
    case (.brotli?, _): 3
    case (.gzip?, _): 4
    }
  }

  /// Reads the request's Accept-Encoding fields.
  public init(_ head: RequestHead) {
    guard head.listsCodings else { return }
    let weights = Weights(head)
    guard weights.isListed else { return }
    let identity = weights.identity ?? 0
    let brotli = Self.weight(weights.brotli ?? weights.others ?? 0, identity)
    let gzip = Self.weight(weights.gzip ?? weights.others ?? 0, identity)
    if brotli >= gzip {
      first = brotli > 0 ? .brotli : nil
      second = gzip > 0 ? .gzip : nil
    } else {
      first = .gzip
      second = brotli > 0 ? .brotli : nil
    }
  }

  private static func weight(_ weight: Int, _ identity: Int) -> Int {
    weight < identity ? 0 : weight
  }

  /// Weights in thousandths; nil for a coding that is not listed.
  private struct Weights {
    var isListed = false
    var brotli: Int?
    var gzip: Int?
    var identity: Int?
    var others: Int?

    init(_ head: RequestHead) {
      var next = 0
      while let index = head.firstField("accept-encoding", from: next) {
        isListed = true
        var items = ListItems(bytes: head.bytes, range: head.record.field(index).value.range)
        while let item = items.next() { addItem(head.bytes.span, item) }
        next = index + 1
      }
    }

    private mutating func addItem(_ bytes: Span<UInt8>, _ item: Range<Int>) {
      let end = bytes.first(0x3b, in: item) ?? item.upperBound
      let coding = bytes.extracting(bytes.trimmed(item.lowerBound..<end))
      let weight = Self.weight(bytes, end..<item.upperBound)
      if ("br" as StaticString).equalsIgnoringCase(coding) {
        brotli = brotli ?? weight
      } else if ("gzip" as StaticString).equalsIgnoringCase(coding)
        || ("x-gzip" as StaticString).equalsIgnoringCase(coding)
      {
        gzip = gzip ?? weight
      } else if ("identity" as StaticString).equalsIgnoringCase(coding) {
        identity = identity ?? weight
      } else if coding.count == 1, coding[0] == 0x2a {
        others = others ?? weight
      }
    }

    /// The weight in `;q=0.5`. 1 if there is none, and 0 if it is malformed, as every client can read
    /// the uncompressed file.
    private static func weight(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
      guard !range.isEmpty else { return 1000 }
      let parameter = bytes.extracting(bytes.trimmed(range.lowerBound + 1..<range.upperBound))
      guard parameter.count >= 3, ASCII.lowercase(parameter[0]) == 0x71, parameter[1] == 0x3d,
        parameter[2] & 0xfe == 0x30
      else { return 0 }
      var weight = parameter[2] == 0x31 ? 1000 : 0
      guard parameter.count > 3 else { return weight }
      guard parameter[3] == 0x2e, parameter.count <= 7 else { return 0 }
      var power = 100
      for index in 4..<parameter.count {
        guard ASCII.isDigit(parameter[index]) else { return 0 }
        weight += Int(parameter[index] & 0xf) * power
        power /= 10
      }
      return weight > 1000 ? 0 : weight
    }
  }
}
