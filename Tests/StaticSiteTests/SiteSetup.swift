// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import NFS
import NFSFileServer
import NFSTestSupport
import Rings
import StaticSite
import TargetTestSupport
import Time

/// Everything between a browser's bytes and an NFS server's: HTTP server, site, file protocol with its
/// queues and share, and NFS client. There is no network.
final class SiteSetup {
  let commandMemory = SharedMemory(byteCount: 32_768)
  let completionMemory = SharedMemory(byteCount: 32_768)
  let share: SharedMemory
  var fileServer: NFSFileServer
  let files: FileAccess
  var web: HTTPServer
  private let site: StaticSite

  init(
    _ client: NFSClient, bufferByteCount: UInt64 = 32_768, shareSize: Int = 1 << 21,
    keepTime: Interval = .zero, folder: String = "", rules: SiteRules = SiteRules(),
    followsOutsideLinks: Bool = false,
    change: (inout HTTPServer.Settings) -> Void = { _ in }
  ) throws {
    share = SharedMemory(byteCount: shareSize)
    guard let commands = Ring<FileQueue>(queue: commandMemory.region),
      let completions = Ring<FileQueue>(queue: completionMemory.region)
    else { throw PeerFault.beyondCapacity }
    fileServer = NFSFileServer(
      client, commands: commands, completions: completions, share: share.region)
    files = FileAccess(
      commands: commands, completions: completions, share: share.region,
      bufferByteCount: bufferByteCount)
    var router = Router()
    site = StaticSite(
      files, folder: bytes(folder), rules: rules, followsOutsideLinks: followsOutsideLinks,
      keepTime: keepTime)
    router.get("/*path", site.answer)
    router.notFound(site.answer)
    var settings = HTTPServer.Settings()
    let files = files
    settings.closed = { files.forget($0) }
    change(&settings)
    web = HTTPServer(router, settings)
  }

  /// Nil, or what is wrong with the server's connections or the site's answers.
  func checkInvariants() -> String? {
    web.checkInvariants() ?? site.checkInvariants() ?? files.checkInvariants()
  }

  /// Lets the parts serve each other until all of them wait.
  func runUntilIdle(now: Instant) {
    var isBusy = true
    var rounds = 0
    // While no command is under way, requests that find no room are woken again and again.
    while isBusy, rounds < 10_000 {
      rounds += 1
      isBusy = files.publish()
      if fileServer.serve(now: now) { isBusy = true }
      files.collect()
      while let id = files.nextReady() {
        isBusy = true
        web.wake(id, now: now)
      }
    }
  }
}
