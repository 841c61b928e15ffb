// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SiteLookup {
  /// The file that a path stands for, for all requests with the same accepted codings, whatever their
  /// conditions and ranges.
  public struct Resolution: Equatable, Sendable {
    /// The version to send, compressed if `coding` is not nil.
    public private(set) var file: SiteFile
    /// The path of the uncompressed file.
    let path: [UInt8]
    /// The media type of the uncompressed file.
    public let type: StaticString
    let cacheLine: [UInt8]
    /// How the file is compressed.
    public let coding: ContentCoding?
    /// 200, or 404 for the site's own page.
    public let status: Status

    /// What is sent for a file, whatever its path.
    ///
    /// - Parameters:
    ///   - file: the version to send, compressed if `coding` is not nil.
    ///   - path: the path of the uncompressed file.
    ///   - status: 200, or 404 for the site's own page, for which conditions and ranges are ignored.
    public init(
      _ file: SiteFile, path: [UInt8], coding: ContentCoding?, status: Status, _ rules: SiteRules
    ) {
      self.file = file
      self.path = path
      self.coding = coding
      self.status = status
      type = ContentType.of(fileExtension: RequestPath.fileExtension(of: path))
      cacheLine = rules.freshness.line(path: path, type: type)
    }

    /// Compares what the rest follows from.
    public static func == (left: Resolution, right: Resolution) -> Bool {
      left.file == right.file && left.path == right.path && left.coding == right.coding
        && left.status == right.status
    }

    /// The same resolution with another version of the file.
    public func replacing(_ file: SiteFile) -> Resolution {
      var other = self
      other.file = file
      return other
    }

    /// The response's head for a request without conditions and ranges.
    public func head(for request: RequestHead) -> ResponseHead {
      plan(for: request, isWhole: true).head
    }

    /// The response to `request`.
    ///
    /// - Parameter now: seconds since 1970, or 0 if that is unknown.
    public func plan(for request: RequestHead, now: Int64 = 0) -> FilePlan {
      plan(for: request, now: now, isWhole: !request.hasConditions)
    }

    private func plan(for request: RequestHead, now: Int64 = 0, isWhole: Bool) -> FilePlan {
      FilePlan(
        file, type: type, cacheLine: cacheLine, coding: coding, status: status, hasVariants: true,
        for: request, now: now, isWhole: isWhole)
    }
  }
}
