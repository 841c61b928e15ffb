// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFSTestSupport
import Testing

@testable import NFSFileServer

@Suite struct LeavingReadersTests {
  /// More clients than the server can have open files leave while their file is being read. A CLOSE sent
  /// before the last answer would be refused, and the file would stay open for good.
  @Test func leavingReadersLeaveNothingOpen() throws {
    let site = try SimulatedSite()
    for number in 0..<300 {
      _ = site.server.add("\(number)", [UInt8](repeating: 1, count: 400_000))
    }
    for number in 0..<300 {
      let id = try site.open("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
      for _ in 0..<5000 where site.read(id).isEmpty { site.step() }
      for _ in 0..<8 { _ = site.read(id) }
      site.setup.web.close(id)
      site.setup.files.forget(id)
      for _ in 0..<50 { site.step() }
    }
    #expect(site.setup.files.openFiles == 0)
    #expect(site.setup.fileServer.descriptors.count == 0)
    #expect(try site.get("/0").hasPrefix("HTTP/1.1 200"))
  }
}
