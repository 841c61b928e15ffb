// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// What the Microkit tool takes from the kernel's gen_config.json.
struct KernelConfig {
  var architecture: Target.Architecture
  var hasHypervisor: Bool
  var cores: Int
  var physicalAddressBits: Int?
  var forwardsSMC: Bool
  var hasIOMMU: Bool

  init(_ folder: SDKFolder) throws(TargetError) {
    let (path, options) = try folder.decode(
      [String: Option].self,
      from: ["include/kernel/gen_config.json", "include/sel4/gen_config.json"])
    func bad(_ name: String) -> TargetError {
      guard let option = options[name] else {
        return .badJSON(path: path, detail: "no member '\(name)'")
      }
      return .badValue(path: path, member: name, value: option.text)
    }
    func isSet(_ name: String) -> Bool { options[name]?.text == "true" }

    guard let name = options["SEL4_ARCH"]?.text, let found = Target.Architecture(rawValue: name)
    else { throw bad("SEL4_ARCH") }
    architecture = found
    // The kernel knows no virtual machines on RISC-V, and the tool reads each option for its
    // architecture only.
    hasHypervisor =
      switch architecture {
      case .aarch64: isSet("ARM_HYPERVISOR_SUPPORT")
      case .x86_64: isSet("VTX")
      case .riscv64: false
      }
    cores = 1
    if isSet("ENABLE_SMP_SUPPORT") {
      // seL4 has at most 256 nodes; the tool's type is an eight-bit number.
      guard let text = options["MAX_NUM_NODES"]?.text, let count = UInt8(text), count > 0 else {
        throw bad("MAX_NUM_NODES")
      }
      cores = Int(count)
    }
    if architecture == .aarch64 {
      physicalAddressBits = [40, 44].first { isSet("ARM_PA_SIZE_BITS_\($0)") }
      if physicalAddressBits == nil { throw bad("ARM_PA_SIZE_BITS_40") }
    }
    forwardsSMC = architecture == .aarch64 && isSet("ALLOW_SMC_CALLS")
    hasIOMMU = architecture == .x86_64 && isSet("IOMMU")
  }

  /// seL4 writes switches as booleans and everything else as strings.
  private struct Option: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let number = try? container.decode(Int64.self) {
        text = String(number)
      } else {
        text = try container.decode(String.self)
      }
    }
  }
}
