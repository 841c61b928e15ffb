// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A guest that its protection domain, the virtual machine monitor, runs (`<virtual_machine>`).
public struct VirtualMachine: Hashable, Sendable {
  /// A virtual CPU of the guest.
  public struct CPU: Hashable, Sendable {
    /// The monitor's identifier for it.
    public var id: ChannelID
    /// Core that it runs on (since 2.1.0, multicore kernels).
    public var cpu: UInt8?
    /// Symbol of the monitor's image that the Microkit tool sets to `id`.
    public var idSymbol: String?
    /// Where the `<vcpu>` was read from.
    public var origin: Origin

    /// Creates a virtual CPU.
    public init(
      id: ChannelID, cpu: UInt8? = nil, idSymbol: String? = nil, origin: Origin = Origin()
    ) {
      self.id = id
      self.cpu = cpu
      self.idSymbol = idSymbol
      self.origin = origin
    }
  }

  /// Unique among virtual machines.
  public var name: String
  /// Nil means 0.
  public var priority: Priority?
  /// Nil means 1000 us.
  public var budget: Microseconds?
  /// Nil means the same as the budget.
  public var period: Microseconds?
  /// At least one; SDK 1.4.1 allows exactly one.
  public var cpus: [CPU]
  /// Mappings at guest-physical addresses.
  public var maps: [Map]
  /// Where the `<virtual_machine>` was read from.
  public var origin: Origin

  /// Creates a guest with the Microkit tool's defaults for what is left out.
  public init(
    _ name: String, priority: Priority? = nil, budget: Microseconds? = nil,
    period: Microseconds? = nil, cpus: [CPU], maps: [Map] = [], origin: Origin = Origin()
  ) {
    self.name = name
    self.priority = priority
    self.budget = budget
    self.period = period
    self.cpus = cpus
    self.maps = maps
    self.origin = origin
  }
}
