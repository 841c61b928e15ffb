// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A single-threaded program with its own address space.
public struct ProtectionDomain: Hashable, Sendable {
  public struct ProgramImage: Hashable, Sendable {
    /// ELF file name, searched on the tool's search path.
    public var path: String
    /// Another ELF whose symbol table is used for patching (since 2.2.0).
    public var symbolsPath: String?

    public init(_ path: String, symbolsPath: String? = nil) {
      self.path = path
      self.symbolsPath = symbolsPath
    }
  }

  public var name: String
  /// Identifier that the parent knows this PD by; nil for a PD without a parent.
  public var childID: ChildID?
  /// Symbol of the parent that the tool sets to `childID` (since 2.1.0).
  public var childIDSymbol: String?
  /// Nil is priority 0.
  public var priority: Priority?
  /// Nil is 1000 us.
  public var budget: Microseconds?
  /// Nil is the budget.
  public var period: Microseconds?
  /// Runs on its callers' time after `init`.
  public var passive: Bool
  /// Nil is the SDK's default (`SDKVersion.defaultStackSize`).
  public var stackSize: ByteCount?
  /// May make secure monitor calls (since 2.0).
  public var smc: Bool
  /// Core the PD runs on (since 2.1.0, multicore kernels).
  public var cpu: UInt8?
  /// Scheduling domain's name (since 2.3.0).
  public var schedulingDomain: String?
  /// Nil is true: the PD may use the floating-point unit (since 2.3.0).
  public var fpu: Bool?
  public var image: ProgramImage
  public var maps: [Map]
  public var interrupts: [Interrupt]
  public var ioPorts: [IOPort]
  public var physicalAddressSymbols: [PhysicalAddressSymbol]
  public var capabilities: [GrantedCapability]
  public var virtualMachine: VirtualMachine?
  public var children: [ProtectionDomain]
  public var origin: Origin

  public init(
    _ name: String, image: ProgramImage, childID: ChildID? = nil, childIDSymbol: String? = nil,
    priority: Priority? = nil, budget: Microseconds? = nil, period: Microseconds? = nil,
    passive: Bool = false, stackSize: ByteCount? = nil, smc: Bool = false, cpu: UInt8? = nil,
    schedulingDomain: String? = nil, fpu: Bool? = nil, maps: [Map] = [],
    interrupts: [Interrupt] = [], ioPorts: [IOPort] = [],
    physicalAddressSymbols: [PhysicalAddressSymbol] = [], capabilities: [GrantedCapability] = [],
    virtualMachine: VirtualMachine? = nil, children: [ProtectionDomain] = [],
    origin: Origin = Origin()
  ) {
    self.name = name
    self.childID = childID
    self.childIDSymbol = childIDSymbol
    self.priority = priority
    self.budget = budget
    self.period = period
    self.passive = passive
    self.stackSize = stackSize
    self.smc = smc
    self.cpu = cpu
    self.schedulingDomain = schedulingDomain
    self.fpu = fpu
    self.image = image
    self.maps = maps
    self.interrupts = interrupts
    self.ioPorts = ioPorts
    self.physicalAddressSymbols = physicalAddressSymbols
    self.capabilities = capabilities
    self.virtualMachine = virtualMachine
    self.children = children
    self.origin = origin
  }
}

/// `<setvar symbol region_paddr>`: a symbol that the tool sets to a region's physical address.
public struct PhysicalAddressSymbol: Hashable, Sendable {
  public var symbol: String
  public var region: String
  public var origin: Origin

  public init(_ symbol: String, region: String, origin: Origin = Origin()) {
    self.symbol = symbol
    self.region = region
    self.origin = origin
  }
}

/// An x86 I/O port range (since 2.1.0), kept so that files of other targets can be read and compared.
public struct IOPort: Hashable, Sendable {
  public var id: ChannelID
  public var address: UInt64
  public var size: UInt64
  public var idSymbol: String?
  public var addressSymbol: String?
  public var origin: Origin

  public init(
    id: ChannelID, address: UInt64, size: UInt64, idSymbol: String? = nil,
    addressSymbol: String? = nil, origin: Origin = Origin()
  ) {
    self.id = id
    self.address = address
    self.size = size
    self.idSymbol = idSymbol
    self.addressSymbol = addressSymbol
    self.origin = origin
  }
}

/// `<cspace>` entry: a capability of another PD placed in this one's root CNode (since 2.3.0).
public struct GrantedCapability: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case tcb = "cap_tcb"
    case schedulingContext = "cap_sc"
    case vspace = "cap_vspace"
  }

  public var kind: Kind
  public var domain: String
  public var slot: UInt64
  public var origin: Origin

  public init(_ kind: Kind, of domain: String, slot: UInt64, origin: Origin = Origin()) {
    self.kind = kind
    self.domain = domain
    self.slot = slot
    self.origin = origin
  }
}
