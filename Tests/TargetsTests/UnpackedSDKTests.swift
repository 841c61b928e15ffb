// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Targets
import TestSupport
import Testing

@Suite struct UnpackedSDKTests {
  private func read(
    _ sdk: SDKVersion = .v2_3_0, board: String = "my_board",
    _ change: (inout FakeSDK) -> Void = { _ in }
  ) throws -> Target {
    var fake = try FakeSDK(board: board)
    change(&fake)
    defer { fake.remove() }
    try fake.write()
    return try fake.target(sdk)
  }

  @Test func aBoardThatServalDoesNotKnow() throws {
    let target = try read()
    #expect(target.board == "my_board")
    #expect(target.configuration == "debug")
    #expect(target.architecture == .aarch64)
    #expect(target.hasHypervisor)
    #expect(target.cores == 4)
    #expect(target.physicalAddressBits == 44)
    #expect(target.forwardsSMC)
    #expect(!target.hasIOMMU)
    #expect(
      target.platform
        == Platform(
          ram: [0x6000_0000..<0xc000_0000], normalMemory: [0x6000_0000..<0xc000_0000],
          kernelOwned: [
            .init(0x0800_0000..<0x0800_1000, "registers that the kernel keeps"),
            .init(0x6000_0000..<0x6024_2000, "the kernel's image"),
          ]))
  }

  @Test func theSDKDecidesOnMemoryAndTheCatalogueNames() throws {
    let target = try read(board: "qemu_virt_aarch64")
    let platform = try #require(target.platform)
    #expect(platform.kernelOwned[0].name == "the interrupt controller's distributor")
    #expect(platform.ram == [0x4000_0000..<0xc000_0000])
  }

  @Test func x86HasNoPlatform() throws {
    let target = try read { sdk in
      sdk.files = [
        "include/kernel/gen_config.json": Array(
          """
          {"SEL4_ARCH": "x86_64", "VTX": true, "IOMMU": false, "ENABLE_SMP_SUPPORT": false,
           "MAX_NUM_NODES": "1", "ALLOW_SMC_CALLS": true}
          """.utf8)
      ]
    }
    #expect(target.architecture == .x86_64)
    #expect(target.hasHypervisor)
    #expect(target.cores == 1)
    #expect(!target.hasIOMMU)
    #expect(!target.forwardsSMC)
    #expect(target.physicalAddressBits == nil)
    #expect(target.platform == nil)
  }

  @Test func theOtherPlaceOfTheConfiguration() throws {
    let target = try read { sdk in
      sdk.files["include/sel4/gen_config.json"] =
        sdk.files.removeValue(forKey: "include/kernel/gen_config.json")
    }
    #expect(target.cores == 4)
  }

  /// SDKs before 2.0 have no platform_gen.json.
  @Test func memoryOfAnOldSDKComesFromTheCatalogue() throws {
    let target = try read(.v1_4_1, board: "qemu_virt_aarch64") {
      $0.files["platform_gen.json"] = nil
    }
    let platform = try #require(target.platform)
    #expect(platform.normalMemory == [0x6000_0000..<0xc000_0000])
    #expect(platform.kernelOwned.last?.range == 0x6000_0000..<0x6024_2000)
    let other = try read(.v1_4_1) { $0.files["platform_gen.json"] = nil }
    let unknown = try #require(other.platform)
    #expect(unknown.normalMemory.isEmpty)
    #expect(unknown.kernelOwned.map(\.name) == ["the kernel's image"])
  }

  // MARK: Mistakes

  private func message(_ change: (inout FakeSDK) -> Void) -> String {
    do {
      _ = try read(.v2_3_0, change)
      return "no error"
    } catch let error as any DiagnosableError {
      guard let finding = error.findings.first, let place = finding.place else { return "no place" }
      let file = "\(place)".split(separator: "/").last ?? ""
      #expect(finding.fix != nil)
      return "\(file) \(finding.message)"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("", "not a JSON object"), ("[]", "an unexpected type of value"), ("{", "not a JSON object"),
    ("{}", "no member 'SEL4_ARCH'"), (#"{"SEL4_ARCH": []}"#, "SEL4_ARCH"),
  ])
  func brokenConfigurations(_ text: String, _ problem: String) {
    let message = message { $0.files["include/kernel/gen_config.json"] = Array(text.utf8) }
    #expect(message.hasPrefix("gen_config.json cannot be read: "))
    #expect(message.contains(problem), "\(message)")
  }

  @Test(arguments: [
    (#""aarch64""#, #""aarch32""#, "SEL4_ARCH is 'aarch32', which no Microkit kernel has"),
    (#""4""#, #""0""#, "MAX_NUM_NODES is '0', which no Microkit kernel has"),
    (#""4""#, #""257""#, "MAX_NUM_NODES is '257', which no Microkit kernel has"),
    ("44\": true", "44\": false", "ARM_PA_SIZE_BITS_40 is 'false', which no Microkit kernel has"),
  ])
  func valuesOutOfRange(_ old: String, _ new: String, _ problem: String) {
    let changed = FakeSDK.arm.replacing(old, with: new)
    #expect(changed != FakeSDK.arm)
    #expect(
      message { $0.files["include/kernel/gen_config.json"] = Array(changed.utf8) }
        == "gen_config.json \(problem)")
  }

  @Test(arguments: [
    (#"{"devices": []}"#, "cannot be read: no member 'memory'"),
    (#"{"devices": [], "memory": [{"start": 1}]}"#, "cannot be read: no member 'end' in memory"),
    (#"{"devices": [], "memory": [{"start": -1, "end": 1}]}"#, "cannot be read: "),
    (#"{"devices": [], "memory": [{"start": 2, "end": 2}]}"#, "the range from 0x2 to 0x2 is empty"),
  ])
  func brokenPlatforms(_ text: String, _ problem: String) {
    let message = message { $0.files["platform_gen.json"] = Array(text.utf8) }
    #expect(message.hasPrefix("platform_gen.json \(problem)"), "\(message)")
  }

  @Test func missingFiles() {
    #expect(
      message { $0.files["include/kernel/gen_config.json"] = nil }.hasPrefix(
        "gen_config.json does not exist, and neither does "))
    #expect(message { $0.files["platform_gen.json"] = nil } == "platform_gen.json does not exist")
    #expect(message { $0.files["elf/sel4.elf"] = nil } == "sel4.elf does not exist")
    #expect(
      message { $0.files["elf/sel4.elf"] = [1, 2, 3] }
        == "sel4.elf is not a 64-bit little-endian ELF image with program headers")
  }

  @Test func boardsAndConfigurationsThatAreMissing() throws {
    let fake = try FakeSDK()
    try fake.write()
    defer { fake.remove() }
    func finding(_ path: String, _ board: String, _ configuration: String?) -> Finding? {
      let error = #expect(throws: TargetError.self) {
        try Target.inSDK(
          at: path, version: .v2_3_0, board: board, configuration: configuration)
      }
      return error?.findings.first
    }
    #expect(try Target.boards(ofSDKAt: fake.path) == ["my_board"])
    #expect(finding(fake.path, "my_boart", nil)?.message == "has no directory 'my_boart'")
    #expect(
      finding(fake.path, "my_boart", nil)?.fix
        == "did you mean 'my_board'? Else use one of my_board"
    )
    #expect(finding(fake.path, "my_board", "release")?.message == "has no directory 'release'")
    #expect(finding(fake.path + "/board", "my_board", nil)?.message == "has no directory 'board'")
    #expect(try Target.inSDK(at: fake.path, version: .v2_3_0, board: "my_board").cores == 4)
    let kinds = try Target.kinds(ofSDKAt: fake.path, version: .v2_3_0, board: "my_board", nil)
    #expect(kinds.map(\.configuration) == [nil])
    #expect(kinds.map(\.cores) == [4])
  }

  /// Whatever the files contain, reading them ends with a target or an error that names a file.
  @Test func hostileBytes() throws {
    var random = SeededGenerator(seed: 13)
    let names = ["include/kernel/gen_config.json", "platform_gen.json", "elf/sel4.elf"]
    var accepted = 0
    for _ in 0..<fuzzIterations(300) {
      let name = random.pick(names) ?? names[0]
      do {
        _ = try read { sdk in
          var bytes = sdk.files[name] ?? []
          for _ in 0...random.below(4) where !bytes.isEmpty {
            switch random.below(4) {
            case 0: bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeSubrange(0..<random.below(bytes.count))
            case 2: bytes.removeLast(random.below(bytes.count))
            default: bytes.insert(contentsOf: bytes.prefix(random.below(64)), at: 0)
            }
          }
          sdk.files[name] = bytes
        }
        accepted += 1
      } catch let error as TargetError {
        #expect(error.findings.first?.place != nil)
      }
    }
    #expect(accepted > 0)
  }

  /// A file of brackets must not exhaust the stack.
  @Test func deepNesting() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(message { $0.files["platform_gen.json"] = deep }.hasPrefix("platform_gen.json"))
  }
}
