// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Streams
import TestSupport
import Testing
import Time
import UploadService

/// Uploads and downloads that the service joins, in any order and at any pace, and either of which may vanish.
@Suite struct JoinTests {
  private static let boundary = "Content-Type: multipart/form-data; boundary=x\r\n"

  private func head(_ method: String, _ path: String, _ fields: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n"
  }

  private func post(_ path: String, _ body: [UInt8], _ fields: String = "") -> String {
    head("POST", path, Self.boundary + "Content-Length: \(body.count)\r\n" + fields)
  }

  private func form(_ random: inout SeededGenerator) -> [UInt8] {
    var body: [UInt8] = []
    for number in 0...random.below(3) {
      body += Array(
        "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\(number)\"\r\n\r\n".utf8)
      body += random.bytes(random.below(30_000))
      body += Array("\r\n".utf8)
    }
    return body + Array("--x--\r\n".utf8)
  }

  /// The body of a chunked response with status 200; nil if it is another one, or not complete.
  private func archive(_ output: [UInt8]) -> [UInt8]? {
    let text = Array("HTTP/1.1 200 OK\r\n".utf8)
    guard output.starts(with: text),
      let end = output.indices.first(where: { output[$0...].starts(with: [13, 10, 13, 10]) })
    else { return nil }
    var (rest, body) = (output[(end + 4)...], [UInt8]())
    while let line = rest.firstIndex(of: 13) {
      guard let size = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16) else {
        return nil
      }
      if size == 0 { return body }
      rest = rest[(line + 2)...]
      guard rest.count >= size + 2 else { return nil }
      body += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }

  private func address(_ crowd: inout Crowd) throws -> String {
    let answer = crowd.ask(head("POST", "/archives"))
    let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Location: ") })
    return String(line.dropFirst("Location: ".count))
  }

  @Test(arguments: 0..<fuzzIterations(50)) func anyOrderAndPace(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var crowd = Crowd()
    let body = form(&random)
    // The same files give the same archive, in whatever way.
    let single = crowd.add(post("/upload", body), body: body)
    while crowd.peers[single].end == nil { crowd.move(single, sending: .max, reading: .max) }
    let expected = try #require(archive(crowd.peers[single].output))

    let path = try address(&crowd)
    var ends: [Int] = []
    let vanishes = random.chance(500)
    for method in random.chance(500) ? ["GET", "POST"] : ["POST", "GET"] {
      if method == "GET" {
        ends.append(crowd.add(head("GET", path)))
      } else {
        ends.append(crowd.add(post(path, body), body: body))
      }
      for _ in 0..<random.below(5) {
        crowd.move(ends[0], sending: random.below(20_000), reading: random.below(20_000))
      }
    }
    for _ in 0..<100_000 {
      guard let end = random.pick(ends) else { break }
      if vanishes, random.chance(20) {
        crowd.vanish(end)
      } else {
        crowd.move(end, sending: random.below(9000), reading: random.below(9000))
      }
      if ends.allSatisfy({ crowd.peers[$0].end != nil || crowd.peers[$0].hasGone }) { break }
      crowd.wait(.milliseconds(random.below(20)))
    }
    for _ in 0..<20 { crowd.wait(.seconds(10)) }
    #expect(crowd.service.uploadCount == 0)
    #expect(crowd.openCount == 0)
    let archives = ends.compactMap { archive(crowd.peers[$0].output) }.filter { $0.count > 100 }
    for complete in archives { #expect(complete == expected) }
    if !vanishes {
      #expect(archives.count == 1)
      #expect(
        ends.contains { end in
          let text = String(decoding: crowd.peers[end].output, as: UTF8.self)
          return text.hasSuffix(" packed.\n") && text.hasPrefix("HTTP/1.1 200 OK\r\n")
        })
    }
  }

  /// Whatever arrives, places and connections are given back.
  @Test(arguments: 0..<fuzzIterations(50)) func anyBytes(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var limits = UploadLimits()
    limits.uploadCount = 3
    limits.spoolMemory = 40_000
    var crowd = Crowd(limits)
    var peers: [Int] = []
    for _ in 0..<8 {
      var body = form(&random)
      for _ in 0..<random.below(4) {
        body[random.below(body.count)] = random.pick([0x0d, 0x0a, 0x2d, 0x78, 0]) ?? 0
      }
      let path = random.chance(500) ? "/upload" : try address(&crowd)
      if path != "/upload", random.chance(700) { peers.append(crowd.add(head("GET", path))) }
      peers.append(
        crowd.add(
          post(path, body, random.chance(300) ? "Accept: text/html\r\n" : ""),
          body: random.chance(100) ? Array(body.prefix(random.below(body.count))) : body))
    }
    for _ in 0..<2000 {
      guard let peer = random.pick(peers) else { break }
      if random.chance(5) {
        crowd.vanish(peer)
      } else {
        crowd.move(peer, sending: random.below(9000), reading: random.below(9000))
      }
      #expect(crowd.service.uploadCount <= 3)
      crowd.wait(.milliseconds(random.below(30)))
    }
    for _ in 0..<20 { crowd.wait(.seconds(10)) }
    #expect(crowd.service.uploadCount == 0)
    #expect(crowd.openCount == 0)
  }
}
