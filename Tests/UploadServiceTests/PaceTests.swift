// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Streams
import TestSupport
import Testing
import Time
import UploadService

/// Whose pace costs whom a place, or memory.
@Suite struct PaceTests {
  private func form(_ files: [(name: String, content: String)]) -> String {
    files.map {
      "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\($0.name)\"\r\n\r\n\($0.content)\r\n"
    }.joined() + "--x--\r\n"
  }

  private func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func get(_ path: String) -> String {
    "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
  }

  private func address(_ crowd: inout Crowd) throws -> String {
    let answer = crowd.ask("POST /archives HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Location: ") })
    return String(line.dropFirst("Location: ".count))
  }

  private func noise(_ count: Int) -> String {
    var generator = SeededGenerator(seed: 1)
    return String(
      (0..<count).map { _ in Character(UnicodeScalar(UInt8(32 + generator.below(95 as Int)))) })
  }

  private func output(_ crowd: Crowd, _ peer: Int) -> String {
    String(decoding: crowd.peers[peer].output, as: UTF8.self)
  }

  /// What is kept for a browser that crawls before the end of its request is others' as well, not only what it reads slowly.
  @Test func crawlingBrowsersLoseWhatIsKept() {
    var limits = UploadLimits()
    limits.spoolMemory = 60_000
    var crowd = Crowd(limits)
    let request = post("/upload", form([("a", noise(50_000))]), "Accept: text/html\r\n")
    let slow = crowd.add(request)
    crowd.move(slow, sending: request.utf8.count - 5000, reading: .max)
    #expect(crowd.ask(request).hasPrefix("HTTP/1.1 503 "))
    // Faster than HTTP's limit.
    for _ in 0..<25 {
      crowd.wait(.seconds(1))
      crowd.move(slow, sending: 110, reading: .max)
    }
    #expect(crowd.peers[slow].end == nil && crowd.service.uploadCount == 1)
    #expect(crowd.ask(request).hasPrefix("HTTP/1.1 200 "))
    #expect(crowd.service.uploadCount == 0)
    // Its client gets to know why, at its request's end.
    for _ in 0..<20 { crowd.move(slow, sending: .max, reading: .max) }
    #expect(output(crowd, slow).hasPrefix("HTTP/1.1 503 "))
    #expect(output(crowd, slow).contains("too slow"))
  }

  /// A client that has sent everything, and reads the long end of its archive, has a pace.
  @Test(arguments: [false, true]) func readersOfTheEndKeepTheirPlaces(isPair: Bool) throws {
    var limits = UploadLimits()
    limits.uploadCount = 1
    var crowd = Crowd(limits)
    let long = String(repeating: "n", count: 200)
    let body = form((0..<300).map { ("\($0)\(long)", "") })
    let path = isPair ? try address(&crowd) : "/upload"
    let upload = crowd.add(post(path, body))
    let reader = isPair ? crowd.add(get(path)) : upload
    while !crowd.peers[upload].rest.isEmpty {
      crowd.move(upload, sending: .max, reading: isPair ? .max : 1000)
      if isPair { crowd.move(reader, sending: .max, reading: 1000) }
    }
    // Places of uploads that have stopped can be had by now.
    for _ in 0..<15 {
      crowd.wait(.seconds(1))
      crowd.move(reader, sending: .max, reading: 2000)
    }
    #expect(crowd.ask(post("/upload", form([("a", "")]))).hasPrefix("HTTP/1.1 503 "))
    for _ in 0..<200 { crowd.move(reader, sending: .max, reading: 2000) }
    #expect(crowd.peers[reader].end == .close)
    #expect(crowd.peers[reader].output.ends(with: "\r\n0\r\n\r\n"))
    crowd.move(upload, sending: .max, reading: .max)
    if isPair { #expect(output(crowd, upload).hasSuffix("300 files were packed.\n")) }
  }

  /// An upload waits for its download as long as that one is fast enough for HTTP.
  @Test func uploadsOutlastSlowDownloads() throws {
    var crowd = Crowd()
    let path = try address(&crowd)
    let upload = crowd.add(post(path, form([("a", noise(80_000))])))
    let download = crowd.add(get(path))
    for _ in 0..<10 {
      crowd.move(upload, sending: .max, reading: .max)
      crowd.move(download, sending: .max, reading: 0)
    }
    for _ in 0..<200 {
      crowd.wait(.seconds(1))
      crowd.move(upload, sending: .max, reading: .max)
      crowd.move(download, sending: .max, reading: 110)
    }
    #expect(crowd.peers[upload].end == nil && crowd.peers[download].end == nil)
    for _ in 0..<100 {
      crowd.move(upload, sending: .max, reading: .max)
      crowd.move(download, sending: .max, reading: .max)
    }
    #expect(output(crowd, upload).hasSuffix("1 file was packed.\n"))
    #expect(crowd.peers[download].output.ends(with: "\r\n0\r\n\r\n"))
    // One whose client has gone ends it.
    let other = try address(&crowd)
    let ends = [crowd.add(post(other, form([("a", noise(80_000))]))), crowd.add(get(other))]
    for _ in 0..<10 {
      for end in ends { crowd.move(end, sending: .max, reading: 0) }
    }
    for _ in 0..<50 { crowd.wait(.seconds(1)) }
    #expect(ends.allSatisfy { crowd.peers[$0].end != nil })
  }

  /// A client that waits for 100 (Continue) before it sends its files is not told to send them for nothing.
  @Test func refusedUploadsAreNotAskedFor() throws {
    var crowd = Crowd()
    let path = try address(&crowd)
    let upload = crowd.add(
      "POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
    )
    crowd.move(upload, sending: .max, reading: .max)
    for _ in 0..<31 { crowd.wait(.seconds(1)) }
    crowd.move(upload, sending: .max, reading: .max)
    #expect(output(crowd, upload).hasPrefix("HTTP/1.1 504 "))
    #expect(output(crowd, upload).contains("\r\nConnection: close\r\n"))
    // One that is wanted is asked for.
    let other = try address(&crowd)
    let (first, second) = (
      crowd.add(get(other)),
      crowd.add(
        "POST \(other) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
      )
    )
    crowd.move(first, sending: .max, reading: .max)
    crowd.move(second, sending: .max, reading: .max)
    #expect(output(crowd, second) == "HTTP/1.1 100 Continue\r\n\r\n")
  }
}

extension [UInt8] {
  fileprivate func ends(with text: String) -> Bool {
    suffix(text.utf8.count).elementsEqual(text.utf8)
  }
}
