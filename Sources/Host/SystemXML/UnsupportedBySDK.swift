// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// What a description contains and an SDK's dialect cannot express.
public struct UnsupportedBySDK: Error, Hashable {
  /// A use of a feature.
  public struct Item: Hashable, Sendable {
    /// The part of the description that uses it: "protection domain 'x'".
    public var place: Place
    /// As users write it: "smc", "<cspace>".
    public var feature: String
    /// The first SDK with the feature.
    public var since: SDKVersion
  }

  /// The SDK that lacks it all.
  public var sdk: SDKVersion
  /// Not empty when thrown; in the order of the description.
  public var items: [Item]

  init(in system: SystemDescription, sdk: SDKVersion) {
    self.sdk = sdk
    items = []
    if system.domainSchedule != nil { require("<domains>", since: .v2_3_0, .entity("the system")) }
    if !system.ioAddressSpaces.isEmpty {
      require("<io_address_space>", since: .v2_3_0, .entity("the system"))
    }
    for region in system.memoryRegions {
      let place = Self.place(region.origin, "memory region '\(region.name)'")
      if region.prefillPath != nil { require("prefill_path", since: .v2_2_0, place) }
      if region.prefillBootInfo != nil { require("prefill_bootinfo", since: .v2_3_0, place) }
      if region.size == nil { require("a region without size", since: .v2_2_0, place) }
    }
    for domain in system.allProtectionDomains { collect(from: domain) }
    for end in system.channels.flatMap(\.ends) where end.idSymbol != nil {
      require("setvar_id", since: .v2_1_0, Self.place(end.origin, "channel of '\(end.domain)'"))
    }
  }

  private mutating func collect(from domain: ProtectionDomain) {
    let place = Self.place(domain.origin, "protection domain '\(domain.name)'")
    if domain.smc { require("smc", since: .v2_0_1, place) }
    if domain.cpu != nil { require("cpu", since: .v2_1_0, place) }
    if domain.childIDSymbol != nil { require("setvar_id", since: .v2_1_0, place) }
    if domain.image.symbolsPath != nil { require("path_for_symbols", since: .v2_2_0, place) }
    if domain.schedulingDomain != nil { require("domain", since: .v2_3_0, place) }
    if domain.fpu != nil { require("fpu", since: .v2_3_0, place) }
    if !domain.capabilities.isEmpty { require("<cspace>", since: .v2_3_0, place) }
    if !domain.ioPorts.isEmpty { require("<ioport>", since: .v2_1_0, place) }
    for map in domain.maps + (domain.virtualMachine?.maps ?? []) {
      if map.sizeSymbol != nil { require("setvar_size", since: .v2_0_1, place) }
      if map.prefillSizeSymbol != nil { require("setvar_prefill_size", since: .v2_2_0, place) }
    }
    for interrupt in domain.interrupts {
      if interrupt.idSymbol != nil { require("setvar_id", since: .v2_1_0, place) }
      if interrupt.number == nil { require("an x86 irq", since: .v2_1_0, place) }
    }
    for cpu in domain.virtualMachine?.cpus ?? [] where cpu.cpu != nil || cpu.idSymbol != nil {
      require("cpu or setvar_id of a vcpu", since: .v2_1_0, place)
    }
    if let machine = domain.virtualMachine, machine.cpus.count > 1 {
      require("more than one vcpu", since: .v2_0_1, place)
    }
  }

  /// Records a feature that the description uses, if the SDK is older than it.
  private mutating func require(_ feature: String, since: SDKVersion, _ place: Place) {
    if sdk < since { items.append(Item(place: place, feature: feature, since: since)) }
  }

  private static func place(_ origin: Origin, _ name: String) -> Place {
    origin.location.map(Place.source) ?? .entity(name)
  }
}

extension UnsupportedBySDK: DiagnosableError {
  /// One finding per item.
  public var findings: [Finding] {
    items.map { item in
      Finding(
        rule: "unsupported-by-sdk", at: item.place,
        "\(item.feature) does not exist in Microkit SDK \(sdk)",
        fix: "use SDK \(item.since) or newer, or leave it out")
    }
  }
}
