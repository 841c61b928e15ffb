// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Multipart
import TestSupport
import Testing

@Suite struct FuzzTests {
  /// Fragments that bodies are made of.
  private static let fragments: [[UInt8]] = [
    "\r\n", "\r", "\n", "-", "--", "b", "--b", "\r\n--b", "\r\n--b\r\n", "\r\n--b--",
    "\r\n--b--\r\n", " ", "\t",
    "\r\n\r\n", "x", "Content-Disposition: form-data; name=a", "\r\nContent-Type: t", ": ", "\0",
    "\"", ";", "%",
  ].map { Array($0.utf8) }

  /// What was parsed from the body is the same however it is divided and however much the caller takes, and has the data
  /// that another parser finds.
  private func check(_ body: [UInt8], _ name: String, _ random: inout SeededGenerator) {
    let whole = reports(body, name)
    var generator = random
    let ends = generator.ends(body.count)
    let found = reports(body, name, ends: ends) { offered in
      generator.chance(700) ? offered : generator.below(offered + 1)
    }
    random = generator
    #expect(found == whole, "\(String(decoding: body, as: UTF8.self).debugDescription) at \(ends)")
    var data: [[UInt8]] = []
    for report in whole {
      if case .part = report { data.append([]) }
      if case .data(let bytes) = report { data[data.count - 1] = bytes }
    }
    let expected = WholeBodyParser.data(body, name)
    let text = String(decoding: body, as: UTF8.self).debugDescription
    switch whole.last {
    case .finished: #expect(expected == data, "\(text)")
    case .error(.boundaryMissing), .error(.unexpectedEnd), .error(.boundaryInHeaders):
      #expect(expected == nil, "\(text)")
    case .error: break
    default: Issue.record("no end: \(text)")
    }
  }

  private func mutate(_ body: inout [UInt8], _ random: inout SeededGenerator) {
    let place = random.below(body.count + 1)
    switch random.below(6) {
    case 0 where place < body.count: body.remove(at: place)
    case 1 where place < body.count: body[place] = UInt8(truncatingIfNeeded: random.next())
    case 2 where place < body.count: body[place] ^= 1 << random.below(8)
    case 3:
      let end = min(place + random.below(60), body.count)
      body.insert(contentsOf: body[place..<end], at: random.below(body.count + 1))
    case 4: body.removeSubrange(place..<min(place + random.below(20), body.count))
    default: body.insert(contentsOf: random.pick(Self.fragments) ?? [], at: place)
    }
  }

  @Test func mutationsOfBodies() {
    var random = SeededGenerator(seed: 1)
    let bodies =
      GoldenBody.all.map { ($0.body, $0.boundary) }
      + ["", "v", "\r\n--b", "x\r\n\r\n--bb\r\n--b--x"].map { (field($0), "b") }
    for _ in 0..<fuzzIterations(1000) {
      var (body, name) = random.pick(bodies) ?? ([], "b")
      for _ in 0...random.below(4) { mutate(&body, &random) }
      check(body, name, &random)
    }
  }

  @Test func fragments() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<fuzzIterations(1000) {
      var body = field("").dropLast(9)
      for _ in 0..<random.below(12) { body += random.pick(Self.fragments) ?? [] }
      if random.chance(700) { body += Array("\r\n--b--\r\n".utf8) }
      check(Array(body), "b", &random)
    }
  }

  /// Data of any bytes arrives as it was sent, with boundaries of all lengths.
  @Test func anyDataWithAnyBoundary() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<fuzzIterations(1000) {
      let letters = random.chance(500) ? Array("-b".utf8) : Array("-0123456789abcdef".utf8)
      let name = (0..<1 + random.below(70)).map { _ in random.pick(letters) ?? 0 }
      let text = String(decoding: name, as: UTF8.self)
      let alphabet: [UInt8] = random.chance(500) ? name + [13, 10, 45, 45] : Array(0...255)
      var data = (0..<random.below(300)).map { _ in random.pick(alphabet) ?? 0 }
      for _ in 0..<random.below(3) {
        // A delimiter's beginning.
        let part = ([13, 10, 45, 45] + name).prefix(random.below(name.count + 5))
        data.insert(contentsOf: part, at: random.below(data.count + 1))
      }
      let head = "--\(text)\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
      check(Array(head.utf8) + data + Array("\r\n--\(text)--\r\n".utf8), text, &random)
    }
  }

  /// Whatever a Content-Type is, it has a boundary or an error.
  @Test func mutationsOfContentTypes() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<fuzzIterations(1000) {
      var type = Array("multipart/form-data; charset=utf-8; boundary=\"a b\"; x=y".utf8)
      for _ in 0...random.below(4) { mutate(&type, &random) }
      do throws(MultipartError) {
        let found = try MultipartBoundary(contentType: type.span)
        #expect(1...70 ~= found.bytes.count)
        #expect(!found.bytes.contains { $0 < 0x20 || $0 > 0x7e })
      } catch {
        #expect(error.offset == 0 && error.part == 0)
      }
    }
  }
}
