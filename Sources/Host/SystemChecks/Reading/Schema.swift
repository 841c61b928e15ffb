// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The elements of a system file, with the attributes that each SDK knows.
struct ElementSchema: Sendable {
  struct Attribute: Sendable {
    var name: String
    var isRequired: Bool
    var since: SDKVersion
    /// Last SDK that knew it; nil if the newest still does.
    var until: SDKVersion?

    func exists(in sdk: SDKVersion) -> Bool { sdk >= since && sdk <= until ?? .newest }
  }

  var name: String
  var since: SDKVersion
  var attributes: [Attribute]
  /// Attributes that the element has for other targets only.
  var attributesElsewhere: [String] = []

  static func required(_ name: String) -> Attribute {
    Attribute(name: name, isRequired: true, since: .v1_4_1)
  }

  static func optional(
    _ name: String, since: SDKVersion = .v1_4_1, until: SDKVersion? = nil
  ) -> Attribute {
    Attribute(name: name, isRequired: false, since: since, until: until)
  }

  init(_ name: String, since: SDKVersion = .v1_4_1, _ attributes: [Attribute]) {
    self.name = name
    self.since = since
    self.attributes = attributes
  }
}

extension ElementSchema {
  static let system = ElementSchema("system", [])

  static let memoryRegion = ElementSchema(
    "memory_region",
    [
      required("name"), optional("size"), optional("page_size"), optional("phys_addr"),
      optional("prefill_path", since: .v2_2_0), optional("prefill_bootinfo", since: .v2_3_0),
    ])

  static let protectionDomain = ElementSchema(
    "protection_domain",
    [
      required("name"), optional("priority"), optional("pp", until: .v1_4_1), optional("budget"),
      optional("period"), optional("passive"), optional("stack_size"),
      optional("smc", since: .v2_0_1), optional("cpu", since: .v2_1_0),
      optional("domain", since: .v2_3_0), optional("fpu", since: .v2_3_0),
    ])

  static let childDomain = ElementSchema(
    "protection_domain",
    protectionDomain.attributes + [required("id"), optional("setvar_id", since: .v2_1_0)])

  static let programImage = ElementSchema(
    "program_image", [required("path"), optional("path_for_symbols", since: .v2_2_0)])

  static let virtualMachineMap = ElementSchema(
    "map", [required("mr"), required("vaddr"), optional("perms"), optional("cached")])

  static let map = ElementSchema(
    "map",
    virtualMachineMap.attributes + [
      optional("setvar_vaddr"), optional("setvar_size", since: .v2_0_1),
      optional("setvar_prefill_size", since: .v2_2_0),
    ])

  static let interrupt = ElementSchema(
    "irq",
    [
      required("irq"), required("id"), optional("trigger"),
      optional("setvar_id", since: .v2_1_0),
    ])

  static let ioAPICInterrupt = ElementSchema(
    "irq",
    [
      required("pin"), required("id"), required("vector"), optional("ioapic"),
      optional("trigger"), optional("polarity"), optional("setvar_id"),
    ])

  static let messageInterrupt = ElementSchema(
    "irq",
    [
      required("pcidev"), required("id"), required("handle"), required("vector"),
      optional("setvar_id"),
    ])

  static let ioPort = ElementSchema(
    "ioport", since: .v2_1_0,
    [
      required("id"), required("addr"), required("size"), optional("setvar_id"),
      optional("setvar_addr"),
    ])

  static let ioAddressSpace = ElementSchema(
    "io_address_space", since: .v2_3_0,
    [required("name"), required("peripheral_id"), required("domain_id")])

  static let ioMap = ElementSchema(
    "iomap", since: .v2_3_0, [required("mr"), required("iovaddr"), optional("perms")])

  static let setvar = ElementSchema("setvar", [required("symbol"), required("region_paddr")])

  static let virtualMachine = ElementSchema(
    "virtual_machine",
    [required("name"), optional("budget"), optional("period"), optional("priority")])

  /// On x86-64 since 2.3.0, where a guest runs on its monitor's time.
  static let unscheduledVirtualMachine = {
    var schema = ElementSchema("virtual_machine", [required("name")])
    schema.attributesElsewhere = ["budget", "period", "priority"]
    return schema
  }()

  static let virtualCPU = ElementSchema(
    "vcpu",
    [required("id"), optional("setvar_id", since: .v2_1_0), optional("cpu", since: .v2_1_0)])

  static let channel = ElementSchema("channel", [])

  static let end = ElementSchema(
    "end",
    [
      required("pd"), required("id"), optional("pp", since: .v2_0_1),
      optional("notify", since: .v2_0_1), optional("setvar_id", since: .v2_1_0),
    ])

  static let cspace = ElementSchema("cspace", since: .v2_3_0, [])

  static let capability = ElementSchema(
    "cap_tcb", since: .v2_3_0, [required("slot"), required("pd")])

  static let domains = ElementSchema("domains", since: .v2_3_0, [])
  static let domain = ElementSchema(
    "domain", since: .v2_3_0, [required("name"), optional("id")])
  static let domainSchedule = ElementSchema(
    "domain_schedule", since: .v2_3_0, [optional("index_shift"), optional("start_index")])
  static let scheduleEntry = ElementSchema(
    "schedule_entry", since: .v2_3_0, [required("domain"), required("duration")])
  static let scheduleEndMarker = ElementSchema("schedule_end_marker", since: .v2_3_0, [])
}
