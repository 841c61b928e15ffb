// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The boundary of a multipart body, from the request's Content-Type.
///
/// Other characters than RFC 2046 section 5.1.1 allows are accepted if they are visible ASCII, as clients send boundaries such
/// as `*****`; the length is at most its 70.
public struct MultipartBoundary: Equatable, Sendable {
  /// The boundary, without the `--` before it.
  public let bytes: [UInt8]

  /// The boundary of a Content-Type, which has to be `multipart/form-data`.
  public init(contentType value: Span<UInt8>) throws(MultipartError) {
    var parameters = HeaderParameters(value)
    guard
      StaticString("multipart/form-data").equalsIgnoringCase(
        value.extracting(parameters.first(value)))
    else {
      throw MultipartError(.otherType)
    }
    var found: [UInt8]?
    while true {
      let next: HeaderParameters.Parameter?
      do throws(MultipartError.Reason) {
        next = try parameters.next(value)
      } catch {
        throw MultipartError(error)
      }
      guard let parameter = next else { break }
      switch parameter.match("boundary", value) {
      case .other: continue
      case .extended, .divided: throw MultipartError(.ambiguousParameter)
      case .plain:
        guard found == nil else { throw MultipartError(.ambiguousParameter) }
        found = [UInt8](copying: value.extracting(parameter.value))
      }
    }
    guard let found else { throw MultipartError(.noBoundary) }
    try self.init(found)
  }

  /// A boundary as it is, for a body that this program knows to have it.
  public init(_ bytes: [UInt8]) throws(MultipartError) {
    guard 1...70 ~= bytes.count, bytes.last != 0x20 else { throw MultipartError(.badBoundary) }
    for byte in bytes where !ASCII.isVisible(byte) && byte != 0x20 || byte == 0x22 || byte == 0x5c {
      throw MultipartError(.badBoundary)
    }
    self.bytes = bytes
  }
}
