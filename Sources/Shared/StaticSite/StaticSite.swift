// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP

/// A site of files behind a file system server, as a handler for a `Router`:
///
///     var router = Router()
///     router.get("/*path", site.handler)
///
/// What it answers is `SiteLookup`'s to say; files go out through buffers of the share, two reads
/// ahead of each client.
public final class StaticSite {
  let files: FileAccess
  /// The folder on the server, without a slash at its end.
  let folder: [UInt8]
  private let errorMeansMissing: Bool
  private let date: () -> Int64?

  /// - Parameters:
  ///   - errorMeansMissing: for LionsOS's own NFS component, which answers `error` whatever went
  ///     wrong, also where there is no such file.
  ///   - date: seconds since 1970; nil while that is not known.
  public init(
    _ files: FileAccess, folder: [UInt8] = [], errorMeansMissing: Bool = false,
    date: @escaping () -> Int64? = { nil }
  ) {
    self.files = files
    self.errorMeansMissing = errorMeansMissing
    var folder = folder
    while folder.last == 0x2f { folder.removeLast() }
    self.folder = folder
    self.date = date
  }

  public var handler: Router.Handler {
    { request in
      let exchange = SiteExchange(
        self.files, connection: request.connection, folder: self.folder,
        SiteLookup(request.head, request.path, now: self.date() ?? 0),
        wantsBody: request.method != .head, errorMeansMissing: self.errorMeansMissing)
      return exchange.poll() ?? .wait { exchange.poll() }
    }
  }
}
