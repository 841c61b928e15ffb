// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Made data of the kinds that people upload, the same on every machine. Tests/Bench/Deflate uses it too, without a library.

/// A kind of data.
enum Corpus: Int, CaseIterable, Sendable {
  case text, html, log, program, picture, records, noise, zeros

  /// The first `count` bytes of it.
  func bytes(_ count: Int) -> [UInt8] {
    var maker = CorpusMaker()
    maker.output.reserveCapacity(count + 1024)
    while maker.output.count < count {
      switch self {
      case .text: maker.addSentence()
      case .html: maker.addElement()
      case .log: maker.addLine()
      case .program: maker.addInstructions()
      case .picture: maker.addPixels()
      case .records: maker.addRecord()
      case .noise: maker.output.append(UInt8(truncatingIfNeeded: maker.next() >> 32))
      case .zeros: maker.output.append(0)
      }
    }
    maker.output.removeLast(maker.output.count - count)
    return maker.output
  }
}

struct CorpusMaker {
  var output: [UInt8] = []
  private var state: UInt64 = 1
  private var words: [[UInt8]] = []
  private var step = 0

  init() {
    // Word n is as frequent as 1/n, and frequent letters come first.
    let letters: StaticString = "etaoinshrdlucmfwypvbgkjqxz"
    for _ in 0..<2000 {
      var word: [UInt8] = []
      repeat {
        let letter = Int(below(26) &* below(26) / 26)
        word.append(unsafe letters.utf8Start[letter])
      } while below(4) != 0 && word.count < 14
      words.append(word)
    }
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }

  private mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { output.append(unsafe text.utf8Start[index]) }
  }

  private mutating func add(number: UInt64) {
    if number >= 10 { add(number: number / 10) }
    output.append(48 + UInt8(number % 10))
  }

  private mutating func addWord(of count: UInt64 = 2000) {
    // A product of three is small more often than not.
    let index = below(count) &* below(count) / count &* below(count) / count
    output += words[Int(index)]
  }

  mutating func addSentence() {
    for index in 0..<4 + below(16) {
      if index > 0 { add(below(9) == 0 ? ", " : " ") }
      addWord()
    }
    add(below(6) == 0 ? ".\n\n" : ". ")
  }

  mutating func addElement() {
    step += 1
    switch below(4) {
    case 0:
      add("<tr class=\"row\"><td>")
      add(number: UInt64(step))
      add("</td><td><a href=\"/")
      addWord(of: 300)
      add(".html\">")
      addWord(of: 300)
      add("</a></td></tr>\n")
    case 1:
      add("<li><strong>")
      addWord(of: 300)
      add("</strong> ")
      addWord()
      add("</li>\n")
    default:
      add("<p>")
      addSentence()
      add("</p>\n")
    }
  }

  mutating func addLine() {
    step += Int(below(3))
    add("10.0.")
    add(number: below(4))
    add(".")
    add(number: below(256))
    add(" - - [28/Nov/2026:12:")
    add(number: UInt64(step / 60 % 60 + 10))
    add(":")
    add(number: UInt64(step % 60 + 10))
    add(" +0000] \"GET /")
    addWord(of: 200)
    add(".html HTTP/1.1\" 200 ")
    add(number: below(90_000))
    add("\n")
  }

  /// Instructions of 32 bits: few operations, registers that are used again, small constants.
  mutating func addInstructions() {
    let operations: [UInt32] = [
      0xf940_0000, 0xaa00_03e0, 0x9100_0000, 0xb400_0000, 0x9400_0000, 0xd65f_03c0, 0xa9be_7bfd,
      0x5280_0000,
    ]
    for _ in 0..<4 + below(12) {
      let operation = operations[Int(below(8) &* below(8) / 8)]
      let registers = UInt32(below(8) &* below(8) / 8) | UInt32(below(6) + 19) << 5
      let constant = below(3) == 0 ? UInt32(below(1 << 8)) << 10 : 0
      add(word: operation | registers | constant)
    }
  }

  private mutating func add(word: UInt32) {
    for shift: UInt32 in [0, 8, 16, 24] { output.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// A row of a picture with three bytes for each of 400 pixels: slopes with a little noise.
  mutating func addPixels() {
    for column in 0..<400 {
      let value = column * column / 300 + step / 3 + Int(below(3))
      output.append(UInt8(truncatingIfNeeded: value))
      output.append(UInt8(truncatingIfNeeded: value + step / 7))
      output.append(UInt8(truncatingIfNeeded: column / 2))
    }
    step += 1
  }

  mutating func addRecord() {
    step += 37
    add(word: UInt32(truncatingIfNeeded: step))
    add(word: UInt32(below(1000)))
    add(word: 0)
    add(word: UInt32(below(7)) | 0xffff_0000)
  }
}
