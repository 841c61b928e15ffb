// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A response, as a client has read it.
public struct WebResponse: Equatable, Sendable {
  /// A field line of the head.
  public struct Field: Equatable, Sendable {
    /// The name, as it was sent.
    public var name: String
    /// The value, without space around it.
    public var value: String
  }

  /// The status code; 0 if no complete head has arrived.
  public var status = 0
  /// The head's fields, in order.
  public var fields: [Field] = []
  /// The body, without its framing.
  public var body: [UInt8] = []
  /// Whether the whole body has arrived.
  public var isComplete = false

  /// The body as UTF-8 text.
  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The value of the first field of that name, in any case.
  public subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Reads the bytes of a connection that carried one response (RFC 9112). Interim responses are skipped.
  init(_ bytes: [UInt8], isHead: Bool) {
    var rest = bytes[...]
    repeat {
      guard let head = Self.takeHead(&rest) else {
        self.status = 0
        return
      }
      (status, fields) = head
    } while 100..<200 ~= status && status != 101
    if isHead || status == 204 || status == 304 {
      isComplete = rest.isEmpty
    } else if self["Transfer-Encoding"]?.lowercased() == "chunked" {
      (body, isComplete) = Self.joinChunks(rest)
    } else {
      body = Array(rest)
      let length = self["Content-Length"].flatMap { Int($0) }
      isComplete = length.map { $0 == body.count } ?? true
    }
  }

  private static func takeHead(_ rest: inout ArraySlice<UInt8>) -> (Int, [Field])? {
    var fields: [Field] = []
    guard let first = takeLine(&rest) else { return nil }
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      return nil
    }
    while let line = takeLine(&rest) {
      if line.isEmpty { return (status, fields) }
      guard let colon = line.firstIndex(of: ":") else { return nil }
      fields.append(
        Field(
          name: String(line[..<colon]),
          value: line[line.index(after: colon)...].trimmed))
    }
    return nil
  }

  private static func takeLine(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard let end = rest.firstIndex(of: 10), end > rest.startIndex, rest[end - 1] == 13 else {
      return nil
    }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[rest.startIndex..<end - 1], as: UTF8.self)
  }

  private static func joinChunks(_ bytes: ArraySlice<UInt8>) -> ([UInt8], isComplete: Bool) {
    var (rest, body) = (bytes, [UInt8]())
    while let line = takeLine(&rest), let size = Int(line.prefix { $0 != ";" }, radix: 16) {
      if size == 0 { return (body, rest.elementsEqual([13, 10])) }
      guard size > 0, rest.count >= size + 2 else { break }
      body += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return (body, false)
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    var part = self[...]
    while let first = part.first, first == " " || first == "\t" { part.removeFirst() }
    while let last = part.last, last == " " || last == "\t" { part.removeLast() }
    return String(part)
  }
}
