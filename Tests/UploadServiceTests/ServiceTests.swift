// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import HostIO
import Testing
import Time
import UploadService
import WebTesting

/// The service's answers, without sockets. Tests/Network/archiver.py has the rest.
@Suite struct ServiceTests {
  private let multipart = ("Content-Type", "multipart/form-data; boundary=x")
  private let accept = ("Accept", "text/html, */*")

  private func form(_ parts: String...) -> String {
    parts.map { "--x\r\nContent-Disposition: form-data; name=\"f\"\($0)\r\n" }.joined()
      + "--x--\r\n"
  }

  @Test func routesAreRight() {
    #expect(UploadService().routes.mistakes == [])
  }

  @Test func servesThePageWithAPolicy() {
    let tester = WebTester(UploadService().routes)
    let page = tester.get("/?any=query")
    #expect(page.status == 200)
    #expect(page.text.contains("<h1>File selection</h1>"))
    #expect(page["Content-Security-Policy"]?.hasPrefix("default-src 'none';") == true)
  }

  @Test func makesAnArchive() {
    let tester = WebTester(UploadService().routes)
    let answer = tester.post(
      "/upload", fields: [multipart], body: form("; filename=\"a.txt\"\r\n\r\nabc"))
    #expect(answer.status == 200)
    #expect(answer["Content-Type"] == "application/zip")
    #expect(answer.isComplete)
    #expect(answer.body.starts(with: [0x50, 0x4b, 3, 4]))
    #expect(answer["Content-Length"] == nil)
  }

  @Test func keepsTheArchiveForBrowsersUpToALimit() {
    var limits = UploadLimits()
    limits.spoolByteCount = 1000
    let tester = WebTester(UploadService(limits).routes)
    let small = tester.post(
      "/upload", fields: [multipart, accept], body: form("; filename=\"a\"\r\n\r\nabc"))
    #expect(small.status == 200)
    #expect(small["Content-Length"] == "\(small.body.count)")
    var generator = SystemRandomNumberGenerator()
    let noise = String(
      (0..<4000).map { _ in Character(UnicodeScalar(UInt8.random(in: 32...126, using: &generator)))
      })
    let large = tester.post(
      "/upload", fields: [multipart, accept], body: form("; filename=\"a\"\r\n\r\n\(noise)"))
    #expect(large.status == 413)
    #expect(large.text.contains("<h1>"))
  }

  @Test func memoryOfKeptArchivesIsLimited() {
    var limits = UploadLimits()
    limits.spoolMemory = 8191
    let tester = WebTester(UploadService(limits).routes)
    let answer = tester.post(
      "/upload", fields: [multipart, accept], body: form("; filename=\"a\"\r\n\r\nabc"))
    #expect(answer.status == 503)
    #expect(answer["Retry-After"] != nil)
  }

  @Test func numberOfFilesIsLimited() {
    var limits = UploadLimits()
    limits.fileCount = 2
    let tester = WebTester(UploadService(limits).routes)
    let part = "; filename=\"a\"\r\n\r\n"
    #expect(tester.post("/upload", fields: [multipart], body: form(part, part)).status == 200)
    #expect(tester.post("/upload", fields: [multipart], body: form(part, part, part)).status == 413)
  }

  @Test func placesAreGivenBack() {
    var limits = UploadLimits()
    limits.uploadCount = 1
    let service = UploadService(limits)
    let tester = WebTester(service.routes)
    for body in [form("; filename=\"a\"\r\n\r\nabc"), "nonsense", form(), "--x\r\nContent-Disp"] {
      for fields in [[multipart], [multipart, accept]] {
        #expect(tester.post("/upload", fields: fields, body: body).status != 503)
        #expect(service.uploadCount == 0)
      }
    }
    limits.uploadCount = 0
    let full = WebTester(UploadService(limits).routes)
    #expect(full.post("/upload", fields: [multipart], body: form("\r\n\r\na")).status == 503)
    #expect(full.post("/archives").status == 503)
  }

  @Test func addressesOfArchivesDifferAndEnd() throws {
    let tester = WebTester(UploadService().routes)
    let locations = try (0..<300).map { _ in try #require(tester.post("/archives")["Location"]) }
    #expect(Set(locations).count == 300)
    #expect(tester.send("HEAD", locations[299]).status == 200)
    // More than 256: the oldest are forgotten.
    #expect(tester.send("HEAD", locations[0]).status == 404)
    #expect(tester.get(locations[299] + "0").status == 404)
    tester.advance(by: .seconds(61))
    #expect(tester.send("HEAD", locations[299]).status == 404)
  }

  @Test func nobodyComesForTheOtherEnd() throws {
    let tester = WebTester(UploadService().routes)
    let first = try #require(tester.post("/archives")["Location"])
    #expect(tester.get(first).status == 504)
    let second = try #require(tester.post("/archives")["Location"])
    let body = form("; filename=\"a\"\r\n\r\nabc")
    #expect(tester.post(second, fields: [multipart], body: body).status == 504)
    #expect(tester.post(second, fields: [multipart], body: body).status == 404)
  }

  /// The numbers of docs/archiver.md.
  @Test func documentedLimits() throws {
    let limits = UploadLimits()
    let root = String(#filePath.dropLast("Tests/UploadServiceTests/ServiceTests.swift".count))
    let text = String(decoding: try Files.read(root + "docs/archiver.md"), as: UTF8.self)
    for row in [
      "| archives at the same time | \(limits.uploadCount) |",
      "| memory of an archive | \(decimal(limits.archiveMemory)) bytes |",
      "| files in an archive | \(decimal(limits.fileCount)) |",
      "| what the end of an archive says of its files | \(limits.directoryByteCount >> 10) KB |",
      "| archive without JavaScript | \(limits.spoolByteCount >> 10) KB |",
      "| all archives without JavaScript | \(limits.spoolMemory >> 20) MB |",
      "| addresses that nobody has used | \(limits.tokenCount) |",
      "| time to use an address | \(limits.tokenTime.seconds) s |",
      "| time to wait for the other connection | \(limits.partnerTime.seconds) s |",
      "| slow upload | below \(decimal(Int(limits.slowRate))) bytes per second for \(limits.slowTime.seconds) s |",
    ] {
      #expect(text.contains(row), "\(row)")
    }
  }

  private func decimal(_ number: Int) -> String {
    let digits = Array(String(number))
    return String(
      digits.indices.reversed().reduce(into: [Character]()) { text, index in
        if !text.isEmpty, (digits.count - 1 - index) % 3 == 0 { text.insert(",", at: 0) }
        text.insert(digits[index], at: 0)
      })
  }
}
