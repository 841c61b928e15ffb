// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP

/// Why a site's files are not to be had, for the console.
public enum SiteTrouble: Equatable {
  /// The file system server does not get its files.
  case notMounted
  /// The site's folder cannot be looked at: `noFile` where there is none.
  case folder(FileStatus)
  /// A file that is there cannot be had.
  case file(FileStatus)
  /// The server's queue makes no sense.
  case brokenServer
}

extension FileStatus {
  /// What a visitor has to know of a failure.
  enum Meaning: Equatable {
    /// There is no such file.
    case missing
    /// What was open is no more.
    case gone
    case failed(Status)
  }

  var meaning: Meaning {
    switch self {
    case .noFile, .notDirectory, .invalidPath, .invalidName: .missing
    case .invalidDescriptor: .gone
    case .denied: .failed(.forbidden)
    case .timedOut: .failed(.gatewayTimeout)
    case .unreachable, .allocationError, .tooManyOpenFiles, .outstandingOperations:
      .failed(.serviceUnavailable)
    default: .failed(.badGateway)
    }
  }
}
