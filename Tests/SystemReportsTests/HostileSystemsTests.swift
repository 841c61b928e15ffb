// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import TestSupport
import Testing
import WebserverFixture

@testable import SystemReports

/// Descriptions come from files: names may dangle or repeat, and numbers may have any size. Reports
/// must work all the same, and be the same each time.
@Suite struct HostileSystemsTests {
  /// `SERVAL_FUZZ_ITERATIONS` lengthens it.
  @Test func reportsOfMutatedSystems() {
    let iterations = fuzzIterations(20)
    var random = SeededGenerator(seed: 0x5eed)
    for _ in 0..<iterations {
      var system = WebserverFixture.system
      for _ in 0..<(1 + random.below(12)) { mutate(&system, &random) }
      let picture = graph(system)
      #expect(picture.hasSuffix("}\n"))
      #expect(picture == graph(system))
      let report = SystemReport(system)
      #expect(report.domains.count == system.allProtectionDomains.count)
      #expect(!report.text(width: random.below(200)).isEmpty)
      #expect(!report.json().isEmpty)
      for language in HeaderLanguage.allCases {
        let header = SystemHeader(system, fileName: "a.system", language: language).text
        #expect(header == SystemHeader(system, fileName: "a.system", language: language).text)
      }
      let changes = diff(WebserverFixture.system, system)
      #expect(changes == diff(WebserverFixture.system, system))
      #expect(changes.isEmpty == diff(system, WebserverFixture.system).isEmpty)
      #expect(diff(system, system) == [])
    }
  }

  /// The largest system that Microkit allows, with 2,000 maps, in all three.
  @Test(.timeLimit(.minutes(1))) func hugeSystems() {
    let regions = (0..<1000).map { MemoryRegion("region\($0)", size: 0x1000) }
    let domains = (0..<63).map { domain in
      ProtectionDomain(
        "domain\(domain)", image: .init("d"), priority: Priority(UInt8(domain)),
        maps: (0..<32).map { index in
          Map("region\((domain * 16 + index) % 1000)", at: VirtualAddress(UInt64(index) << 12))
        })
    }
    let channels = (1..<62).map { index in
      Channel(
        .init("domain0", id: ChannelID(UInt8(index))), .init("domain\(index)", id: 0))
    }
    let system = SystemDescription(
      memoryRegions: regions, protectionDomains: domains, channels: channels)
    let report = SystemReport(system)
    #expect(report.domains.reduce(0) { $0 + $1.maps.count } == 2016)
    #expect(report.text().count > 50_000)
    #expect(graph(system).count > 50_000)
    var other = system
    other.memoryRegions.reverse()
    #expect(diff(system, other) == [])
    #expect(diff(system, SystemDescription()).count > 3000)
    // And the smallest.
    let empty = SystemReport(SystemDescription()).text()
    #expect(empty.hasPrefix("0 protection domains, 0 memory regions (0 B), 0 channels"))
    #expect(graph(SystemDescription()).hasSuffix("}\n"))
  }

  private func mutate(_ system: inout SystemDescription, _ random: inout SeededGenerator) {
    let names = system.memoryRegions.map(\.name) + system.allProtectionDomains.map(\.name)
    let name = random.pick(names + ["", "ghost", "a\"b<c>&\n\\", "\u{1f408}"]) ?? ""
    let number: UInt64 = random.pick([0, 1, 0xfff, 0x1000, 1 << 32, 1 << 63, .max]) ?? 0
    let region = random.below(max(1, system.memoryRegions.count))
    let domain = random.below(max(1, system.protectionDomains.count))
    let channel = random.below(max(1, system.channels.count))
    guard system.memoryRegions.indices.contains(region),
      system.protectionDomains.indices.contains(domain), system.channels.indices.contains(channel)
    else { return }
    switch random.below(22) {
    case 0: system.memoryRegions[region].name = name
    case 1: system.memoryRegions[region].size = ByteCount(number)
    case 2: system.memoryRegions[region].physicalAddress = PhysicalAddress(number)
    case 3: system.memoryRegions.remove(at: region)
    case 4: system.memoryRegions.append(MemoryRegion(name, size: nil))
    case 5: system.protectionDomains[domain].name = name
    case 6: system.protectionDomains.remove(at: domain)
    case 7: system.protectionDomains.append(system.protectionDomains[domain])
    case 8:
      system.protectionDomains[domain].maps.append(
        Map(name, at: VirtualAddress(number), Permissions(rawValue: UInt8(random.below(256)))))
    case 9: system.protectionDomains[domain].budget = Microseconds(number)
    case 10: system.protectionDomains[domain].interrupts.append(Interrupt(.max, id: .max))
    case 11:
      let child = system.protectionDomains[random.below(system.protectionDomains.count)]
      system.protectionDomains[domain].children.append(child)
    case 12: system.channels[channel].a.domain = name
    case 13: system.channels[channel].b = system.channels[channel].a
    case 14: system.channels.append(system.channels[channel])
    case 15:
      system.protectionDomains[domain].capabilities.append(.init(.tcb, of: name, slot: number))
    case 16:
      system.protectionDomains[domain].ioPorts.append(
        IOPort(id: .max, address: number, size: number))
    case 17:
      system.protectionDomains[domain].virtualMachine = VirtualMachine(
        name, budget: Microseconds(number), cpus: [],
        maps: [Map(name, at: VirtualAddress(number))])
    case 18:
      system.domainSchedule = DomainSchedule(
        domains: [.init(name), .init(name)],
        entries: [
          .run(domain: name, duration: number, .ticks), .run(domain: "x", duration: .max, .ticks),
        ], startIndex: number, indexShift: number)
    case 19:
      system.ioAddressSpaces.append(
        IOAddressSpace(
          attributes: random.below(2) == 0 ? [:] : ["name": name],
          maps: [.init(attributes: [:]), .init(attributes: ["mr": name, "perms": name])]))
    case 20: system.memoryRegions[region].prefillPath = name
    default:
      system.protectionDomains[domain].physicalAddressSymbols.append(
        PhysicalAddressSymbol(name, region: name))
    }
  }
}

extension IRQNumber { fileprivate static let max = IRQNumber(.max) }
extension ChannelID { fileprivate static let max = ChannelID(.max) }
