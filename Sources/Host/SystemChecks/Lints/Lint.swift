// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// A check for something that the Microkit tool accepts but a reviewer would question.
/// docs/lints.md explains each.
public struct Lint: Sendable {
  /// Stable name: the `rule` of its findings.
  public var rule: String
  var check: @Sendable (LintSubject) -> [Finding]

  init(_ rule: String, check: @escaping @Sendable (LintSubject) -> [Finding]) {
    self.rule = rule
    self.check = check
  }

  /// Every lint, in the order of docs/lints.md.
  public static let all: [Lint] = [
    unconnectedSharing, unusedRegion, writableExecutable, regionMappedTwice, cachedMismatch,
    passiveNeverCalled, passiveChild, priorityInversion, budgetTooSmall, vmOutsideDomain, vcpuCore,
    nameTruncated, deviceMappedCached, sharedDevice, copierWritesDMA, kernelBootMemory,
    triggerMismatch, noEntropy,
  ]
}

/// The system that lints check.
struct LintSubject: Sendable {
  var topology: Topology
  var sdk: SDKVersion
  var target: Target?
  var broken: BrokenParts

  var system: SystemDescription { topology.system }
  /// The facts about the board; nothing is known without a target.
  var platform: Platform { target?.platform ?? Platform() }
}

/// Checks a system with every lint.
///
/// - Parameters:
///   - target: what the system is for. Lints that need a fact about an address or an interrupt say
///     nothing unless the target has it.
///   - broken: what `check` could not read, so that nothing that follows from it is reported.
/// - Returns: warnings, in the order of docs/lints.md.
public func lint(
  _ system: SystemDescription, sdk: SDKVersion, target: Target? = nil,
  broken: BrokenParts = BrokenParts()
) -> [Finding] {
  let subject = LintSubject(
    topology: Topology(system, ramRanges: target?.platform?.ram ?? []), sdk: sdk, target: target,
    broken: broken)
  return Lint.all.flatMap { $0.check(subject) }
}

extension LintSubject {
  /// Where something was read from, or its name if it was described in code.
  func place(_ origin: Origin, _ entity: String) -> Place {
    origin.location.map(Place.source) ?? .entity(entity)
  }

  func place(of region: MemoryRegion) -> Place {
    place(region.origin, "memory region '\(region.name)'")
  }

  func place(of domain: ProtectionDomain) -> Place {
    place(domain.origin, "protection domain '\(domain.name)'")
  }

  func place(of use: Topology.Use) -> Place {
    place(use.map.origin, "map of '\(use.map.region)' in protection domain '\(use.domain)'")
  }
}

/// "'a'", "'a' and 'b'", "'a', 'b' and 'c'".
func quotedList(_ names: [String]) -> String {
  let quoted = names.map { "'\($0)'" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
  return quoted.dropLast().joined(separator: ", ") + " and " + last
}
