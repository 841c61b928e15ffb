// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

extension SystemReader {
  mutating func protectionDomain(_ element: XMLElement, isChild: Bool) -> ProtectionDomain? {
    let reader = ElementReader(element, isChild ? .childDomain : .protectionDomain, &context)
    let stackSize = stackSize(reader)
    let space = MappedSpace.domain(
      stackSize: stackSize ?? context.sdk.defaultStackSize.rawValue)
    var domain = ProtectionDomain(
      reader.text("name") ?? "", image: .init(""), priority: priority(reader),
      passive: reader.boolean("passive", &context) ?? false,
      stackSize: stackSize.map { ByteCount($0) }, cpu: cpu(reader),
      schedulingDomain: schedulingDomain(reader),
      fpu: context.sdk < .v2_3_0 ? nil : reader.boolean("fpu", &context), origin: reader.origin)
    (domain.budget, domain.period) = budgetAndPeriod(reader)
    if context.sdk >= .v2_0_1 { domain.smc = smc(reader) }
    if context.sdk.declaresProtectedCallsOnCallee, reader.boolean("pp", &context) == true,
      let name = reader.text("name")
    {
      callees.insert(name)
    }
    if isChild {
      domain.childID = childID(reader)
      domain.childIDSymbol = reader.text("setvar_id")
    }
    readChildren(of: element, into: &domain, mapSpace: space)
    return reader.text("name") == nil ? nil : domain
  }

  // MARK: Attributes

  private mutating func stackSize(_ reader: ElementReader) -> UInt64? {
    guard let size = reader.number("stack_size", &context) else { return nil }
    let place = reader.location(of: "stack_size")
    if size < Limits.smallestStack || size > Limits.largestStack {
      context.report(
        .outOfRange, at: place,
        "stack_size \(hexadecimal(size)) is not between "
          + "\(hexadecimal(Limits.smallestStack)) and \(hexadecimal(Limits.largestStack))",
        fix: "use a size between them")
      return nil
    }
    if size % 0x1000 != 0 {
      context.report(
        .unaligned, at: place, "stack_size \(hexadecimal(size)) is not a multiple of 0x1000",
        fix: "use \(hexadecimal((size / 0x1000 + 1) * 0x1000))")
    }
    return size
  }

  mutating func priority(_ reader: ElementReader) -> Priority? {
    guard let value = reader.number("priority", &context) else { return nil }
    if value <= Limits.priority { return Priority(UInt8(value)) }
    context.report(
      .outOfRange, at: reader.location(of: "priority"),
      "priority \(value) is above \(Limits.priority)",
      fix: "use a priority from 0 to \(Limits.priority)")
    return nil
  }

  mutating func budgetAndPeriod(
    _ reader: ElementReader
  ) -> (budget: Microseconds?, period: Microseconds?) {
    let budget = reader.number("budget", &context)
    let period = reader.number("period", &context)
    let effective = budget ?? Limits.defaultBudget
    if let period, effective > period, reader.text("budget") == nil || budget != nil {
      context.report(
        .budgetExceedsPeriod, at: reader.location(of: "period"),
        "the budget of \(effective) us is longer than the period of \(period) us",
        fix: "lengthen the period, or shorten the budget")
    }
    return (budget.map { Microseconds($0) }, period.map { Microseconds($0) })
  }

  private mutating func smc(_ reader: ElementReader) -> Bool {
    guard reader.boolean("smc", &context) == true else { return false }
    let place = reader.location(of: "smc")
    if context.architecture != .aarch64 {
      context.reportUnsupported(at: place, "secure monitor calls exist on Arm only", needs: "Arm")
    } else if !context.forwardsSMC {
      context.report(
        .unsupportedTarget, at: place,
        "the kernels of Microkit SDK \(context.sdk) do not forward secure monitor calls",
        fix: "use Microkit SDK 2.1.0 or newer, or remove it")
    }
    return true
  }

  /// A core of a protection domain or vCPU. The number 256 and above makes the Microkit tool panic.
  mutating func cpu(_ reader: ElementReader) -> UInt8? {
    guard context.sdk >= .v2_1_0, let value = reader.number("cpu", &context) else { return nil }
    let cores = context.cores
    if value >= UInt64(cores) {
      let place = reader.location(of: "cpu")
      if value > UInt64(UInt8.max) {
        context.report(
          .outOfRange, at: place, "cpu \(value) is above 255", fix: "use a core of the board")
        return nil
      }
      context.reportUnsupported(
        at: place,
        cores == 1
          ? "cpu \(value): a kernel without multicore support has only cpu 0"
          : "cpu \(value): the kernel uses \(cores) cores",
        needs: "a kernel with more than \(value == 1 ? "one core" : "\(value) cores")")
    }
    return UInt8(value)
  }

  /// The Microkit tool does not limit the identifier: it computes a slot from it, and panics if
  /// that is beyond the CNode's end. A sum that wraps around is accepted: at 64 bits, since 2.1 at
  /// 32.
  private mutating func childID(_ reader: ElementReader) -> ChildID? {
    guard let value = reader.number("id", &context) else { return nil }
    if value <= Limits.channelID { return ChildID(value) }
    let place = reader.location(of: "id")
    let sum = Limits.firstChildSlot &+ value
    let slot = context.sdk < .v2_1_0 ? sum : UInt64(UInt32(truncatingIfNeeded: sum))
    if slot >= Limits.slots {
      context.report(
        .outOfRange, at: place, "child id \(value) makes the Microkit tool panic",
        fix: "use an identifier from 0 to \(Limits.channelID)")
    } else {
      context.warn(
        "child-id", at: place,
        "child id \(value) is above \(Limits.channelID): its capability overwrites another one's slot",
        fix: "use an identifier from 0 to \(Limits.channelID)")
    }
    return ChildID(value)
  }

  private mutating func schedulingDomain(_ reader: ElementReader) -> String? {
    guard context.sdk >= .v2_3_0 else { return nil }
    let names = schedule?.domains.map(\.name) ?? []
    guard let name = reader.text("domain") else {
      if !names.isEmpty {
        context.report(
          .missingAttribute, at: reader.element.location,
          "<protection_domain> has no attribute 'domain', although the file has <domains>",
          fix: "add domain=\"\(names[0])\"")
      }
      return nil
    }
    if names.isEmpty {
      context.report(
        .unknownName, at: reader.location(of: "domain"),
        "domain \"\(name)\" is used before any <domains>", fix: "declare it in <domains> first")
    } else if !names.contains(name) {
      context.report(
        .unknownName, at: reader.location(of: "domain"), "<domains> has no domain '\(name)'",
        fix: nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
          ?? "the domains are \(names.joined(separator: ", "))")
    }
    return name
  }

  // MARK: Children

  private static let childNames = [
    "program_image", "map", "irq", "setvar", "protection_domain", "virtual_machine",
  ]

  private mutating func readChildren(
    of element: XMLElement, into domain: inout ProtectionDomain, mapSpace: MappedSpace
  ) {
    var hasImage = false
    var hasCSpace = false
    var symbols = SymbolSet()
    for child in element.children {
      switch child.name {
      case "program_image":
        if hasImage { repeated(child) }
        hasImage = true
        domain.image = programImage(child)
      case "map":
        guard let map = map(child, .map, in: mapSpace) else { continue }
        for symbol in [map.addressSymbol, map.sizeSymbol, map.prefillSizeSymbol] {
          symbols.add(symbol, at: child.location, &context)
        }
        domain.maps.append(map)
      case "irq":
        guard let interrupt = interrupt(child) else { continue }
        symbols.add(interrupt.idSymbol, at: child.location, &context)
        domain.interrupts.append(interrupt)
      case "setvar":
        guard let symbol = setvar(child) else { continue }
        symbols.add(symbol.symbol, at: child.location, &context)
        domain.physicalAddressSymbols.append(symbol)
      case "protection_domain":
        guard let nested = protectionDomain(child, isChild: true) else { continue }
        symbols.add(nested.childIDSymbol, at: child.location, &context)
        domain.children.append(nested)
      case "virtual_machine":
        if domain.virtualMachine != nil { repeated(child) }
        domain.virtualMachine = virtualMachine(child) ?? domain.virtualMachine
      case "cspace" where context.sdk >= .v2_3_0:
        if hasCSpace { repeated(child) }
        hasCSpace = true
        domain.capabilities += cspace(child)
      case "ioport" where context.sdk >= .v2_1_0:
        guard let port = ioPort(child) else { continue }
        symbols.add(port.idSymbol, at: child.location, &context)
        symbols.add(port.addressSymbol, at: child.location, &context)
        domain.ioPorts.append(port)
      default:
        unknown(
          child, in: "protection_domain", known: Self.childNames, newer: ["cspace": .v2_3_0])
      }
    }
    symbolsByDomain[domain.name] = symbols
    if !hasImage {
      context.report(
        .missingElement, at: element.location,
        "protection domain '\(domain.name)' has no <program_image>",
        fix: "add <program_image path=\"\(domain.name).elf\" />")
    }
  }

  mutating func repeated(_ element: XMLElement) {
    context.report(
      .repeatedElement, at: element.location, "a second <\(element.name)>", fix: "remove one")
  }

  private mutating func programImage(_ element: XMLElement) -> ProtectionDomain.ProgramImage {
    let reader = ElementReader(element, .programImage, &context)
    warnOfContent(element)
    return .init(reader.text("path") ?? "", symbolsPath: reader.text("path_for_symbols"))
  }

  private mutating func setvar(_ element: XMLElement) -> PhysicalAddressSymbol? {
    let reader = ElementReader(element, .setvar, &context)
    warnOfContent(element)
    if context.architecture == .x86_64, context.sdk < .v2_2_0 {
      context.report(
        .unsupportedTarget, at: element.location,
        "Microkit SDK \(context.sdk) has no <setvar> on x86",
        fix: "use Microkit SDK 2.2.0 or newer, or leave it out on x86-64")
    }
    guard let symbol = reader.text("symbol"), let region = reader.text("region_paddr") else {
      return nil
    }
    return PhysicalAddressSymbol(symbol, region: region, origin: reader.origin)
  }
}
