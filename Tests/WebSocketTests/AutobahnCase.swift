// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A case of the Autobahn test suite (github.com/crossbario/autobahn-testsuite) by its number, in our form: what the client
/// sends to a server that sends messages back, and what it gets.
struct AutobahnCase: Sendable {
  enum End: Sendable, Equatable {
    /// The client closes with 1000 after the case, and is answered.
    case client
    /// The client has closed within the case, and is answered with this code; nil for none.
    case answered(Int?)
    /// The server closes with this code.
    case failed(Int)
  }

  let name: String
  /// What is sent together; the last piece of a case that fails has what makes it fail.
  let pieces: [[UInt8]]
  let chop: Int
  let echoes: [ServerFrame]
  let end: End

  init(
    _ name: String, _ pieces: [[UInt8]], chop: Int = .max, _ echoes: [ServerFrame] = [],
    _ end: End = .client
  ) {
    (self.name, self.pieces, self.chop, self.echoes, self.end) = (name, pieces, chop, echoes, end)
  }
}

private let hello = "Hello, world!"
private let greek = "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}"

private func letters(_ count: Int) -> String {
  String(String(repeating: "BAsd7&jh23", count: count / 10 + 1).prefix(count))
}

private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xfe, count: count) }

private func fragments(_ opcode: UInt8, _ payload: [UInt8], size: Int) -> [UInt8] {
  var frames: [UInt8] = []
  for start in stride(from: 0, to: payload.count, by: size) {
    let end = min(start + size, payload.count)
    frames += ClientFrame.bytes(
      start == 0 ? opcode : 0, Array(payload[start..<end]), final: end == payload.count)
  }
  return frames
}

extension AutobahnCase {
  private typealias Frame = ClientFrame

  /// 1: messages of each header's length.
  static var framing: [AutobahnCase] {
    let counts = [0, 125, 126, 127, 128, 65535, 65536, 65536]
    return counts.enumerated().flatMap { index, count in
      let chop = index == 7 ? 997 : .max
      return [
        AutobahnCase(
          "1.1.\(index + 1)", [Frame.text(letters(count))], chop: chop, [.text(letters(count))]),
        AutobahnCase(
          "1.2.\(index + 1)", [Frame.bytes(2, bytes(count))], chop: chop, [.binary(bytes(count))]),
      ]
    }
  }

  /// 2: pings and pongs.
  static var pings: [AutobahnCase] {
    let ten = (0..<10).map { "payload-\($0)" }
    let raw: [UInt8] = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]
    return [
      AutobahnCase("2.1", [Frame.ping()], [.pong()]),
      AutobahnCase("2.2", [Frame.ping(hello)], [.pong(hello)]),
      AutobahnCase("2.3", [Frame.bytes(9, raw)], [ServerFrame(opcode: 10, payload: raw)]),
      AutobahnCase(
        "2.4", [Frame.bytes(9, bytes(125))], [ServerFrame(opcode: 10, payload: bytes(125))]),
      AutobahnCase("2.5", [Frame.bytes(9, bytes(126))], [], .failed(1002)),
      AutobahnCase(
        "2.6", [Frame.bytes(9, bytes(125))], chop: 1, [ServerFrame(opcode: 10, payload: bytes(125))]
      ),
      AutobahnCase("2.7", [Frame.pong()]),
      AutobahnCase("2.8", [Frame.pong("unsolicited pong payload")]),
      AutobahnCase("2.9", [Frame.pong("unsolicited"), Frame.ping("ping")], [.pong("ping")]),
      AutobahnCase("2.10", ten.map { Frame.ping($0) }, ten.map { .pong($0) }),
      AutobahnCase("2.11", ten.map { Frame.ping($0) }, chop: 1, ten.map { .pong($0) }),
    ]
  }

  /// 3: reserved bits.
  static var reservedBits: [AutobahnCase] {
    func text(_ reserved: UInt8) -> [UInt8] {
      Frame.bytes(1, Array(hello.utf8), reserved: reserved)
    }
    let first = Frame.text(hello)
    return [
      AutobahnCase("3.1", [text(1)], [], .failed(1002)),
      AutobahnCase("3.2", [first + text(2) + Frame.ping()], [.text(hello)], .failed(1002)),
      AutobahnCase("3.3", [first, text(3), Frame.ping()], [.text(hello)], .failed(1002)),
      AutobahnCase(
        "3.4", [first + text(4) + Frame.ping()], chop: 1, [.text(hello)], .failed(1002)),
      AutobahnCase("3.5", [Frame.bytes(2, bytes(8), reserved: 5)], [], .failed(1002)),
      AutobahnCase("3.6", [Frame.bytes(9, bytes(8), reserved: 6)], [], .failed(1002)),
      AutobahnCase("3.7", [Frame.bytes(8, [], reserved: 7)], [], .failed(1002)),
    ]
  }

  /// 4: reserved opcodes, of messages and of control frames.
  static var opcodes: [AutobahnCase] {
    var cases: [AutobahnCase] = []
    for (group, start) in [(1, UInt8(3)), (2, 11)] {
      for index in 1...5 {
        let payload = index == 2 || index >= 4 ? Array(hello.utf8) : []
        let frame = Frame.bytes(start + UInt8(index) - 1, payload)
        let isFirst = index < 3
        cases.append(
          AutobahnCase(
            "4.\(group).\(index)",
            [isFirst ? frame : Frame.text(hello) + frame + Frame.ping()],
            chop: index > 3 ? 1 : .max, isFirst ? [] : [.text(hello)], .failed(1002)))
      }
    }
    return cases
  }

  /// 5: fragments, with control frames between them.
  static var fragmentation: [AutobahnCase] {
    let (one, two) = (Frame.text("fragment1", final: false), Frame.more("fragment2"))
    let (both, ping) = (ServerFrame.text("fragment1fragment2"), Frame.ping("ping payload"))
    let stray = Frame.more("non-continuation payload")
    let strayOpen = Frame.more("non-continuation payload", final: false)
    let more = Frame.more("fragment3", final: false)
    let (pings, whole) = (
      [ServerFrame.pong("pongme 1!"), .pong("pongme 2!")],
      ServerFrame.text("fragment1fragment2fragment3fragment4fragment5")
    )
    let interleaved = [
      one, Frame.more("fragment2", final: false), Frame.ping("pongme 1!"), more,
      Frame.more("fragment4", final: false), Frame.ping("pongme 2!"), Frame.more("fragment5"),
    ]
    return [
      AutobahnCase("5.1", [Frame.bytes(9, [1], final: false) + two], [], .failed(1002)),
      AutobahnCase("5.2", [Frame.bytes(10, [1], final: false) + two], [], .failed(1002)),
      AutobahnCase("5.3", [one + two], [both]),
      AutobahnCase("5.4", [one, two], [both]),
      AutobahnCase("5.5", [one + two], chop: 1, [both]),
      AutobahnCase("5.6", [one + ping + two], [.pong("ping payload"), both]),
      AutobahnCase("5.7", [one, ping, two], [.pong("ping payload"), both]),
      AutobahnCase("5.8", [one + ping + two], chop: 1, [.pong("ping payload"), both]),
      AutobahnCase("5.9", [stray + Frame.text(hello)], [], .failed(1002)),
      AutobahnCase("5.10", [stray, Frame.text(hello)], [], .failed(1002)),
      AutobahnCase("5.11", [stray + Frame.text(hello)], chop: 1, [], .failed(1002)),
      AutobahnCase("5.12", [strayOpen + Frame.text(hello)], [], .failed(1002)),
      AutobahnCase("5.13", [strayOpen, Frame.text(hello)], [], .failed(1002)),
      AutobahnCase("5.14", [strayOpen + Frame.text(hello)], chop: 1, [], .failed(1002)),
      AutobahnCase("5.15", [one + two + more + Frame.text("fragment4")], [both], .failed(1002)),
      AutobahnCase("5.16", [strayOpen + one + two], [], .failed(1002)),
      AutobahnCase("5.17", [stray + one + two], [], .failed(1002)),
      AutobahnCase("5.18", [one + Frame.text("fragment2")], [], .failed(1002)),
      AutobahnCase("5.19", [interleaved.flatMap { $0 }], pings + [whole]),
      AutobahnCase("5.20", interleaved, pings + [whole]),
    ]
  }

  /// 7: closing.
  static var closing: [AutobahnCase] {
    let (normal, text) = (Frame.close(1000), Frame.text(hello))
    let (one, two) = (Frame.text("fragment1", final: false), Frame.more("fragment2"))
    let long = letters(256 << 10)
    var cases = [
      AutobahnCase("7.1.1", [text + normal], [.text(hello)], .answered(1000)),
      AutobahnCase("7.1.2", [normal + normal], [], .answered(1000)),
      AutobahnCase("7.1.3", [normal + Frame.ping()], [], .answered(1000)),
      AutobahnCase("7.1.4", [normal + text], [], .answered(1000)),
      AutobahnCase("7.1.5", [one + normal + two], [], .answered(1000)),
      AutobahnCase(
        "7.1.6", [Frame.text(long) + text + normal + Frame.ping()], [.text(long), .text(hello)],
        .answered(1000)),
      AutobahnCase("7.3.1", [Frame.bytes(8)], [], .answered(nil)),
      AutobahnCase("7.3.2", [Frame.bytes(8, [3])], [], .failed(1002)),
      AutobahnCase("7.3.3", [normal], [], .answered(1000)),
      AutobahnCase("7.3.4", [Frame.close(1000, hello)], [], .answered(1000)),
      AutobahnCase("7.3.5", [Frame.close(1000, letters(123))], [], .answered(1000)),
      AutobahnCase("7.3.6", [Frame.close(1000, letters(124))], [], .failed(1002)),
      AutobahnCase(
        "7.5.1",
        [
          Frame.bytes(
            8, [3, 0xe8] + Array(greek.utf8) + [0xed, 0xa0, 0x80] + Array("edited".utf8))
        ],
        [], .failed(1007)),
      AutobahnCase("7.13.1", [Frame.close(5000)], [], .failed(1002)),
      AutobahnCase("7.13.2", [Frame.close(65535)], [], .failed(1002)),
    ]
    let valid: [UInt16] = [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ]
    for (index, code) in valid.enumerated() {
      cases.append(
        AutobahnCase("7.7.\(index + 1)", [Frame.close(code)], [], .answered(Int(code))))
    }
    let invalid: [UInt16] = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
    for (index, code) in invalid.enumerated() {
      cases.append(AutobahnCase("7.9.\(index + 1)", [Frame.close(code)], [], .failed(1002)))
    }
    return cases
  }

  /// 9: long messages, many fragments, small pieces, many messages; 10: fragments of any size. The suite's longest messages
  /// and most messages are sixteen and ten times as long and as many.
  static var limits: [AutobahnCase] {
    var cases: [AutobahnCase] = []
    func add(_ name: String, _ count: Int, chop: Int = .max, _ send: (UInt8, [UInt8]) -> [[UInt8]])
    {
      let (text, data) = (Array(letters(count).utf8), bytes(count))
      for (group, opcode, payload) in [(name, UInt8(1), text), (next(name), 2, data)] {
        let pieces = send(opcode, payload)
        let echo = ServerFrame(opcode: opcode, payload: payload)
        let echoes = Array(repeating: echo, count: name.hasPrefix("9.7") ? pieces.count : 1)
        cases.append(AutobahnCase(group, pieces, chop: chop, echoes))
      }
    }
    for (index, power) in [16, 18, 20].enumerated() {
      add("9.1.\(index + 1)", 1 << power) { [Frame.bytes($0, $1)] }
    }
    for (index, power) in [6, 8, 10, 12, 14, 16, 18].enumerated() {
      add("9.3.\(index + 1)", 1 << 18) { [fragments($0, $1, size: 1 << power)] }
    }
    for (index, chop) in [64, 128, 256, 512, 1024, 2048].enumerated() {
      add("9.5.\(index + 1)", 1 << 16, chop: chop) { [Frame.bytes($0, $1)] }
    }
    for (index, count) in [0, 16, 64, 256, 1024, 4096].enumerated() {
      add("9.7.\(index + 1)", count) { Array(repeating: Frame.bytes($0, $1), count: 100) }
    }
    let text = letters(65536)
    cases.append(
      AutobahnCase("10.1.1", [fragments(1, Array(text.utf8), size: 1300)], [.text(text)]))
    return cases
  }

  /// The group for bytes that belongs to one for text: 9.2.x for 9.1.x.
  private static func next(_ name: String) -> String {
    let parts = name.split(separator: ".")
    return "\(parts[0]).\((Int(parts[1]) ?? 0) + 1).\(parts[2])"
  }

  /// 6: UTF-8. `Utf8Sequences` has the sequences of 6.5 to 6.23.
  static var texts: [AutobahnCase] {
    let mixed = "Hello-\u{b5}@\u{df}\u{f6}\u{e4}\u{fc}\u{e0}\u{e1}-UTF-8!!"
    let broken = Array(greek.utf8) + [0xed, 0xa0, 0x80] + Array("edited".utf8)
    let high = Array(greek.utf8) + [0xf4, 0x90, 0x80, 0x80] + Array("edited".utf8)
    func parts(_ cuts: [Int]) -> [[UInt8]] {
      zip([0] + cuts, cuts + [high.count]).enumerated().map { index, cut in
        Frame.bytes(index == 0 ? 1 : 0, Array(high[cut.0..<cut.1]), final: cut.1 == high.count)
      }
    }
    let frame = Frame.bytes(1, high)
    let header = frame.count - high.count
    // The server fails before the last piece arrives.
    return [
      AutobahnCase(
        "6.1.1", [Frame.text("")], [.text("")]),
      AutobahnCase(
        "6.1.2", [Frame.text("", final: false) + Frame.more("", final: false) + Frame.more("")],
        [.text("")]),
      AutobahnCase(
        "6.1.3", [Frame.text("", final: false) + Frame.more(hello, final: false) + Frame.more("")],
        [.text(hello)]),
      AutobahnCase("6.2.1", [Frame.text(mixed)], [.text(mixed)]),
      AutobahnCase(
        "6.2.2",
        [
          Frame.text(String(mixed.prefix(9)), final: false)
            + Frame.more(String(mixed.dropFirst(9)))
        ], [.text(mixed)]),
      AutobahnCase("6.2.3", [fragments(1, Array(mixed.utf8), size: 1)], [.text(mixed)]),
      AutobahnCase("6.2.4", [fragments(1, Array(greek.utf8), size: 1)], [.text(greek)]),
      AutobahnCase("6.3.1", [Frame.bytes(1, broken)], [], .failed(1007)),
      AutobahnCase("6.3.2", [fragments(1, broken, size: 1)], [], .failed(1007)),
      AutobahnCase("6.4.1", Array(parts([11, 15]).dropLast()), [], .failed(1007)),
      AutobahnCase("6.4.2", Array(parts([12, 13]).dropLast()), [], .failed(1007)),
      AutobahnCase(
        "6.4.3", [Array(frame[..<(header + 11)]), Array(frame[(header + 11)..<(header + 15)])], [],
        .failed(1007)),
      AutobahnCase(
        "6.4.4", [Array(frame[..<(header + 12)]), [frame[header + 12]]], [], .failed(1007)),
    ] + Utf8Sequences.cases
  }
}
