// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FormArchive
import HTTP
import Multipart
import Zip

/// What a request's head says of the files that follow.
struct UploadForm {
  let boundary: MultipartBoundary
  /// Bytes of the body, and so of each file at most; nil if it is not known.
  let byteCount: UInt64?
  /// When the upload began, which all entries are said to be of.
  let modified: ModificationTime

  /// - Parameter date: seconds since 1970; nil if the time is unknown.
  init(_ head: RequestHead, date: Int64?) throws(UploadProblem) {
    guard head.count("Content-Type") == 1, let type = head.value("Content-Type") else {
      throw .notAForm
    }
    do throws(MultipartError) {
      boundary = try MultipartBoundary(contentType: type.span)
    } catch {
      throw UploadProblem(.form(error))
    }
    byteCount = if case .length(let length) = head.framing { length } else { nil }
    modified = date.map { ModificationTime(unixSeconds: $0) } ?? .first
  }
}
