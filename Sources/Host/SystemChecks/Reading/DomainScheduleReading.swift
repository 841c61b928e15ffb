// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

extension SystemReader {
  /// `<domains>` (sdf.rs of 2.3.0): the domains' names, then their schedule.
  mutating func domains(_ element: XMLElement) {
    _ = ElementReader(element, .domains, &context)
    if context.cores > 1 {
      context.reportUnsupported(
        at: element.location, "multicore kernels have no domain scheduler",
        needs: "a kernel with one core")
    }
    if let schedule, !schedule.domains.isEmpty { repeated(element) }
    var found = DomainSchedule(domains: [], entries: [])
    var scheduleElement: XMLElement?
    for child in element.children {
      switch child.name {
      case "domain":
        if let domain = schedulingDomain(child, after: found.domains) {
          found.domains.append(domain)
        }
      case "domain_schedule":
        if scheduleElement != nil { repeated(child) }
        scheduleElement = child
      default:
        unknown(child, in: "domains", known: ["domain", "domain_schedule"])
      }
    }
    if UInt64(found.domains.count) > Limits.schedulingDomains + 1 {
      context.report(
        .schedule, at: element.location,
        "\(found.domains.count) domains; the kernel allows \(Limits.schedulingDomains)",
        fix: "use fewer")
    }
    if let scheduleElement {
      readSchedule(scheduleElement, into: &found)
    } else {
      context.report(
        .missingElement, at: element.location, "<domains> has no <domain_schedule>",
        fix: "add one that names each domain")
    }
    schedule = found
  }

  private mutating func schedulingDomain(
    _ element: XMLElement, after others: [DomainSchedule.Domain]
  ) -> DomainSchedule.Domain? {
    let reader = ElementReader(element, .domain, &context)
    warnOfContent(element)
    var id: UInt8?
    if let value = reader.number("id", &context) {
      if value >= Limits.schedulingDomains {
        context.report(
          .outOfRange, at: reader.location(of: "id"),
          "domain id \(value) is not below \(Limits.schedulingDomains)",
          fix: "use an id from 0 to \(Limits.schedulingDomains - 1)")
      } else {
        id = UInt8(value)
      }
    }
    guard let name = reader.text("name") else { return nil }
    if others.contains(where: { $0.name == name }) {
      context.report(
        .duplicateName, at: element.location, "a second domain '\(name)'", fix: "rename one")
    }
    if let id, others.contains(where: { $0.id == id }) {
      context.report(
        .duplicateID, at: element.location, "a second domain with id \(id)", fix: "use another id")
    }
    return DomainSchedule.Domain(name, id: id)
  }

  private mutating func readSchedule(_ element: XMLElement, into found: inout DomainSchedule) {
    let reader = ElementReader(element, .domainSchedule, &context)
    found.startIndex = reader.number("start_index", &context)
    found.indexShift = reader.number("index_shift", &context)
    let names = found.domains.map(\.name)
    let known = Set(names)
    var guesses = NameGuesses(names)
    for child in element.children {
      switch child.name {
      case "schedule_entry":
        found.entries.append(scheduleEntry(child, known, &guesses))
      case "schedule_end_marker":
        _ = ElementReader(child, .scheduleEndMarker, &context)
        warnOfContent(child)
        found.entries.append(.endMarker)
      default:
        unknown(
          child, in: "domain_schedule", known: ["schedule_entry", "schedule_end_marker"])
      }
    }
    let count = UInt64(found.entries.count)
    if count >= Limits.scheduleEntries {
      context.report(
        .schedule, at: element.location,
        "\(count) entries; the kernel has room for \(Limits.scheduleEntries - 1)", fix: "use fewer")
    }
    if found.startIndex ?? 0 >= count {
      context.report(
        .schedule, at: reader.location(of: "start_index"),
        "the schedule starts at entry \(found.startIndex ?? 0) but has \(count)",
        fix: count == 0 ? "add a <schedule_entry>" : "start below \(count)")
    }
    if let shift = found.indexShift,
      shift >= Limits.scheduleEntries - min(count, Limits.scheduleEntries)
    {
      context.report(
        .schedule, at: reader.location(of: "index_shift"),
        "index_shift \(shift) moves \(count) entries past the kernel's \(Limits.scheduleEntries)",
        fix: "use a smaller shift")
    }
  }

  /// Reads an entry; an unreadable one counts as an end marker, which keeps the number of entries
  /// right.
  private mutating func scheduleEntry(
    _ element: XMLElement, _ domains: Set<String>, _ guesses: inout NameGuesses
  ) -> DomainSchedule.Entry {
    let reader = ElementReader(element, .scheduleEntry, &context)
    warnOfContent(element)
    if let name = reader.text("domain"), !domains.contains(name) {
      context.report(
        .unknownName, at: reader.location(of: "domain"), "there is no domain '\(name)'",
        fix: guesses.nearest(to: name).map { "did you mean '\($0)'?" }
          ?? "declare it with <domain name=\"\(name)\" />")
    }
    guard let text = reader.text("duration") else { return .endMarker }
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let duration = parseSystemNumber(String(parts[0])), duration != 0,
      let unit = DomainSchedule.Entry.Unit(rawValue: String(parts[1]))
    else {
      context.report(
        .badValue, at: reader.location(of: "duration"), "duration=\"\(text)\" is not a duration",
        fix: "write a number above 0 and its unit, such as \"1000 us\" or \"500 ticks\"")
      return .endMarker
    }
    return .run(domain: reader.text("domain") ?? "", duration: duration, unit)
  }
}
