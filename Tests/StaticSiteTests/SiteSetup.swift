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

/// Everything between a browser's bytes and an NFS server's: web server, site, file protocol over
/// queues and a share, NFS client. What is missing is the network.
final class SiteSetup {
  let commandMemory = SharedMemory(byteCount: 32_768)
  let completionMemory = SharedMemory(byteCount: 32_768)
  let share: SharedMemory
  var fileServer: NFSFileServer
  let files: FileAccess
  var web: Server

  init(
    _ client: NFSClient, bufferByteCount: UInt64 = 32_768, shareSize: Int = 1 << 21,
    keepTime: UInt64 = 0, folder: String = "", rules: SiteRules = SiteRules(),
    followsOutsideLinks: Bool = false,
    change: (inout Server.Settings) -> Void = { _ in }
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
    let site = StaticSite(
      files, folder: bytes(folder), rules: rules, followsOutsideLinks: followsOutsideLinks,
      keepTime: keepTime)
    router.get("/*path", site.handler)
    router.notFound(site.handler)
    var settings = Server.Settings()
    change(&settings)
    web = Server(router, settings)
  }

  /// Passes what is there from one to the next, until nobody has anything to do at once.
  func settle(now: UInt64) {
    var isBusy = true
    var rounds = 0
    // Those that find no room are asked again as long as nothing else is on its way.
    while isBusy, rounds < 10_000 {
      rounds += 1
      isBusy = files.publish()
      if fileServer.serve(now: now) { isBusy = true }
      files.collect()
      while let id = files.nextReady() {
        isBusy = true
        web.wake(id, now: now)
      }
      while web.nextChanged() != nil {}
    }
  }
}
