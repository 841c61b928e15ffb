// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import FormArchive
import Multipart
import Time
import Zip

/// What an `UploadService` may use, whatever its clients do.
///
/// An upload in progress holds at most `archiveMemory` bytes, besides its connections. Files can be of any size.
public struct UploadLimits: Equatable, Sendable {
  /// Archives being made at the same time. One more gets 503 with Retry-After.
  public var uploadCount = 64
  /// Files in one archive. One more gets 413, or ends the archive.
  public var fileCount = 1000
  /// Bytes of memory for what the end of an archive says of its files: 31 each, and their names. More get 413, or end the archive.
  public var directoryByteCount = 96 << 10
  /// Bytes of archive that are kept for a browser that reads no answer before it has sent its request. A larger archive gets 413.
  public var spoolByteCount = 256 << 10
  /// Bytes that all such archives may hold together. Beyond that, they get 503.
  public var spoolMemory = 4 << 20
  /// Unused tokens. When there are more, the oldest one is forgotten.
  public var tokenCount = 256
  /// For how long a token can be used.
  public var tokenTime: Interval = .seconds(60)
  /// For how long an upload waits for its download, and a download for its upload.
  public var partnerTime: Interval = .seconds(30)
  /// Bytes per second; an upload that moved fewer in `slowTime` loses its place when all are taken and another one comes.
  public var slowRate: UInt64 = 1024
  /// The window in which the pace of an upload is measured.
  public var slowTime: Interval = .seconds(10)

  /// For how long an upload may send nothing at all; then it loses its place in the same way.
  public var silentTime: Interval = .seconds(2)

  /// The defaults.
  public init() {}

  /// Bytes that an archive holds while it is made.
  public var archiveMemory: Int {
    FormArchive.memoryBound(level: .fast, partLimits: partLimits, archiveLimits: archiveLimits)
  }

  var partLimits: MultipartLimits {
    var limits = MultipartLimits()
    limits.partCount = fileCount
    return limits
  }

  var archiveLimits: ZipLimits {
    ZipLimits(entryCount: fileCount, directoryByteCount: directoryByteCount)
  }
}
