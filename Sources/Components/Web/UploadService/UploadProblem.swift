// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FormArchive
import HTTP
import Multipart

/// Why there is no archive.
public enum UploadProblem: Error, Equatable, Sendable {
  /// The body is not multipart/form-data.
  case notAForm
  /// The body breaks RFC 7578 or RFC 2046, or a limit of the parser.
  case malformed
  /// No part has a file.
  case noFiles
  /// The names of all files together are more than an archive may hold in memory.
  case tooManyFiles
  /// The service has made a mistake.
  case programError
  /// All places are taken.
  case busy
  /// The upload was too slow to keep its place while others waited.
  case displaced
  /// The archive is larger than what is kept for a browser without JavaScript.
  case tooLargeWithoutScript
  /// There is no such token, or it was used or has expired.
  case unknownToken
  /// The other connection did not come in time.
  case noUpload, noDownload
  /// The other end has gone.
  case uploadGone, downloadGone

  /// What an error of the body or of its archive is to the client.
  public init(_ error: FormArchiveError) {
    switch error {
    case .form(let error) where error.reason == .tooManyParts: self = .tooManyFiles
    case .form(let error) where error.reason == .otherType: self = .notAForm
    case .form: self = .malformed
    case .archive(.tooManyEntries), .archive(.directoryTooLarge), .archive(.noFreeName):
      self = .tooManyFiles
    // An entry is never longer than its request.
    case .archive(.entryTooLarge), .archive(.outOfOrder): self = .programError
    }
  }

  /// The status of the answer.
  public var status: Status {
    switch self {
    case .notAForm: .unsupportedMediaType
    case .malformed, .noFiles: .badRequest
    case .tooManyFiles, .tooLargeWithoutScript: .contentTooLarge
    case .programError: .internalServerError
    case .busy, .displaced: .serviceUnavailable
    case .unknownToken: .notFound
    case .noUpload, .noDownload: .gatewayTimeout
    case .uploadGone, .downloadGone: Status(409, "Conflict")
    }
  }

  /// A sentence or two for people, without markup.
  public var text: StaticString {
    switch self {
    case .notAForm: "The request is not of type multipart/form-data."
    case .malformed: "Invalid multipart/form-data request"
    case .noFiles: "The request has no files."
    case .tooManyFiles: "There are too many files for one archive, or their names are too long."
    case .programError: "The server has made a mistake. Other uploads are not affected."
    case .busy: "The server is busy with other uploads. Try again in a moment."
    case .displaced: "The upload was too slow, and others were waiting. Try again later."
    case .tooLargeWithoutScript:
      "The archive is larger than 256 KB, which is the most that the server keeps for a browser that runs no JavaScript. Allow JavaScript for this page, or send the files with curl."
    case .unknownToken:
      "There is no such archive: its address can be used once, and within a minute."
    case .noUpload: "No files came for this archive."
    case .noDownload: "The download did not begin."
    case .uploadGone: "The upload was cut off."
    case .downloadGone: "The download was cancelled."
    }
  }
}
