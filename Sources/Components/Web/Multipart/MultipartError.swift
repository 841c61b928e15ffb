// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a body or its Content-Type is not `multipart/form-data`, or exceeds a limit, and where.
public struct MultipartError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Error, Equatable, Sendable {
    // The Content-Type of the request.

    /// There is no Content-Type, or several.
    case notOneContentType
    /// The Content-Type is another one.
    case otherType
    /// The Content-Type has no parameter `boundary`.
    case noBoundary
    /// The boundary is empty, longer than 70 bytes, or has bytes that it cannot have (RFC 2046 section 5.1.1).
    case badBoundary
    /// The parameters are not of the form `; name=value`.
    case malformedParameters
    /// A parameter occurs twice, or in the divided or encoded form of RFC 2231, so that readers could choose differently.
    case ambiguousParameter

    // The body.

    /// The body ends without a line that has the boundary.
    case boundaryMissing
    /// The body ends before the line of the last boundary.
    case unexpectedEnd
    /// More bytes than `MultipartLimits.preambleBytes`.
    case preambleTooLong
    /// More bytes than `MultipartLimits.epilogueBytes`.
    case epilogueTooLong
    /// Spaces behind a boundary that do not end.
    case paddingTooLong
    /// More parts than `MultipartLimits.partCount`.
    case tooManyParts
    /// More bytes than `MultipartLimits.headerBytes`, or lines than `headerCount`.
    case headersTooLong
    /// A header line without a name and a colon, one that continues the line before it, or one with a control character.
    case malformedHeader
    /// A boundary line where the empty line that ends the headers has to be.
    case boundaryInHeaders
    /// The part has no Content-Disposition, or several.
    case notOneDisposition
    /// The part's Content-Disposition is not `form-data` with a name.
    case noName
    /// The `filename*` is not of the form of RFC 8187 section 3.2, or in another encoding than UTF-8 and ISO-8859-1.
    case malformedFilename
    /// The part has several types.
    case severalTypes
    /// The part's Content-Transfer-Encoding changes its data, which RFC 7578 section 4.7 deprecates.
    case transferEncoding
  }

  /// What is wrong.
  public var reason: Reason
  /// Bytes of the body that come before the place; 0 for an error in the Content-Type.
  public var offset: UInt64
  /// The number of the part, from 1; 0 before the first.
  public var part: Int

  /// An error at a place in the body.
  public init(_ reason: Reason, offset: UInt64 = 0, part: Int = 0) {
    self.reason = reason
    self.offset = offset
    self.part = part
  }
}
