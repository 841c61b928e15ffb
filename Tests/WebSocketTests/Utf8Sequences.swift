// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The sequences of cases 6.5 to 6.23, after Markus Kuhn's UTF-8 stress test: in each group those that are UTF-8, and
/// those that are not, in hexadecimal.
enum Utf8Sequences {
  private static let groups: [(isText: Bool, sequences: [String])] = [
    // 6.5: some text.
    (
      true,
      [
        "68656c6c6f24776f726c64", "68656c6c6fc2a2776f726c64", "68656c6c6fe282ac776f726c64",
        "68656c6c6ff0a4ada2776f726c64", "cebae1bdb9cf83cebcceb5",
      ]
    ),
    // 6.6 is below. 6.7: the first sequence of each length.
    (true, ["00", "c280", "e0a080", "f0908080"]),
    // 6.8: the first of five and six bytes.
    (false, ["f888808080", "fc8480808080"]),
    // 6.9: the last of each length.
    (true, ["7f", "dfbf", "efbfbf", "f48fbfbf"]),
    // 6.10: the last of four bytes as once defined, of five and of six.
    (false, ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]),
    // 6.11: other bounds; the last one is below.
    (true, ["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
    // 6.12: continuation bytes alone.
    (
      false,
      [
        "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf",
        continuations,
      ]
    ),
    // 6.13: first bytes alone, each before a space.
    (false, starts),
    // 6.14: the last byte is missing; 6.15: all of these in a row.
    (
      false,
      [
        "c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf",
        "fdbfbfbfbf",
      ]
    ),
    (false, ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]),
    // 6.16: bytes that UTF-8 never has.
    (false, ["fe", "ff", "fefeffff"]),
    // 6.17: overlong forms of a slash, 6.18: the longest ones, 6.19: those of NUL.
    (false, ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]),
    (false, ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]),
    (false, ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]),
    // 6.20: single surrogates, 6.21: pairs of them.
    (false, ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]),
    (
      false,
      [
        "eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080",
        "edae80edbfbf", "edafbfedb080", "edafbfedbfbf",
      ]
    ),
    // 6.22: code points that are no characters, which UTF-8 has.
    (true, nonCharacters),
    // 6.23: specials.
    (true, ["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"]),
  ]

  private static var nonCharacters: [String] {
    let planes = [
      "f09f", "f0af", "f0bf", "f18f", "f19f", "f1af", "f1bf", "f28f", "f29f", "f2af", "f2bf",
      "f38f", "f39f", "f3af", "f3bf", "f48f",
    ]
    return ["efbfbe", "efbfbf"] + planes.flatMap { [$0 + "bfbe", $0 + "bfbf"] }
  }

  private static let continuations = (0x80..<0xbf).map { String($0, radix: 16) }.joined()

  private static let starts: [String] = [
    0xc0..<0xdf, 0xe0..<0xef, 0xf0..<0xf7, 0xf8..<0xfb, 0xfc..<0xfd,
  ].map { (range: Range<Int>) in range.map { String($0, radix: 16) + "20" }.joined() }

  /// Whether each prefix of a Greek word of five letters is text.
  private static let prefixes: [Bool] = [
    false, true, false, false, true, false, true, false, true, false, true,
  ]

  static var cases: [AutobahnCase] {
    var cases: [AutobahnCase] = []
    let word = bytes("cebae1bdb9cf83cebcceb5")
    for (index, isText) in prefixes.enumerated() {
      cases.append(test("6.6.\(index + 1)", Array(word[...index]), isText))
    }
    for (index, group) in groups.enumerated() {
      // 6.6 is made above.
      let number = index == 0 ? 5 : index + 6
      for (place, sequence) in group.sequences.enumerated() {
        cases.append(test("6.\(number).\(place + 1)", bytes(sequence), group.isText))
      }
    }
    cases.append(test("6.11.5", bytes("f4908080"), false))
    return cases
  }

  private static func test(_ name: String, _ payload: [UInt8], _ isText: Bool) -> AutobahnCase {
    AutobahnCase(
      name, [ClientFrame.bytes(1, payload)],
      isText ? [ServerFrame(opcode: 1, payload: payload)] : [],
      isText ? .client : .failed(1007))
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).map { start in
      UInt8(hex.dropFirst(start).prefix(2), radix: 16) ?? 0
    }
  }
}
