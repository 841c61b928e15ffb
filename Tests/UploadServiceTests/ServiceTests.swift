// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FormArchive
import HTTP
import HostIO
import TestSupport
import Testing
import Time
import UploadService
import WebTesting
import Zip

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

  /// A page of another site takes no places.
  @Test func otherSitesAreRefused() {
    let tester = WebTester(UploadService().routes)
    for path in ["/archives", "/upload"] {
      let answer = tester.post(
        path, fields: [multipart, ("Sec-Fetch-Site", "cross-site")],
        body: form("; filename=\"a\"\r\n\r\na"))
      #expect(answer.status == 403)
    }
    #expect(
      tester.post("/archives", fields: [("Sec-Fetch-Site", "same-origin")], body: "").status == 201)
  }

  @Test func numberOfFilesIsLimited() {
    var limits = UploadLimits()
    limits.fileCount = 2
    let tester = WebTester(UploadService(limits).routes)
    let part = "; filename=\"a\"\r\n\r\n"
    #expect(tester.post("/upload", fields: [multipart], body: form(part, part)).status == 200)
    #expect(tester.post("/upload", fields: [multipart], body: form(part, part, part)).status == 413)
  }

  /// The client is told whose mistake it is.
  @Test func problemsOfArchives() {
    for (error, status) in [
      (ZipError.tooManyEntries(limit: 1), 413), (.directoryTooLarge(limit: 1), 413),
      (.noFreeName, 413), (.entryTooLarge(limit: 1), 500), (.outOfOrder, 500),
    ] {
      #expect(Int(UploadProblem(FormArchiveError.archive(error)).status.code) == status)
    }
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

  /// Addresses with a connection do not count: they cannot push out those of others.
  @Test func unusedAddressesStayWhileOthersAreInUse() throws {
    var limits = UploadLimits()
    limits.tokenCount = 2
    var crowd = Crowd(limits)
    func address() -> String {
      let answer = crowd.ask("POST /archives HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      return answer.split(separator: "\r\n").first { $0.hasPrefix("Location: ") }
        .map { String($0.dropFirst(10)) } ?? "/"
    }
    func head(_ method: String, _ path: String) -> String {
      "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\r\n"
    }
    for _ in 0..<5 {
      let peer = crowd.add(head("GET", address()))
      crowd.move(peer, sending: .max, reading: .max)
    }
    let own = address()
    _ = address()
    #expect(crowd.ask(head("HEAD", own)).hasPrefix("HTTP/1.1 200 "))
  }

  /// A problem that waits for room in the output holds no archive.
  @Test func problemsHoldNoArchive() {
    var crowd = Crowd()
    var requests = ""
    for _ in 0..<20 { requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n" }
    requests +=
      "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 8\r\n\r\nnonsense"
    let peer = crowd.add(requests)
    for _ in 0..<100 {
      crowd.move(peer, sending: .max, reading: 500)
      #expect(crowd.service.archiveCount <= crowd.service.uploadCount)
    }
  }

  @Test func silentUploadsLoseTheirPlaces() {
    var limits = UploadLimits()
    limits.uploadCount = 1
    var crowd = Crowd(limits)
    let head =
      "POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 6\r\n\r\n"
    let silent = crowd.add(head)
    crowd.move(silent, sending: .max, reading: .max)
    #expect(crowd.ask(head + "--x--\r").hasPrefix("HTTP/1.1 503 "))
    crowd.wait(.seconds(3))
    #expect(crowd.ask(head + "--x--\r").hasPrefix("HTTP/1.1 400 "))
  }

  /// A byte of the body does not count as pace.
  @Test func crawlingUploadsLoseTheirPlaces() {
    var limits = UploadLimits()
    limits.uploadCount = 1
    var crowd = Crowd(limits)
    let head =
      "POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 6\r\n\r\n"
    let crawling = crowd.add(head + "-")
    crowd.move(crawling, sending: .max, reading: .max)
    crowd.wait(.seconds(3))
    #expect(crowd.ask(head + "--x--\r").hasPrefix("HTTP/1.1 400 "))
  }

  /// Neither the places nor the memory of kept archives stay with those who do not read them.
  @Test(arguments: [(1, 4 << 20), (64, 60_000)])
  func slowReadersLoseTheirArchives(_ uploadCount: Int, _ spoolMemory: Int) {
    var limits = UploadLimits()
    (limits.uploadCount, limits.spoolMemory) = (uploadCount, spoolMemory)
    var crowd = Crowd(limits)
    var generator = SeededGenerator(seed: 1)
    let noise = String(
      (0..<50_000).map { _ in Character(UnicodeScalar(UInt8(32 + generator.below(95 as Int)))) })
    let body = form("; filename=\"a\"\r\n\r\n\(noise)")
    let request =
      "POST /upload HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\(multipart.0): \(multipart.1)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let slow = crowd.add(request)
    for _ in 0..<100 { crowd.move(slow, sending: .max, reading: 0) }
    #expect(crowd.service.uploadCount == 1)
    #expect(crowd.ask(request).hasPrefix("HTTP/1.1 503 "))
    crowd.wait(.seconds(13))
    #expect(crowd.ask(request).hasPrefix("HTTP/1.1 200 "))
    #expect(crowd.service.uploadCount == 0)
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
      "| unused addresses | \(limits.tokenCount) |",
      "| time to use an address | \(limits.tokenTime.seconds) s |",
      "| time to wait for the other connection | \(limits.partnerTime.seconds) s |",
      "| slow upload | below \(decimal(Int(limits.slowRate))) bytes per second for \(limits.slowTime.seconds) s, or in the first \(limits.silentTime.seconds) s and more |",
    ] {
      #expect(text.contains(row), "\(row)")
    }
    // And of the page.
    let page = WebTester(UploadService().routes).get("/").text
    #expect(page.contains("an archive can have up to \(limits.spoolByteCount >> 10) KB."))
    #expect(
      "\(UploadProblem.tooLargeWithoutScript.text)".contains(" \(limits.spoolByteCount >> 10) KB,"))
  }

  /// Connections, archives and what is kept, all at their bounds, fit in the heap that the system gives its program.
  @Test func fitsInTheHeap() throws {
    let root = String(#filePath.dropLast("Tests/UploadServiceTests/ServiceTests.swift".count))
    func number(_ file: String, _ before: String) throws -> Int {
      let text = String(decoding: try Files.read(root + file), as: UTF8.self)
      let found = try #require(text.firstRange(of: before))
      return try #require(
        Int(text[found.upperBound...].prefix { $0.isNumber || $0 == "_" }.filter { $0 != "_" }))
    }
    let heap = try number("systems/archiver/Archiver.swift", "ports.https == nil ? ") << 20
    let network = try number(
      "Sources/Components/Web/WebServing/WebServing.swift", "heap: UInt64 = ")
    let limits = UploadLimits()
    var settings = HTTPServer.Settings()
    settings.memoryLimit = 4 << 20
    // Handlers and tokens take some hundred bytes for each connection.
    let used =
      network + settings.memoryBound + limits.uploadCount * limits.archiveMemory
      + limits.spoolMemory + settings.connectionLimit * 1024
    // Headers of blocks, and pieces between them.
    #expect(used + used / 10 < heap, "\(used)")
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
