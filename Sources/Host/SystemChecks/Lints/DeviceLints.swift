// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

// Lints that rest on facts about the board. Without them, they say nothing: an address alone does
// not tell registers from memory.

extension Lint {
  /// Registers mapped as normal memory: reads may be stale, and writes late, merged or lost.
  static let deviceMappedCached = Lint("device-mapped-cached") { subject in
    // RISC-V has no such attribute in its page tables, and the kernel ignores it.
    if subject.target?.architecture == .riscv64 { return [] }
    return subject.system.memoryRegions.flatMap { region -> [Finding] in
      guard let (what, condition) = subject.registers(of: region) else { return [] }
      // A guest's own page tables say that it is a device.
      return subject.topology.uses(of: region.name).filter { $0.map.cached && !$0.isGuest }.map {
        Finding(
          rule: "device-mapped-cached", severity: .warning, at: subject.place(of: $0),
          "\(what) mapped cached in protection domain '\($0.domain)'",
          fix: "write cached=\"false\" on the map" + condition)
      }
    }
  }
}

extension LintSubject {
  /// What the region's addresses are, if they are not memory, and on what the advice depends.
  fileprivate func registers(of region: MemoryRegion) -> (what: String, condition: String)? {
    guard let range = region.physicalRange else { return nil }
    let name = "'\(region.name)' at \(hexadecimal(range.lowerBound))"
    let devices = devices(of: region)
    if !devices.isEmpty { return ("the registers of \(devices.listed) (\(name)) are", "") }
    guard platform.deviceRegisters.isEmpty, platform.isFarFromRAM(range) else { return nil }
    return ("\(name) is outside the board's RAM, but", " if the region holds registers")
  }
}

extension Lint {
  /// Registers that several protection domains can write, so that each can interfere with the
  /// others.
  static let sharedDevice = Lint("shared-device") { subject in
    subject.system.memoryRegions.compactMap { region in
      // Each core has its own virtual CPU interface of the interrupt controller, so every virtual
      // machine maps it. The kernel keeps the controller's other registers.
      let devices = subject.devices(of: region)
      let writers = subject.topology.writers(of: region.name)
      if writers.count < 2 || devices.allSatisfy(\.isInterruptController) { return nil }
      // Devices on one page cannot be mapped apart: each writer may drive another one.
      if region.size == 0x1000, devices.count >= writers.count { return nil }
      // A block of which the tree does not tell everything may hold what each writer needs.
      guard let range = region.physicalRange, devices.cover(range) else { return nil }
      return Finding(
        rule: "shared-device", severity: .warning, at: subject.place(of: region),
        "the registers of \(devices.listed) ('\(region.name)') can be written by "
          + quotedList(writers),
        fix: "leave the device to one driver")
    }
  }
}

extension LintSubject {
  /// The devices whose registers surely are in the region.
  fileprivate func devices(of region: MemoryRegion) -> [Platform.NamedRange] {
    region.physicalRange.map(platform.devices) ?? []
  }
}

extension Lint {
  /// Memory that holds the start of the kernel's image at boot. The kernel gives it back, so that
  /// the Microkit tool accepts it, but how much it gives back differs from build to build.
  static let kernelBootMemory = Lint("kernel-boot-memory") { subject in
    subject.system.memoryRegions.compactMap { region in
      guard let range = region.physicalRange,
        let owner = subject.platform.kernelOwned.first(where: { $0.range.overlaps(range) }),
        let architecture = subject.target?.architecture,
        !subject.platform.isKept(range, from: owner, architecture, subject.sdk)
      else { return nil }
      return Finding(
        rule: "kernel-boot-memory", severity: .warning, at: subject.place(of: region),
        "memory region '\(region.name)' at \(region.physicalAddress?.description ?? "") is where "
          + "\(owner.name) begins: only what the kernel no longer needs after boot can be used",
        fix: "leave out phys_addr, or choose an address outside "
          + "\(hexadecimal(owner.range.lowerBound)) to \(hexadecimal(owner.range.upperBound))")
    }
  }
}

extension Lint {
  /// An interrupt whose trigger differs from the device tree: edges are lost, or one edge counts as
  /// many interrupts.
  static let triggerMismatch = Lint("trigger-mismatch") { subject in
    subject.topology.domains.flatMap { domain in
      domain.interrupts.compactMap { interrupt -> Finding? in
        // The GIC's private interrupts have fixed triggers.
        guard case .line(let number, let trigger) = interrupt.source,
          subject.target?.architecture != .aarch64 || number >= 32,
          let line = subject.platform.interrupts[number], let right = line.trigger,
          right != trigger
        else { return nil }
        return Finding(
          rule: "trigger-mismatch", severity: .warning,
          at: subject.place(
            interrupt.origin, "interrupt \(number) of protection domain '\(domain.name)'"),
          "interrupt \(number) of '\(domain.name)' is set to \(trigger.rawValue), but \(line.device) "
            + "raises it by \(right.rawValue)",
          fix: "write trigger=\"\(right.rawValue)\"")
      }
    }
  }
}

extension Lint {
  /// A system on the network that leaves the board's generator of random numbers unused: its TCP sequence numbers, ports
  /// and identifiers come from the clock.
  static let noEntropy = Lint("no-entropy") { subject in
    guard let card = subject.platform.networkCard,
      let generator = subject.platform.randomGenerator,
      let region = subject.mappedRegion(over: card.range),
      subject.mappedRegion(over: generator.range) == nil
    else { return [] }
    return [
      Finding(
        rule: "no-entropy", severity: .warning, at: subject.place(of: region),
        "the system drives the network card \([card].listed) ('\(region.name)'), but not the board's random number "
          + "generator \([generator].listed): an attacker who guesses the clock can guess its TCP sequence numbers, ports and "
          + "identifiers",
        fix:
          "add a driver of \([generator].listed) that gives the network's clients random numbers, as addEntropy() "
          + "does")
    ]
  }
}

extension LintSubject {
  /// A region with some of these addresses that a protection domain or a guest maps.
  fileprivate func mappedRegion(over range: Range<UInt64>) -> MemoryRegion? {
    system.memoryRegions.first { region in
      region.physicalRange?.overlaps(range) == true && !topology.uses(of: region.name).isEmpty
    }
  }
}
