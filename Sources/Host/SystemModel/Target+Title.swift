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
    let boards = Set(whole.map(\.board))
    let name = boards.count == 1 ? part[0].board ?? architecture.title : architecture.title
    if part.count == whole.count { return name }
    var texts: [String] = []
    var described = whole
    for trait in Trait.allCases {
      let values = Set(part.map(trait.value))
      if values == Set(whole.map(trait.value)) { continue }
      described = described.filter { values.contains(trait.value(of: $0)) }
      texts.append(trait.text(values.sorted()))
    }
    if described.count != part.count { return "some \(architecture.title) boards" }
    return "\(name) with \(texts.joined(separator: " and "))"
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

  /// "4 cores", "4 or 16 cores".
  func text(_ values: [Int]) -> String {
    if self == .cores, values.count > 1, !values.contains(1) {
      return values.map(String.init).joined(separator: " or ") + " cores"
    }
    return values.map(text).joined(separator: " or ")
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
