// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// What the Microkit tool rejects, by stable names.
public enum Rule: String, CaseIterable, Sendable {
  case rootElement = "root-element"
  case unknownElement = "unknown-element"
  case unknownAttribute = "unknown-attribute"
  case missingAttribute = "missing-attribute"
  case missingElement = "missing-element"
  case repeatedElement = "repeated-element"
  case strayText = "stray-text"
  case badNumber = "bad-number"
  case badValue = "bad-value"
  case outOfRange = "out-of-range"
  case unaligned = "unaligned"
  case emptyRegion = "empty-region"
  case budgetExceedsPeriod = "budget-exceeds-period"
  case duplicateName = "duplicate-name"
  case duplicateID = "duplicate-id"
  case duplicateInterrupt = "duplicate-interrupt"
  case duplicateSymbol = "duplicate-symbol"
  case duplicateSlot = "duplicate-slot"
  case unknownName = "unknown-name"
  case overlappingMaps = "overlapping-maps"
  case overlappingRegions = "overlapping-regions"
  case addressTooHigh = "address-too-high"
  case protectedCallPriority = "protected-call-priority"
  case protectedCallBothWays = "protected-call-both-ways"
  case domainCount = "domain-count"
  case reservedName = "reserved-name"
  case unsupportedTarget = "unsupported-target"
  case schedule = "schedule"
  case prefill = "prefill"
  case image = "image"

  /// One line for the documentation.
  public var meaning: String {
    switch self {
    case .rootElement: "the file's root is <system>"
    case .unknownElement: "an element that does not exist there, or not yet in this SDK"
    case .unknownAttribute: "an attribute that does not exist there, or not in this SDK"
    case .missingAttribute: "a required attribute"
    case .missingElement: "a required element"
    case .repeatedElement: "an element that may stand there once"
    case .strayText: "text directly inside <system>"
    case .badNumber: "a number that cannot be read; identifiers and irq numbers are decimal"
    case .badValue: "a value that is none of those allowed"
    case .outOfRange: "a number beyond its limits"
    case .unaligned: "an address or size that is no multiple of the page size"
    case .emptyRegion: "a memory region of size 0, on which the real tool panics"
    case .budgetExceedsPeriod: "a budget longer than its period"
    case .duplicateName: "two protection domains, regions or virtual machines of one name"
    case .duplicateID: "two channels, interrupts, children or vCPUs of one identifier in a domain"
    case .duplicateInterrupt: "one hardware interrupt for two domains"
    case .duplicateSymbol: "two values for one symbol of an image"
    case .duplicateSlot: "two capabilities in one slot"
    case .unknownName: "a name that nothing in the file has"
    case .overlappingMaps: "two mappings at the same addresses, or one over the domain's stack"
    case .overlappingRegions: "two regions at the same physical addresses"
    case .addressTooHigh: "a mapping beyond the end of the address space"
    case .protectedCallPriority: "a protected call to a domain that is not more urgent"
    case .protectedCallBothWays: "a channel on which both ends may call"
    case .domainCount: "no protection domain, or more than 63"
    case .reservedName: "a name that the SDK keeps for itself"
    case .unsupportedTarget: "what only x86, multicore kernels or an IOMMU have"
    case .schedule: "a domain schedule that makes no sense"
    case .prefill: "a region's prefilled contents"
    case .image: "a protection domain's ELF image"
    }
  }
}
