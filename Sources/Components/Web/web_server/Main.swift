// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring
import StaticSite
import WebServing

/// A static site over HTTP and HTTPS, whose files come from a file system server.
@main enum Main {
  static func main() {
    let config = WebServerConfig.linked()
    let folder = config.bytes(of: WebServerConfig.root)
    let backend = FileBackend(FileSystemClientConfig.linked(), folder: folder)
    let files = backend.files
    let site = StaticSite(
      files, folder: folder, rules: SiteRules(config),
      followsOutsideLinks: config[WebServerConfig.followsOutsideLinks] != 0)
    var router = Router()
    router.get("/*path", site.answer)
    router.notFound(site.answer)
    let log = ServerLog(Console(SerialClientConfig.linked()))
    var settings = HTTPServer.Settings(log: config[WebServerConfig.isSilent] == 0 ? log : nil)
    settings.closed = { files.forget($0) }
    run(
      HTTPServer(router, settings), settings, port: config[WebServerConfig.port], log: log,
      backend: backend)
  }
}
