// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What is known of a file that is to be sent.
public struct SiteFile: Equatable, Sendable {
  /// From the site's root, with a slash in front.
  public var path: [UInt8]
  public var size: UInt64
  /// Seconds since 1970, and nanoseconds on top.
  public var modified: UInt64
  public var modifiedNanoseconds: UInt64
  /// Tells apart versions of the same size and time.
  public var revision: UInt64

  public init(
    path: [UInt8], size: UInt64, modified: UInt64, modifiedNanoseconds: UInt64, revision: UInt64 = 0
  ) {
    self.revision = revision
    self.path = path
    self.size = size
    self.modified = modified
    self.modifiedNanoseconds = modifiedNanoseconds
  }
}

/// An answer that sends a file, or parts of it: its head, and where the body's bytes come from.
public struct FilePlan: Sendable {
  public enum Piece: Equatable, Sendable {
    case bytes([UInt8])
    case file(Range<UInt64>)
  }

  public var head: ResponseHead
  public var pieces: [Piece]

  /// Whether this is the answer to a request without conditions and ranges.
  public private(set) var isWhole = true

  /// A file of `size` bytes behind a head that a plan had.
  public init(head: ResponseHead, whole size: UInt64) {
    self.head = head
    pieces = size > 0 ? [.file(0..<size)] : []
  }

  private static var boundary: StaticString { "serval-part-7d2c4f10b6" }

  /// - Parameters:
  ///   - type: of the file before it was compressed.
  ///   - cacheLine: the Cache-Control line, with its end.
  ///   - status: 200, or 404 for a site's own page; conditions and ranges are for 200.
  ///   - hasVariants: whether other codings of the file would be sent to others.
  ///   - now: seconds since 1970, or 0 where that is not known.
  public init(
    _ file: SiteFile, type: StaticString, cacheLine: [UInt8] = [], coding: ContentCoding? = nil,
    status: Status = .ok, hasVariants: Bool = false, for request: RequestHead, now: Int64 = 0
  ) {
    let tag = EntityTag(
      seconds: file.modified, nanoseconds: file.modifiedNanoseconds, size: file.size,
      revision: file.revision, coding: coding)
    let modified = Int64(clamping: file.modified)
    pieces = []
    isWhole = !request.hasConditions
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
    head.add("Last-Modified", date: modified)
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
    // RFC 9110 section 14.6: parts with heads of their own between boundaries.
    var length: UInt64 = 0
    for part in parts {
      var text = [UInt8]("\r\n--")
      text.append(Self.boundary)
      text.append("\r\nContent-Type: ")
      text.append(type)
      text.append("\r\nContent-Range: ")
      text.append(contentsOf: Self.contentRange(part, file.size))
      text.append("\r\n\r\n")
      // Files come to less than 2^63 bytes: see the parts' sum in `ByteRanges`.
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
