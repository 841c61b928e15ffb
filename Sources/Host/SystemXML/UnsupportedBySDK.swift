// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// What a description asks for and an SDK's dialect cannot say.
public struct UnsupportedBySDK: Error, Hashable {
  public struct Item: Hashable, Sendable {
    /// What asks for it: "protection domain 'x'".
    public var place: Place
    /// As it is written: "smc", "<cspace>".
    public var feature: String
    public var since: SDKVersion
  }

  public var sdk: SDKVersion
  public var items: [Item]

  init(in system: SystemDescription, sdk: SDKVersion) {
    self.sdk = sdk
    items = []
    if system.domainSchedule != nil { note("<domains>", since: .v2_3_0, .entity("the system")) }
    if !system.ioAddressSpaces.isEmpty {
      note("<io_address_space>", since: .v2_3_0, .entity("the system"))
    }
    for region in system.memoryRegions {
      let place = Self.place(region.origin, "memory region '\(region.name)'")
      if region.prefillPath != nil { note("prefill_path", since: .v2_2_0, place) }
      if region.prefillBootInfo != nil { note("prefill_bootinfo", since: .v2_3_0, place) }
      if region.size == nil { note("a region without size", since: .v2_2_0, place) }
    }
    for domain in system.allProtectionDomains { note(domain) }
    for end in system.channels.flatMap(\.ends) where end.idSymbol != nil {
      note("setvar_id", since: .v2_1_0, Self.place(end.origin, "channel of '\(end.domain)'"))
    }
  }

  private mutating func note(_ domain: ProtectionDomain) {
    let place = Self.place(domain.origin, "protection domain '\(domain.name)'")
    if domain.smc { note("smc", since: .v2_0_1, place) }
    if domain.cpu != nil { note("cpu", since: .v2_1_0, place) }
    if domain.childIDSymbol != nil { note("setvar_id", since: .v2_1_0, place) }
    if domain.image.symbolsPath != nil { note("path_for_symbols", since: .v2_2_0, place) }
    if domain.schedulingDomain != nil { note("domain", since: .v2_3_0, place) }
    if domain.fpu != nil { note("fpu", since: .v2_3_0, place) }
    if !domain.capabilities.isEmpty { note("<cspace>", since: .v2_3_0, place) }
    if !domain.ioPorts.isEmpty { note("<ioport>", since: .v2_1_0, place) }
    for map in domain.maps + (domain.virtualMachine?.maps ?? []) {
      if map.sizeSymbol != nil { note("setvar_size", since: .v2_0_1, place) }
      if map.prefillSizeSymbol != nil { note("setvar_prefill_size", since: .v2_2_0, place) }
    }
    for interrupt in domain.interrupts {
      if interrupt.idSymbol != nil { note("setvar_id", since: .v2_1_0, place) }
      if interrupt.number == nil { note("an x86 irq", since: .v2_1_0, place) }
    }
    for cpu in domain.virtualMachine?.cpus ?? [] where cpu.cpu != nil || cpu.idSymbol != nil {
      note("cpu or setvar_id of a vcpu", since: .v2_1_0, place)
    }
    if let machine = domain.virtualMachine, machine.cpus.count > 1 {
      note("more than one vcpu", since: .v2_0_1, place)
    }
  }

  private mutating func note(_ feature: String, since: SDKVersion, _ place: Place) {
    if sdk < since { items.append(Item(place: place, feature: feature, since: since)) }
  }

  private static func place(_ origin: Origin, _ name: String) -> Place {
    origin.location.map(Place.source) ?? .entity(name)
  }
}

extension UnsupportedBySDK: DiagnosableError {
  public var findings: [Finding] {
    items.map { item in
      Finding(
        rule: "unsupported-by-sdk", at: item.place,
        "\(item.feature) does not exist in Microkit SDK \(sdk)",
        fix: "use SDK \(item.since) or newer, or leave it out")
    }
  }
}
