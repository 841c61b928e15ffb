// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Writes a system in one SDK's dialect. The same description gives the same bytes.
///
/// The order is sdfgen's: memory regions, protection domains, channels; within a domain image,
/// maps, children, virtual machine, interrupts, ports, symbols.
public struct SystemXMLRenderer: Sendable {
  /// The dialect.
  public let sdk: SDKVersion

  /// Creates a renderer for one dialect.
  public init(sdk: SDKVersion) { self.sdk = sdk }

  /// The text of the `.system` file.
  ///
  /// For 1.4.1, where both ends may always notify, it leaves out that an end may not.
  ///
  /// - Throws: `UnsupportedBySDK`, with everything that the SDK cannot express.
  public func render(_ system: SystemDescription) throws(UnsupportedBySDK) -> String {
    let unsupported = UnsupportedBySDK(in: system, sdk: sdk)
    if !unsupported.items.isEmpty { throw unsupported }
    var writer = XMLWriter()
    writer.write(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    writer.element("system") { writer in
      if let schedule = system.domainSchedule { domains(schedule, to: &writer) }
      for region in system.memoryRegions { memoryRegion(region, to: &writer) }
      let callees = calleeNames(of: system)
      for domain in system.protectionDomains {
        protectionDomain(domain, callees: callees, to: &writer)
      }
      for channel in system.channels { self.channel(channel, to: &writer) }
      for space in system.ioAddressSpaces { ioAddressSpace(space, to: &writer) }
    }
    return writer.text
  }

  // MARK: Memory

  private func memoryRegion(_ region: MemoryRegion, to writer: inout XMLWriter) {
    writer.element(
      "memory_region",
      [
        ("name", region.name), ("size", region.size?.description),
        ("page_size", region.pageSize?.byteCount.description),
        ("phys_addr", region.physicalAddress?.description), ("prefill_path", region.prefillPath),
        ("prefill_bootinfo", region.prefillBootInfo),
      ])
  }

  private func map(_ map: Map, to writer: inout XMLWriter) {
    writer.element(
      "map",
      [
        ("mr", map.region), ("vaddr", map.address.description),
        ("perms", map.permissions.description), ("cached", map.cached ? "true" : "false"),
        ("setvar_vaddr", map.addressSymbol), ("setvar_size", map.sizeSymbol),
        ("setvar_prefill_size", map.prefillSizeSymbol),
      ])
  }

  // MARK: Protection domains

  private func protectionDomain(
    _ domain: ProtectionDomain, callees: Set<String>, to writer: inout XMLWriter
  ) {
    let isCallee = sdk.declaresProtectedCallsOnCallee && callees.contains(domain.name)
    let attributes: [(String, String?)] = [
      ("name", domain.name), ("id", domain.childID?.description),
      ("priority", domain.priority?.description),
      ("budget", domain.budget.map { "\($0.rawValue)" }),
      ("period", domain.period.map { "\($0.rawValue)" }), ("pp", isCallee ? "true" : nil),
      ("passive", domain.passive ? "true" : nil), ("stack_size", domain.stackSize?.description),
      ("smc", domain.smc ? "true" : nil), ("cpu", domain.cpu.map { "\($0)" }),
      ("domain", domain.schedulingDomain), ("fpu", domain.fpu.map { "\($0)" }),
      ("setvar_id", domain.childIDSymbol),
    ]
    writer.element("protection_domain", attributes) { writer in
      writer.element(
        "program_image",
        [("path", domain.image.path), ("path_for_symbols", domain.image.symbolsPath)])
      for map in domain.maps { self.map(map, to: &writer) }
      for child in domain.children {
        protectionDomain(child, callees: callees, to: &writer)
      }
      if let machine = domain.virtualMachine { virtualMachine(machine, to: &writer) }
      for interrupt in domain.interrupts { self.interrupt(interrupt, to: &writer) }
      for port in domain.ioPorts {
        writer.element(
          "ioport",
          [
            ("id", "\(port.id)"), ("addr", hexadecimal(port.address)), ("size", "\(port.size)"),
            ("setvar_id", port.idSymbol), ("setvar_addr", port.addressSymbol),
          ])
      }
      for symbol in domain.physicalAddressSymbols {
        writer.element("setvar", [("symbol", symbol.symbol), ("region_paddr", symbol.region)])
      }
      if !domain.capabilities.isEmpty {
        writer.element("cspace") { writer in
          for capability in domain.capabilities {
            writer.element(
              capability.kind.rawValue,
              [("slot", "\(capability.slot)"), ("pd", capability.domain)])
          }
        }
      }
    }
  }

  private func virtualMachine(_ machine: VirtualMachine, to writer: inout XMLWriter) {
    let attributes: [(String, String?)] = [
      ("name", machine.name), ("priority", machine.priority?.description),
      ("budget", machine.budget.map { "\($0.rawValue)" }),
      ("period", machine.period.map { "\($0.rawValue)" }),
    ]
    writer.element("virtual_machine", attributes) { writer in
      for cpu in machine.cpus {
        writer.element(
          "vcpu",
          [("id", "\(cpu.id)"), ("cpu", cpu.cpu.map { "\($0)" }), ("setvar_id", cpu.idSymbol)])
      }
      for map in machine.maps { self.map(map, to: &writer) }
    }
  }

  private func interrupt(_ interrupt: Interrupt, to writer: inout XMLWriter) {
    // In decimal: the Microkit tool panics on hexadecimal identifiers.
    let tail: [(String, String?)] = [
      ("id", "\(interrupt.id)"), ("setvar_id", interrupt.idSymbol),
    ]
    switch interrupt.source {
    case .line(let number, let trigger):
      writer.element("irq", [("irq", "\(number)"), ("trigger", trigger.rawValue)] + tail)
    case .ioAPIC(let attributes), .messageSignalled(let attributes):
      writer.element("irq", sorted(attributes) + tail)
    }
  }

  // MARK: Channels

  /// Names of the domains that a peer may call.
  private func calleeNames(of system: SystemDescription) -> Set<String> {
    Set(
      system.channels.flatMap { channel in
        (channel.a.mayCall ? [channel.b.domain] : [])
          + (channel.b.mayCall ? [channel.a.domain] : [])
      })
  }

  private func channel(_ channel: Channel, to writer: inout XMLWriter) {
    writer.element("channel") { writer in
      for end in channel.ends {
        let hasRights = !sdk.declaresProtectedCallsOnCallee
        writer.element(
          "end",
          [
            ("pd", end.domain), ("id", "\(end.id)"),
            ("notify", hasRights && !end.mayNotify ? "false" : nil),
            ("pp", hasRights && end.mayCall ? "true" : nil), ("setvar_id", end.idSymbol),
          ])
      }
    }
  }

  // MARK: What AArch64 boards do not have, and schedules

  private func domains(_ schedule: DomainSchedule, to writer: inout XMLWriter) {
    writer.element("domains") { writer in
      for domain in schedule.domains {
        writer.element("domain", [("name", domain.name), ("id", domain.id.map { "\($0)" })])
      }
      let attributes: [(String, String?)] = [
        ("start_index", schedule.startIndex.map { "\($0)" }),
        ("index_shift", schedule.indexShift.map { "\($0)" }),
      ]
      writer.element("domain_schedule", attributes) { writer in
        for entry in schedule.entries {
          switch entry {
          case .run(let domain, let duration, let unit):
            writer.element(
              "schedule_entry",
              [("domain", domain), ("duration", "\(duration) \(unit.rawValue)")])
          case .endMarker:
            writer.element("schedule_end_marker")
          }
        }
      }
    }
  }

  private func ioAddressSpace(_ space: IOAddressSpace, to writer: inout XMLWriter) {
    writer.element("io_address_space", sorted(space.attributes)) { writer in
      for map in space.maps { writer.element("iomap", sorted(map.attributes)) }
    }
  }

  private func sorted(_ attributes: [String: String]) -> [(String, String?)] {
    attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
