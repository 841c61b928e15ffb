// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// Reads a whole file into the model, skipping what it cannot read, so that later rules see the
/// rest.
struct SystemReader {
  var context: CheckContext
  /// Scheduling domains declared so far; the Microkit tool requires them before the protection
  /// domains that use them.
  var schedule: DomainSchedule?
  /// Domains that may be called (`pp` on the domain, before 2.0).
  var callees: Set<String> = []
  /// Symbols set so far, by domain; channels add to them.
  var symbolsByDomain: [String: SymbolSet] = [:]

  init(sdk: SDKVersion, target: Target) { context = CheckContext(sdk: sdk, target: target) }

  mutating func read(_ root: XMLElement) -> SystemDescription {
    var system = SystemDescription()
    guard root.name == "system" else {
      context.report(
        .rootElement, at: root.location, "the root element is <\(root.name)>",
        fix: "begin the file with <system>")
      return system
    }
    if let stray = root.stray {
      context.report(
        .strayText, at: stray, "text directly inside <system>", fix: "remove it, or comment it out")
    }
    for child in root.children { read(child, into: &system) }
    system.domainSchedule = schedule
    grantCallsToCallees(in: &system)
    addChannelSymbols(of: system)
    return system
  }

  private mutating func read(_ child: XMLElement, into system: inout SystemDescription) {
    switch child.name {
    case "memory_region":
      if let region = memoryRegion(child) { system.memoryRegions.append(region) }
    case "protection_domain":
      if let domain = protectionDomain(child, isChild: false) {
        system.protectionDomains.append(domain)
      }
    case "channel":
      if let channel = channel(child) { system.channels.append(channel) }
    case "virtual_machine":
      context.report(
        .unknownElement, at: child.location, "<virtual_machine> directly inside <system>",
        fix: "put it inside the <protection_domain> that runs it")
    case "domains" where context.sdk >= .v2_3_0:
      domains(child)
    case "io_address_space" where context.sdk >= .v2_3_0:
      if let space = ioAddressSpace(child) { system.ioAddressSpaces.append(space) }
    default:
      unknown(
        child, in: "system",
        known: ["memory_region", "protection_domain", "channel"],
        newer: ["domains": .v2_3_0, "io_address_space": .v2_3_0])
    }
  }

  /// Reports an element that is not allowed here.
  mutating func unknown(
    _ child: XMLElement, in parent: String, known: [String], newer: [String: SDKVersion] = [:]
  ) {
    let known = known + newer.filter { $0.value <= context.sdk }.keys.sorted()
    let fix: String
    if let since = newer[child.name], since > context.sdk {
      fix = "use Microkit SDK \(since) or newer, or remove it"
    } else if let guess = nearestName(to: child.name, in: known) {
      fix = "did you mean <\(guess)>?"
    } else {
      fix = "the elements allowed are \(known.map { "<\($0)>" }.joined(separator: ", "))"
    }
    context.report(
      .unknownElement, at: child.location,
      "<\(child.name)> is not allowed inside <\(parent)> in Microkit SDK \(context.sdk)", fix: fix)
  }

  /// Warns about content that has no effect, because the Microkit tool never looks inside this
  /// element.
  mutating func warnOfContent(_ element: XMLElement) {
    guard let place = element.children.first?.location ?? element.stray else { return }
    context.warn(
      "ignored-content", at: place,
      "the Microkit tool ignores the contents of <\(element.name)>",
      fix: "remove it, or move it to where it belongs")
  }

  /// Before 2.0, every domain with a channel to a callee may call it.
  private func grantCallsToCallees(in system: inout SystemDescription) {
    guard context.sdk.declaresProtectedCallsOnCallee else { return }
    for index in system.channels.indices {
      system.channels[index].a.mayCall = callees.contains(system.channels[index].b.domain)
      system.channels[index].b.mayCall = callees.contains(system.channels[index].a.domain)
    }
  }

  private mutating func addChannelSymbols(of system: SystemDescription) {
    for channel in system.channels {
      for end in channel.ends where end.idSymbol != nil {
        symbolsByDomain[end.domain]?.add(
          end.idSymbol, at: channel.origin.location, &context)
      }
    }
  }
}

/// The symbols of one image that the Microkit tool sets, each of which may get only one value.
struct SymbolSet {
  private var symbols: Set<String> = []

  mutating func add(
    _ symbol: String?, at location: SourceLocation?, _ context: inout CheckContext
  ) {
    guard let symbol, !symbols.insert(symbol).inserted else { return }
    context.report(
      .duplicateSymbol, at: location, "symbol '\(symbol)' is set twice",
      fix: "use another symbol")
  }
}
