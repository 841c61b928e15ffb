// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension MultipartError {
  /// The error in one line with its place, for the client: `part 2, byte 310: the headers are too long`.
  public var text: String {
    if offset == 0, part == 0 { return reason.text }
    return part == 0
      ? "byte \(offset): \(reason.text)" : "part \(part), byte \(offset): \(reason.text)"
  }
}

extension MultipartError.Reason {
  /// What is wrong, and what would be right.
  public var text: String {
    switch self {
    case .notOneContentType, .otherType, .noBoundary, .badBoundary, .malformedParameters,
      .ambiguousParameter:
      contentTypeText
    case .malformedHeader, .boundaryInHeaders, .notOneDisposition, .noName, .malformedFilename,
      .severalTypes, .transferEncoding:
      headerText
    default: bodyText
    }
  }

  private var contentTypeText: String {
    switch self {
    case .notOneContentType: "send exactly one Content-Type"
    case .otherType: "send the body with Content-Type: multipart/form-data"
    case .noBoundary: "the Content-Type has no parameter boundary"
    case .badBoundary: "the boundary must have 1 to 70 visible characters"
    case .malformedParameters: "a parameter is not of the form name=value or name=\"value\""
    default: "a parameter is given twice, or in parts; give it once"
    }
  }

  private var headerText: String {
    switch self {
    case .malformedHeader: "a header line is not of the form Name: value, ended by CR LF"
    case .boundaryInHeaders: "no empty line, ended by CR LF, follows the headers"
    case .notOneDisposition: "a part needs exactly one Content-Disposition"
    case .noName: "the Content-Disposition is not form-data with a name"
    case .malformedFilename: "filename* is not UTF-8''... or ISO-8859-1''... with percent-encoding"
    case .severalTypes: "a part has more than one Content-Type"
    default: "a part has a Content-Transfer-Encoding; send its bytes as they are"
    }
  }

  private var bodyText: String {
    switch self {
    case .boundaryMissing: "no line has -- and the boundary; lines end with CR LF"
    case .unexpectedEnd: "the body ends before the last boundary, which has -- at its end"
    case .preambleTooLong: "too many bytes before the first boundary"
    case .epilogueTooLong: "too many bytes after the last boundary"
    case .paddingTooLong: "too many spaces after a boundary"
    case .tooManyParts: "too many parts"
    default: "the headers are too long"
    }
  }
}
