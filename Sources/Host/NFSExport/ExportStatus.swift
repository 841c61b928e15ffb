// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Why an operation on the export failed, as `nfsstat3` (RFC 1813, section 2.6).
enum ExportStatus: UInt32, Error {
  case permission = 1
  case noEntry = 2
  case io = 5
  case access = 13
  case notDirectory = 20
  case isDirectory = 21
  case invalid = 22
  case readOnly = 30
  case nameTooLong = 63
  case stale = 70
  case badHandle = 10001
  case badCookie = 10003
  case tooSmall = 10005

  init(errno: Int32) {
    self =
      switch errno {
      case EPERM: .permission
      case ENOENT: .noEntry
      case EACCES: .access
      case ENOTDIR, ELOOP: .notDirectory
      case EISDIR: .isDirectory
      case EINVAL: .invalid
      case ENAMETOOLONG: .nameTooLong
      default: .io
      }
  }
}
