// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// A file that is part of the program. The plugin `EmbedFiles` makes these values from a folder.
///
///     router.get("/") { request in Files.index_html.answer(request) }
public struct EmbeddedFile: Sendable {
  /// The path from the folder, beginning with a slash.
  public let path: StaticString
  /// The file's bytes.
  public let bytes: EmbeddedBytes
  /// The same compressed, if that makes it noticeably smaller.
  public let gzip: EmbeddedBytes?

  /// A file. Its bytes have to be literals.
  public init(_ path: StaticString, _ bytes: EmbeddedBytes, gzip: EmbeddedBytes? = nil) {
    self.path = path
    self.bytes = bytes
    self.gzip = gzip
  }

  /// The media type, by the path's extension.
  public var type: StaticString {
    let path = [UInt8](path)
    return ContentType.of(fileExtension: RequestPath.fileExtension(of: path))
  }

  /// The strong validator of the uncompressed file.
  public var entityTag: EntityTag { EntityTag(bytes.hash, coding: nil) }

  /// Answers a request with this file, whatever the request's path: with the compressed bytes where the
  /// client accepts them, with ranges and conditions as `StaticSite` does.
  ///
  /// - Parameters:
  ///   - status: with 404, for `Router.notFound`, conditions and ranges are ignored.
  ///   - rules: how long caches may keep the file.
  public func answer(
    _ request: Request, status: Status = .ok, rules: SiteRules = .usual
  ) -> Answer {
    var (sent, coding): (EmbeddedBytes, ContentCoding?) = (bytes, nil)
    if status == .ok, let gzip, ContentCoding.gzip.isAccepted(by: request.head) {
      (sent, coding) = (gzip, .gzip)
    }
    let path = [UInt8](path)
    let resolution = SiteLookup.Resolution(
      sent.siteFile(path), path: path, coding: coding, status: status, rules)
    return sent.answer(request, resolution.plan(for: request.head))
  }
}

extension SiteRules {
  /// The defaults, made once.
  public static let usual = SiteRules()
}
