// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import Testing

/// NIST's vectors for HMAC_DRBG with SHA-256 (CAVS 14.3, drbgvectors_no_reseed and drbgvectors_pr_false): the first output
/// is discarded, the second compared.
@Suite struct HMACDRBGTests {
  struct Vector: CustomTestStringConvertible {
    var name: String
    var entropy: String
    var nonce: String
    var personalization = ""
    var reseed = ""
    var additional = ("", "")
    var returned: String

    var testDescription: String { name }
  }

  static let vectors = [
    Vector(
      name: "no reseed, 0",
      entropy: "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488",
      nonce: "659ba96c601dc69fc902940805ec0ca8",
      returned: """
        e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460
        b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668
        961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8
        """),
    Vector(
      name: "no reseed, 1",
      entropy: "79737479ba4e7642a221fcfd1b820b134e9e3540a35bb48ffae29c20f5418ea3",
      nonce: "3593259c092bef4129bc2c6c9e19f343",
      returned: """
        cf5ad5984f9e43917aa9087380dac46e410ddc8a7731859c84e9d0f31bd43655b924159413e2293b17610f211e09f770
        f172b8fb693a35b85d3b9e5e63b1dc252ac0e115002e9bedfb4b5b6fd43f33b8e0eafb2d072e1a6fee1f159df9b51e6c
        8da737e60d5032dd30544ec51558c6f080bdbdab1de8a939e961e06b5f1aca37
        """),
    Vector(
      name: "personalization",
      entropy: "5cacc68165a2e2ee20812f35ec73a79dbf30fd475476ac0c44fc6174cdac2b55",
      nonce: "6f885496c1e63af620becd9e71ecb824",
      personalization: "e72dd8590d4ed5295515c35ed6199e9d211b8f069b3058caa6670b96ef1208d0",
      returned: """
        f1012cf543f94533df27fedfbf58e5b79a3dc517a9c402bdbfc9a0c0f721f9d53faf4aafdc4b8f7a1b580fcaa52338d4
        bd95f58966a243cdcd3f446ed4bc546d9f607b190dd69954450d16cd0e2d6437067d8b44d19a6af7a7cfa8794e5fbd72
        8e8fb2f2e8db5dd4ff1aa275f35886098e80ff844886060da8b1e7137846b23b
        """),
    Vector(
      name: "additional input",
      entropy: "d3cc4d1acf3dde0c4bd2290d262337042dc632948223d3a2eaab87da44295fbd",
      nonce: "0109b0e729f457328aa18569a9224921",
      additional: (
        "3c311848183c9a212a26f27f8c6647e40375e466a0857cc39c4e47575d53f1f6",
        "fcb9abd19ccfbccef88c9c39bfb3dd7b1c12266c9808992e305bc3cff566e4e4"
      ),
      returned: """
        9c7b758b212cd0fcecd5daa489821712e3cdea4467b560ef5ddc24ab47749a1f1ffdbbb118f4e62fcfca3371b8fbfc5b
        0646b83e06bfbbab5fac30ea09ea2bc76f1ea568c9be0444b2cc90517b20ca825f2d0eccd88e7175538b85d90ab39018
        3ca6395535d34473af6b5a5b88f5a59ee7561573337ea819da0dcc3573a22974
        """),
    Vector(
      name: "reseed",
      entropy: "06032cd5eed33f39265f49ecb142c511da9aff2af71203bffaf34a9ca5bd9c0d",
      nonce: "0e66f71edc43e42a45ad3c6fc6cdc4df",
      reseed: "01920a4e669ed3a85ae8a33b35a74ad7fb2a6bb4cf395ce00334a9c9a5a5d552",
      returned: """
        76fc79fe9b50beccc991a11b5635783a83536add03c157fb30645e611c2898bb2b1bc215000209208cd506cb28da2a51
        bdb03826aaf2bd2335d576d519160842e7158ad0949d1a9ec3e66ea1b1a064b005de914eac2e9d4f2d72a8616a802254
        22918250ff66a41bd2f864a6a38cc5b6499dc43f7f2bd09e1e0f8f5885935124
        """),
  ]

  @Test(arguments: vectors)
  func vector(_ vector: Vector) {
    let seed = hex(vector.entropy) + hex(vector.nonce)
    let personalization = hex(vector.personalization)
    let (first, second) = (hex(vector.additional.0), hex(vector.additional.1))
    let reseed = hex(vector.reseed)
    var drbg = HMACDRBG<LibraryHMAC>(seed: seed.span, personalization: personalization.span)
    if !reseed.isEmpty { drbg.reseed(reseed.span, additional: Span()) }
    drbg.generate(blocks: 4, additional: first.span) { _ in }
    var output: [UInt8] = []
    drbg.generate(blocks: 4, additional: second.span) { block in
      output += block.indices.map { block[$0] }
    }
    #expect(output == hex(vector.returned))
  }

  /// Both parts of the provided data are used, in this order; the numbers are those of another implementation.
  @Test func twoParts() {
    let seed = (0..<48).map { UInt8($0) }
    let entropy = (100..<132).map { UInt8($0) }
    let (personalization, more) = (Array("Serval".utf8), Array("more".utf8))
    var drbg = HMACDRBG<LibraryHMAC>(seed: seed.span, personalization: personalization.span)
    drbg.reseed(entropy.span, additional: more.span)
    var output: [[UInt8]] = []
    for word in ["one", "two"] {
      let text = Array(word.utf8)
      drbg.generate(additional: text.span) { block in
        output.append(block.indices.map { block[$0] })
      }
    }
    #expect(
      output == [
        hex("f92d09718e5663aa0cd720b2edef1c25d674d0dc596f3c5a81db0cf4306f0ebe"),
        hex("6d295930eaee6ad9aeeb5a9d3e4468c46afa238d43879654d6f21b44c879ef6c"),
      ])
  }
}

/// The bytes of a text of hexadecimal digits.
private func hex(_ text: String) -> [UInt8] {
  let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}
