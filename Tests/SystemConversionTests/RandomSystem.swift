// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML
import TestSupport

/// Random systems that one SDK accepts, written as people write files: with comments, and with any
/// white space and quotes.
struct RandomSystem {
  let sdk: SDKVersion
  var random: SeededGenerator
  private var symbols = 0

  init(sdk: SDKVersion, seed: UInt64) {
    self.sdk = sdk
    random = SeededGenerator(seed: seed)
  }

  mutating func text() throws -> String {
    try disguised(SystemXMLRenderer(sdk: sdk).render(system()))
  }

  private mutating func since(_ first: SDKVersion, _ perMille: Int = 400) -> Bool {
    sdk >= first && random.chance(perMille)
  }

  private mutating func symbol(since first: SDKVersion, _ perMille: Int = 300) -> String? {
    guard since(first, perMille) else { return nil }
    symbols += 1
    return "symbol\(symbols)"
  }

  private mutating func system() -> SystemDescription {
    var system = SystemDescription()
    for index in 0..<(1 + random.below(4)) {
      let isPrefilled = since(.v2_2_0, 200)
      system.memoryRegions.append(
        MemoryRegion(
          "region\(index)", size: ByteCount(0x1000 * (1 + random.below(4))),
          prefillPath: isPrefilled ? "file\(index)" : nil,
          prefillBootInfo: !isPrefilled && since(.v2_3_0, 200) ? "fdt" : nil))
    }
    let count = 2 + random.below(4)
    for index in 0..<count {
      system.protectionDomains.append(domain(index, system.memoryRegions))
    }
    if random.chance(400), let child = system.protectionDomains.popLast() {
      var parent = system.protectionDomains[0]
      var copy = child
      copy.childID = 40
      copy.childIDSymbol = symbol(since: .v2_1_0)
      parent.children.append(copy)
      system.protectionDomains[0] = parent
    }
    addCapabilities(to: &system)
    addChannels(to: &system)
    if since(.v2_3_0, 300) { addSchedule(to: &system) }
    return system
  }

  private mutating func domain(_ index: Int, _ regions: [MemoryRegion]) -> ProtectionDomain {
    let name = random.chance(200) ? "domain_with_a_long_name_\(index)" : "domain\(index)"
    var domain = ProtectionDomain(
      name, image: .init("a.elf", symbolsPath: since(.v2_2_0, 100) ? "b.elf" : nil),
      priority: Priority(UInt8(10 * index + 5)), budget: random.chance(300) ? 500 : nil,
      period: random.chance(300) ? 2000 : nil, passive: random.chance(200),
      stackSize: random.chance(300) ? 0x4000 : nil, smc: since(.v2_1_0, 100),
      cpu: since(.v2_1_0) ? UInt8(random.below(4)) : nil,
      fpu: since(.v2_3_0) ? random.chance(500) : nil)
    for (place, region) in regions.enumerated() where random.chance(600) {
      let isFilled = region.prefillPath != nil
      domain.maps.append(
        Map(
          region.name, at: VirtualAddress(0x1000_0000 + UInt64(place) * 0x10000),
          cached: random.chance(700), addressSymbol: symbol(since: .v1_4_1),
          sizeSymbol: symbol(since: .v2_0_1),
          prefillSizeSymbol: isFilled ? symbol(since: .v2_2_0) : nil))
    }
    if random.chance(400) {
      domain.interrupts.append(
        Interrupt(
          IRQNumber(UInt32(40 + index)), random.chance(500) ? .edge : .level, id: 50,
          idSymbol: symbol(since: .v2_1_0)))
    }
    if !domain.smc, random.chance(200) {
      var cpus = [VirtualMachine.CPU(id: 60, idSymbol: symbol(since: .v2_1_0))]
      if since(.v2_0_1) { cpus.append(VirtualMachine.CPU(id: 61, cpu: since(.v2_1_0) ? 0 : nil)) }
      domain.virtualMachine = VirtualMachine("guest\(index)", priority: 1, cpus: cpus)
    }
    return domain
  }

  private mutating func addCapabilities(to system: inout SystemDescription) {
    let names = system.allProtectionDomains.map(\.name)
    for index in system.protectionDomains.indices where since(.v2_3_0, 200) {
      system.protectionDomains[index].capabilities = [
        GrantedCapability(.tcb, of: random.pick(names) ?? "", slot: 3)
      ]
    }
  }

  private mutating func addChannels(to system: inout SystemDescription) {
    let domains = system.allProtectionDomains.sorted {
      $1.effectivePriority.isMoreUrgent(than: $0.effectivePriority)
    }
    var id: UInt8 = 0
    for (low, caller) in domains.enumerated() {
      for callee in domains.dropFirst(low + 1) where random.chance(500) {
        let end = Channel.End(
          caller.name, id: ChannelID(id), mayCall: random.chance(400),
          mayNotify: !since(.v2_0_1, 200), idSymbol: symbol(since: .v2_1_0))
        let other = Channel.End(
          callee.name, id: ChannelID(id), mayCall: sdk < .v2_0_1 && random.chance(100))
        system.channels.append(random.chance(500) ? Channel(end, other) : Channel(other, end))
        id += 1
      }
    }
  }

  private mutating func addSchedule(to system: inout SystemDescription) {
    system.domainSchedule = DomainSchedule(
      domains: [.init("one"), .init("two", id: 3)],
      entries: [.run(domain: "one", duration: 5, .microseconds)])
    // Multicore kernels have no domain scheduler.
    func assign(_ domain: inout ProtectionDomain) {
      domain.schedulingDomain = "two"
      domain.cpu = domain.cpu.map { _ in 0 }
      for index in domain.children.indices { assign(&domain.children[index]) }
    }
    for index in system.protectionDomains.indices { assign(&system.protectionDomains[index]) }
  }

  /// Other white space and quotes in tags, and comments after them.
  private mutating func disguised(_ text: String) -> String {
    var result = ""
    var isTag = false
    var quote: Character?
    for character in text {
      switch character {
      case "<": isTag = true
      case ">":
        isTag = false
        result.append(character)
        if random.chance(150) { result += "<!-- smc=\"true\" <cspace/> -->" }
        continue
      case " " where isTag && quote == nil:
        result += random.pick([" ", "  ", "\n        ", "\t"]) ?? " "
        continue
      case "\"" where isTag:
        if let open = quote {
          result.append(open)
          quote = nil
        } else {
          quote = random.pick(["\"", "'"]) ?? "\""
          result.append(quote ?? "\"")
        }
        continue
      default: break
      }
      result.append(character)
    }
    return result
  }
}
