// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP

/// Why a site's files cannot be served, for the console.
public enum SiteTrouble: Equatable {
  /// The file system server has not mounted its files.
  case notMounted
  /// The site's folder cannot be examined; `noFile` if there is no such folder.
  case folder(FileStatus)
  /// A file that exists cannot be examined or read.
  case file(FileStatus)
  /// The file system server broke its queue.
  case brokenServer
}

extension FileStatus {
  /// What a failed command means for the client.
  enum Meaning: Equatable {
    /// There is no such file.
    case missing
    /// The open file no longer exists.
    case gone
    /// The client gets this status.
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
