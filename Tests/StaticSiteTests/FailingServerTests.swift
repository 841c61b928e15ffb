// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import Testing
import Time

/// An NFS server that fails at each call, in each way, once or from then on. A page that exists is never
/// answered with 404, and is served when the server has recovered.
@Suite struct FailingServerTests {
  enum Failure: CaseIterable, Sendable {
    case permission, inputOutput, access, stale, fault, busy, credentials, version, program,
      silence, nonsense

    /// `nfsstat3`.
    var status: UInt32? {
      switch self {
      case .permission: 1
      case .inputOutput: 5
      case .access: 13
      case .stale: 70
      case .fault: 10006
      case .busy: 10008
      default: nil
      }
    }

    var refusal: FakeServer.Refusal? {
      switch self {
      case .credentials: .credentials
      case .version: .version
      case .program: .program
      default: nil
      }
    }

    var expected: Set<String> {
      switch self {
      case .permission, .access: ["200", "403"]
      case .silence, .nonsense: ["200", "503", "504"]
      case .busy, .stale: ["200", "502", "503", "504"]
      default: ["200", "502"]
      }
    }
  }

  private func status(_ site: SimulatedSite, _ path: String) throws -> String {
    String(try site.get(path).dropFirst(9).prefix(3))
  }

  /// Sends a GET that fails at call `moment`, and at all later ones if `forGood`. Returns the number of
  /// calls.
  private func visit(_ failure: Failure, moment: Int, forGood: Bool, kept: Interval) throws -> Int {
    let site = try SimulatedSite(keepTime: kept)
    _ = site.server.add("page.html", [UInt8](repeating: 0x61, count: 5000))
    var calls = 0
    func isFailing() -> Bool { calls == moment || forGood && calls >= moment }
    site.server.willAnswer = { _ in
      calls += 1
      site.server.refusal = isFailing() ? failure.refusal : nil
    }
    site.server.failure = { _ in isFailing() ? failure.status : nil }
    site.server.isLost = { _ in failure == .silence && isFailing() }
    site.wire.bend = {
      failure == .nonsense && isFailing() ? [UInt8](repeating: 0xff, count: $0.count) : $0
    }
    let found = try status(site, "/page.html")
    #expect(failure.expected.contains(found), "\(failure) at \(moment), \(forGood): \(found)")
    let total = calls
    calls = .max / 2
    site.server.willAnswer = { _ in }
    (site.server.refusal, site.server.failure) = (nil, { _ in nil })
    site.server.isLost = { _ in false }
    site.wire.bend = { $0 }
    site.wire.now += 40 * second
    let label = "after \(failure) at \(moment), \(forGood)"
    #expect(try status(site, "/page.html") == "200", "\(label)")
    #expect(try status(site, "/none") == "404", "\(label)")
    return total
  }

  @Test(arguments: Failure.allCases, [false, true])
  func aPageThatIsThereIsNotMissing(_ failure: Failure, _ forGood: Bool) throws {
    var moment = 1
    while moment <= (try visit(failure, moment: moment, forGood: forGood, kept: 2 * second)) {
      moment += 1
    }
    #expect(moment > 5)
  }

  /// The site's folder is not in the export: 503, not 404.
  @Test func aFolderThatIsNotThere() throws {
    let site = try SimulatedSite(folder: "/site")
    #expect(try status(site, "/") == "503")
    #expect(site.setup.files.trouble == .folder(.noFile))
    let folder = site.server.add("site", type: 2)
    _ = site.server.add("index.html", [1], in: folder)
    site.wire.now += 10 * second
    #expect(try status(site, "/") == "200")
    #expect(site.setup.files.trouble == nil)
    #expect(try status(site, "/none") == "404")
  }

  /// The site's folder disappears: 503 for everything in it until it is back.
  @Test(arguments: [0, 2] as [UInt64]) func aFolderThatGoes(_ keepTime: UInt64) throws {
    let site = try SimulatedSite(keepTime: keepTime * second, folder: "/site")
    let folder = site.server.add("site", type: 2)
    _ = site.server.add("index.html", [1], in: folder)
    #expect(try status(site, "/") == "200")
    let entries = site.server.nodes[1]?.entries ?? []
    site.server.nodes[1]?.entries = []
    site.wire.now += 100 * second
    for path in ["/none", "/", "/none"] {
      #expect(try status(site, path) == "503", "\(path)")
      #expect(site.setup.files.trouble == .folder(.noFile))
      site.wire.now += 3 * second
    }
    site.server.nodes[1]?.entries = entries
    site.wire.now += 100 * second
    #expect(try status(site, "/") == "200")
    #expect(try status(site, "/none") == "404")
    #expect(site.setup.files.trouble == nil)
  }

  /// A server that cannot be reached: 503 within 15 seconds.
  @Test func serversOutOfReach() throws {
    let site = try SimulatedSite()
    site.wire.isDown = true
    let began = site.now
    #expect(try status(site, "/page.html") == "503")
    #expect(site.now <= began + 15 * second)
  }

  /// A refused mount is reported to waiting clients at once.
  @Test func refusedMounts() throws {
    let site = try SimulatedSite()
    _ = site.server.add("page.html", [1])
    site.server.mountStatus = 13
    let began = site.now
    #expect(try status(site, "/page.html") == "503")
    #expect(site.now < began + second)
    #expect(site.setup.files.trouble == .notMounted)
    site.server.mountStatus = 0
    #expect(try status(site, "/page.html") == "200")
  }
}
