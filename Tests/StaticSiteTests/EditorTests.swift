// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFSTestSupport
import Testing
import Time

/// A site that is edited while it is served, in all the ways of editors, rsync and deploy scripts, at
/// each call to the NFS server and at each read. A complete response is one version of the file.
@Suite struct EditorTests {
  enum Edit: CaseIterable, Sendable {
    case rename, renameAndForget, truncate, empty, grow, write, writeAndResetTime, remove,
      removeAndForget, recreate
    case renameOfSameSizeAndTime

    var isGone: Bool { self == .remove || self == .removeAndForget }
  }

  enum EarlierRequest: CaseIterable, Sendable { case none, head, whole }

  private static func content(_ size: Int, _ seed: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(0x40 + seed), count: size)
  }

  /// Edits the file at second 2 of its clock. Returns the new content.
  private static func apply(_ edit: Edit, to server: FakeServer, _ number: UInt64, _ old: [UInt8])
    -> [UInt8]
  {
    func write(_ data: [UInt8], keepsTime: Bool = false) -> [UInt8] {
      server.nodes[number]?.data = data
      if !keepsTime { server.nodes[number]?.modified = 2 }
      server.nodes[number]?.changed = 2
      return data
    }
    switch edit {
    case .rename, .renameAndForget:
      let data = content(old.count + 1000, 5)
      _ = server.replace("file", data, modified: 2)
      if edit == .renameAndForget { server.nodes[number] = nil }
      return data
    case .renameOfSameSizeAndTime:
      let data = content(old.count, 5)
      let other = server.replace("file", data, modified: 2)
      server.nodes[other]?.modified = 1
      return data
    case .truncate: return write(Array(old.prefix(old.count / 2)))
    case .empty: return write([])
    case .grow: return write(old + content(5000, 6))
    case .write: return write(content(old.count, 7))
    case .writeAndResetTime: return write(content(old.count, 8), keepsTime: true)
    case .remove, .removeAndForget:
      server.remove("file", at: 2, forgets: edit == .removeAndForget)
      return []
    case .recreate:
      server.remove("file", at: 2, forgets: true)
      let data = content(777, 9)
      let other = server.add("file", data)
      server.nodes[other]?.modified = 2
      server.nodes[other]?.changed = 2
      return data
    }
  }

  private struct Answer {
    var status: String
    var isWhole: Bool
    var tag: String?
    var body: ArraySlice<UInt8>
  }

  private static func parse(_ bytes: [UInt8], wasReset: Bool) -> Answer {
    var end = 0
    while end + 4 <= bytes.count, bytes[end..<end + 4] != [13, 10, 13, 10] { end += 1 }
    let head = text(bytes.prefix(end)).split(separator: "\r\n")
    func field(_ name: String) -> Substring? {
      head.first { $0.hasPrefix(name) }?.dropFirst(name.utf8.count)
    }
    let body = bytes.dropFirst(end + 4)
    let length = field("Content-Length: ").flatMap { Int($0) }
    return Answer(
      status: String(head.first?.dropFirst(9).prefix(3) ?? ""),
      isWhole: !wasReset && length == body.count, tag: field("ETag: ").map { String($0) },
      body: body)
  }

  /// Sends a GET, with the edit before or during the server's `moment`th call. Returns the number of
  /// calls.
  private func get(
    _ edit: Edit, _ size: Int, _ before: EarlierRequest, moment: Int, duringRead: Bool
  )
    throws -> Int
  {
    let site = try SimulatedSite(bufferByteCount: 8192, shareSize: 1 << 20, keepTime: 2 * second) {
      $0.sendsDirectly = true
    }
    let old = Self.content(size, 1)
    let number = site.server.add("file", old)
    _ = site.server.add("index.html", bytes("x"))
    _ = try site.get("/")
    switch before {
    case .none: break
    case .head:
      _ = try site.run("HEAD /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    case .whole: _ = try site.get("/file")
    }
    var calls = 0
    var new: [UInt8]?
    func edits() {
      if calls == moment, new == nil { new = Self.apply(edit, to: site.server, number, old) }
    }
    site.server.willAnswer = { _ in
      calls += 1
      if !duringRead { edits() }
    }
    site.server.hasRead = { if duringRead { edits() } }
    if moment == 0 { new = Self.apply(edit, to: site.server, number, old) }
    let (first, wasReset) = try site.run(
      "GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let total = calls
    if new == nil { new = Self.apply(edit, to: site.server, number, old) }
    let answer = Self.parse(first, wasReset: wasReset)
    let label = "\(edit) \(size) \(before) \(moment) \(duringRead): \(answer.status)"
    #expect(answer.status == "200" || edit.isGone && answer.status == "404", "\(label)")
    if answer.status == "200", answer.isWhole {
      #expect(answer.body == old[...] || answer.body == new?[...], "\(label)")
    }
    // When the caches have expired, the next client gets the new file, with another tag.
    site.wire.now += 10 * second
    let (second, _) = try site.run("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let later = Self.parse(second, wasReset: false)
    #expect(later.status == (edit.isGone ? "404" : "200"), "\(label)")
    if !edit.isGone { #expect(later.isWhole && later.body == new?[...], "\(label)") }
    if answer.isWhole, answer.status == "200", answer.body != later.body {
      #expect(answer.tag != later.tag, "\(label)")
    }
    return total
  }

  @Test(arguments: Edit.allCases, [3000, 30_000])
  func wholeAnswersAreOneVersion(_ edit: Edit, _ size: Int) throws {
    for before in EarlierRequest.allCases {
      for duringRead in [false, true] {
        var moment = 0
        while moment <= (try get(edit, size, before, moment: moment, duringRead: duringRead)) {
          moment += 1
        }
      }
    }
  }

  /// After HEAD or 304, while the answer is still remembered, the next client gets the new file with its
  /// own length and tag.
  @Test(arguments: [true, false]) func openFileDecides(_ isHead: Bool) throws {
    let site = try SimulatedSite(keepTime: 2 * second)
    _ = site.server.add("v.bin", Self.content(40_000, 1))
    let first = try site.run("HEAD /v.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").bytes
    let tag = try #require(Self.parse(first, wasReset: false).tag)
    if !isHead {
      site.wire.now += 3 * second
      #expect(try site.get("/v.bin", "If-None-Match: \(tag)\r\n").hasPrefix("HTTP/1.1 304 "))
    }
    let new = Self.content(90_000, 2)
    _ = site.server.replace("v.bin", new, modified: 9)
    site.server.nodes[2] = nil
    let (second, wasReset) = try site.run(
      "GET /v.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let answer = Self.parse(second, wasReset: wasReset)
    #expect(answer.status == "200" && answer.isWhole && answer.body == new[...])
    #expect(answer.tag != tag)
  }
}
