// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Target {
  /// For messages: "odroidc4, smp-debug", "odroidc4 with 4 cores", or without a board "AArch64 with 4
  /// cores".
  public var title: String {
    if let board, let configuration { return "\(board), \(configuration)" }
    if let board { return cores == 1 ? board : "\(board) with \(Trait.cores.text(cores))" }
    return "\(architecture.title) with \(Trait.cores.text(cores))"
  }

  /// Names a part of the known targets of one architecture by what they have in common and the
  /// others lack.
  ///
  /// - Parameters:
  ///   - part: not empty, all of one architecture.
  ///   - whole: all that there are, of any architecture.
  public static func title(of part: [Target], among whole: [Target]) -> String {
    guard let architecture = part.first?.architecture else { return "" }
    let whole = whole.filter { $0.architecture == architecture }
    if part.count == whole.count { return architecture.title }
    var texts: [String] = []
    var described = whole
    for trait in Trait.allCases {
      let values = Set(part.map(trait.value))
      if values == Set(whole.map(trait.value)) { continue }
      described = described.filter { values.contains(trait.value(of: $0)) }
      texts.append(values.sorted().map(trait.text).joined(separator: " or "))
    }
    if described.count != part.count { return "some \(architecture.title) boards" }
    return "\(architecture.title) with \(texts.joined(separator: " and "))"
  }
}

/// What targets of one architecture differ in.
private enum Trait: CaseIterable {
  case cores
  case hypervisor
  case addressBits
  case secureMonitorCalls

  func value(of target: Target) -> Int {
    switch self {
    case .cores: target.cores
    case .hypervisor: target.hasHypervisor ? 1 : 0
    case .addressBits: target.physicalAddressBits ?? 0
    case .secureMonitorCalls: target.forwardsSMC ? 1 : 0
    }
  }

  func text(_ value: Int) -> String {
    switch self {
    case .cores: value == 1 ? "one core" : "\(value) cores"
    case .hypervisor: value == 1 ? "a hypervisor" : "no hypervisor"
    case .addressBits: "\(value)-bit physical addresses"
    case .secureMonitorCalls: value == 1 ? "secure monitor calls" : "no secure monitor calls"
    }
  }
}
