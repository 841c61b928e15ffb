// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A response that sends a file or parts of it: its head, and where the bytes of its body come from.
public struct FilePlan: Sendable {
  /// A part of the body.
  public enum Piece: Equatable, Sendable {
    /// These bytes: the heads of the parts of a multipart body.
    case bytes([UInt8])
    /// A range of the file, in bytes.
    case file(Range<UInt64>)
  }

  /// Status and fields of the response.
  public var head: ResponseHead
  /// The body, in order; empty if there is none.
  public var pieces: [Piece]

  /// Whether the request had neither conditions nor ranges.
  public private(set) var isWhole = true

  /// A whole file of `size` bytes, with the head of an earlier plan.
  public init(head: ResponseHead, whole size: UInt64) {
    self.head = head
    pieces = size > 0 ? [.file(0..<size)] : []
  }

  private static var boundary: StaticString { "serval-part-7d2c4f10b6" }

  /// Plans the response to `request`.
  ///
  /// - Parameters:
  ///   - file: the version to send, compressed if `coding` is not nil.
  ///   - type: the media type of the uncompressed file.
  ///   - cacheLine: the Cache-Control line, with its CR LF.
  ///   - status: 200, or 404 for the site's own page, for which conditions and ranges are ignored.
  ///   - hasVariants: whether other clients may get the file in another coding.
  ///   - now: seconds since 1970, or 0 if that is unknown.
  public init(
    _ file: SiteFile, type: StaticString, cacheLine: [UInt8] = [], coding: ContentCoding? = nil,
    status: Status = .ok, hasVariants: Bool = false, for request: RequestHead, now: Int64 = 0
  ) {
    self.init(
      file, type: type, cacheLine: cacheLine, coding: coding, status: status,
      hasVariants: hasVariants, for: request, now: now, isWhole: !request.hasConditions)
  }

  /// - Parameter isWhole: whether the request has no conditions and no range, or they are ignored.
  init(
    _ file: SiteFile, type: StaticString, cacheLine: [UInt8], coding: ContentCoding?,
    status: Status, hasVariants: Bool, for request: RequestHead, now: Int64, isWhole: Bool
  ) {
    let tag = EntityTag(of: file, coding: coding)
    let modified = file.version.modified
    pieces = []
    self.isWhole = isWhole
    guard status == .ok else {
      head = ResponseHead(status, length: .known(file.size))
      head.add("Content-Type", type)
      if let coding { head.add("Content-Encoding", coding.name) }
      if file.size > 0 { pieces = [.file(0..<file.size)] }
      return
    }
    var status = status
    let verdict =
      isWhole ? .proceed : Conditions.evaluate(request, tag: tag, modified: modified, now: now)
    switch verdict {
    case .proceed: break
    case .notModified: status = .notModified
    case .failed: status = .preconditionFailed
    }
    var ranges = ByteRanges.Request.whole
    if status == .ok, !isWhole,
      Conditions.allowsRange(request, tag: tag, modified: modified, now: now)
    {
      ranges = ByteRanges.parse(request, size: file.size)
    }
    head = ResponseHead(status)
    switch ranges {
    case .whole:
      if status == .ok {
        head.length = .known(file.size)
        if file.size > 0 { pieces = [.file(0..<file.size)] }
      }
    case .unsatisfiable:
      head = ResponseHead(.rangeNotSatisfiable)
      head.add("Content-Range", Self.contentRange(nil, file.size).span)
      return
    case .parts(let parts): split(parts, file, type)
    }
    if status == .preconditionFailed { return }
    if parts(in: ranges) <= 1 { head.add("Content-Type", type) }
    if let coding { head.add("Content-Encoding", coding.name) }
    if coding != nil || hasVariants { head.add("Vary", "Accept-Encoding") }
    head.add(line: cacheLine)
    head.add("ETag", tag.bytes.span)
    if let modified { head.add("Last-Modified", date: modified) }
    head.add("Accept-Ranges", "bytes")
  }

  private func parts(in request: ByteRanges.Request) -> Int {
    if case .parts(let parts) = request { parts.count } else { 0 }
  }

  private mutating func split(
    _ parts: [Range<UInt64>], _ file: SiteFile, _ type: StaticString
  ) {
    head = ResponseHead(.partialContent)
    if parts.count == 1, let part = parts.first {
      head.length = .known(part.upperBound - part.lowerBound)
      head.add("Content-Range", Self.contentRange(part, file.size).span)
      pieces = [.file(part)]
      return
    }
    // RFC 9110 section 14.6: each part follows a boundary and a head of its own.
    var length: UInt64 = 0
    for part in parts {
      var text = [UInt8]("\r\n--")
      text.append(Self.boundary)
      text.append("\r\nContent-Type: ")
      text.append(type)
      text.append("\r\nContent-Range: ")
      text.append(contentsOf: Self.contentRange(part, file.size))
      text.append("\r\n\r\n")
      // Wraps only for a size near 2^64, which only a lying file server states. Reading fails then.
      length = length &+ UInt64(text.count) &+ (part.upperBound - part.lowerBound)
      pieces.append(.bytes(text))
      pieces.append(.file(part))
    }
    var end = [UInt8]("\r\n--")
    end.append(Self.boundary)
    end.append("--\r\n")
    length = length &+ UInt64(end.count)
    pieces.append(.bytes(end))
    head.length = .known(length)
    var value = [UInt8]("multipart/byteranges; boundary=")
    value.append(Self.boundary)
    head.add("Content-Type", value.span)
  }

  private static func contentRange(_ part: Range<UInt64>?, _ size: UInt64) -> [UInt8] {
    var text = [UInt8]("bytes ")
    if let part {
      text.append(decimal: part.lowerBound)
      text.append(0x2d)
      text.append(decimal: part.upperBound - 1)
    } else {
      text.append(0x2a)
    }
    text.append(0x2f)
    text.append(decimal: size)
    return text
  }
}
