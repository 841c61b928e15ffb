// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// The rules by which the Microkit tool rejects a file, with stable names. docs/checks.md lists
/// them.
public enum Rule: String, CaseIterable, Sendable {
  /// A template that its generator has not replaced yet.
  case template
  /// A root element other than <system>.
  case rootElement = "root-element"
  /// An element that does not exist there, or not yet in this SDK.
  case unknownElement = "unknown-element"
  /// An attribute that does not exist there, or not in this SDK.
  case unknownAttribute = "unknown-attribute"
  /// An element without a required attribute.
  case missingAttribute = "missing-attribute"
  /// An element without a required child, or a channel without two ends.
  case missingElement = "missing-element"
  /// An element that may occur only once.
  case repeatedElement = "repeated-element"
  /// Text directly inside <system>.
  case strayText = "stray-text"
  /// A number that cannot be read; identifiers and irq numbers are decimal.
  case badNumber = "bad-number"
  /// A value that is not allowed.
  case badValue = "bad-value"
  /// A number beyond its limits.
  case outOfRange = "out-of-range"
  /// An address or size that is not a multiple of the page size.
  case unaligned = "unaligned"
  /// A map of a region of size 0, on which the real tool panics.
  case emptyRegion = "empty-region"
  /// A budget longer than its period.
  case budgetExceedsPeriod = "budget-exceeds-period"
  /// Two protection domains, regions or virtual machines with the same name.
  case duplicateName = "duplicate-name"
  /// Two channels, interrupts, children or vCPUs of a domain with the same identifier.
  case duplicateID = "duplicate-id"
  /// One hardware interrupt for two domains.
  case duplicateInterrupt = "duplicate-interrupt"
  /// Two values for one symbol of an image.
  case duplicateSymbol = "duplicate-symbol"
  /// Two capabilities in one slot.
  case duplicateSlot = "duplicate-slot"
  /// A name that the file does not declare.
  case unknownName = "unknown-name"
  /// Two mappings at the same addresses, or one over the domain's stack.
  case overlappingMaps = "overlapping-maps"
  /// Two regions at the same physical addresses.
  case overlappingRegions = "overlapping-regions"
  /// Two ranges of I/O ports with a port in common.
  case overlappingPorts = "overlapping-ports"
  /// A mapping beyond the end of the address space.
  case addressTooHigh = "address-too-high"
  /// A protected call to a domain that is not more urgent.
  case protectedCallPriority = "protected-call-priority"
  /// A channel on which both ends may call.
  case protectedCallBothWays = "protected-call-both-ways"
  /// No protection domain, or more than 63.
  case domainCount = "domain-count"
  /// A name that the SDK keeps for itself.
  case reservedName = "reserved-name"
  /// Something that the target lacks: x86, a multicore kernel, a hypervisor or an IOMMU.
  case unsupportedTarget = "unsupported-target"
  /// A region at an address that the kernel keeps for itself.
  case kernelOwned = "kernel-owned"
  /// Regions that do not fit one block of the board's memory, until SDK 2.0.1.
  case blockSize = "block-size"
  /// A domain schedule that does not fit the kernel's tables.
  case schedule = "schedule"
  /// A region prefilled from two sources, or a size symbol for one that is not prefilled.
  case prefill = "prefill"
  /// An ELF image that is missing, has the wrong symbols or segments, or is mapped over.
  case image = "image"

  /// What breaks the rule, as in docs/checks.md.
  public var meaning: String {
    switch self {
    case .template: "a template of the C preprocessor or another generator, before that has run"
    case .rootElement: "a root element other than <system>"
    case .unknownElement: "an element that does not exist there, or not yet in this SDK"
    case .unknownAttribute: "an attribute that does not exist there, or not in this SDK"
    case .missingAttribute: "an element without a required attribute"
    case .missingElement: "an element without a required child, or a channel without two ends"
    case .repeatedElement: "an element that may occur only once"
    case .strayText: "text directly inside <system>"
    case .badNumber: "a number that cannot be read; identifiers and irq numbers are decimal"
    case .badValue: "a value that is not allowed"
    case .outOfRange: "a number beyond its limits"
    case .unaligned: "an address or size that is not a multiple of the page size"
    case .emptyRegion: "a map of a region of size 0, on which the real tool panics"
    case .budgetExceedsPeriod: "a budget longer than its period"
    case .duplicateName: "two protection domains, regions or virtual machines with the same name"
    case .duplicateID:
      "two channels, interrupts, children or vCPUs of a domain with the same identifier"
    case .duplicateInterrupt: "one hardware interrupt for two domains"
    case .duplicateSymbol: "two values for one symbol of an image"
    case .duplicateSlot: "two capabilities in one slot"
    case .unknownName: "a name that the file does not declare"
    case .overlappingMaps: "two mappings at the same addresses, or one over the domain's stack"
    case .overlappingRegions: "two regions at the same physical addresses"
    case .overlappingPorts: "two ranges of x86 I/O ports with a port in common"
    case .addressTooHigh: "a mapping beyond the end of the address space"
    case .protectedCallPriority: "a protected call to a domain that is not more urgent"
    case .protectedCallBothWays: "a channel on which both ends may call"
    case .domainCount: "no protection domain, or more than 63"
    case .reservedName: "a name that the SDK keeps for itself"
    case .unsupportedTarget:
      "something that the target lacks: x86, a multicore kernel, a hypervisor or an IOMMU"
    case .kernelOwned: "a region at an address that the kernel keeps for itself (with `--board`)"
    case .blockSize:
      "until SDK 2.0.1, regions that do not fit one block of the board's memory (with `--board`)"
    case .schedule: "a domain schedule that does not fit the kernel's tables"
    case .prefill:
      "a region prefilled from two sources, or from a missing, empty or wrongly sized file; a size symbol for one that is not prefilled"
    case .image:
      "an ELF image that is missing, has the wrong symbols or segments, or is mapped over"
    }
  }
}
