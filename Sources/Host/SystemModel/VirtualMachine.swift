// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A guest that its protection domain, the virtual machine monitor, runs.
public struct VirtualMachine: Hashable, Sendable {
  public struct CPU: Hashable, Sendable {
    public var id: ChannelID
    public var cpu: UInt8?
    public var idSymbol: String?
    public var origin: Origin

    public init(
      id: ChannelID, cpu: UInt8? = nil, idSymbol: String? = nil, origin: Origin = Origin()
    ) {
      self.id = id
      self.cpu = cpu
      self.idSymbol = idSymbol
      self.origin = origin
    }
  }

  public var name: String
  public var priority: Priority?
  public var budget: Microseconds?
  public var period: Microseconds?
  public var cpus: [CPU]
  /// Guest-physical mappings.
  public var maps: [Map]
  public var origin: Origin

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
