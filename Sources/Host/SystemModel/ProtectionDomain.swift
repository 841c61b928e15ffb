// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A single-threaded program with its own address space (`<protection_domain>`).
public struct ProtectionDomain: Hashable, Sendable {
  /// The program that a protection domain runs.
  public struct ProgramImage: Hashable, Sendable {
    /// ELF file name, which the Microkit tool looks up on its search path.
    public var path: String
    /// Another ELF whose symbol table is used instead (since 2.2.0).
    public var symbolsPath: String?

    /// Creates an image whose own symbols are used, unless said otherwise.
    public init(_ path: String, symbolsPath: String? = nil) {
      self.path = path
      self.symbolsPath = symbolsPath
    }
  }

  /// Unique in the system; SDKs show 16 or 64 bytes of it (`SDKVersion.visibleNameLength`).
  public var name: String
  /// The parent's identifier for this PD; nil without a parent.
  public var childID: ChildID?
  /// Symbol of the parent's image that the Microkit tool sets to `childID` (since 2.1.0).
  public var childIDSymbol: String?
  /// Nil means 0.
  public var priority: Priority?
  /// How long the PD may run in each period; nil means 1000 us.
  public var budget: Microseconds?
  /// Nil means the same as the budget.
  public var period: Microseconds?
  /// Whether it runs on its callers' time after `init`.
  public var passive: Bool
  /// In bytes; nil means `SDKVersion.defaultStackSize`.
  public var stackSize: ByteCount?
  /// Whether it may make secure monitor calls (since 2.0).
  public var smc: Bool
  /// Core that it runs on (since 2.1.0, multicore kernels).
  public var cpu: UInt8?
  /// Name of its scheduling domain (since 2.3.0).
  public var schedulingDomain: String?
  /// Whether it may use the floating-point unit (since 2.3.0); nil means true.
  public var fpu: Bool?
  /// Its program.
  public var image: ProgramImage
  /// In the order of the file.
  public var maps: [Map]
  /// In the order of the file.
  public var interrupts: [Interrupt]
  /// In the order of the file; x86 only.
  public var ioPorts: [IOPort]
  /// In the order of the file.
  public var physicalAddressSymbols: [PhysicalAddressSymbol]
  /// In the order of the file.
  public var capabilities: [GrantedCapability]
  /// The guest that it runs, if it is a virtual machine monitor.
  public var virtualMachine: VirtualMachine?
  /// PDs whose faults it handles, in the order of the file.
  public var children: [ProtectionDomain]
  /// Where the `<protection_domain>` was read from.
  public var origin: Origin

  /// Creates a domain with the Microkit tool's defaults for what is left out.
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

/// `<setvar symbol region_paddr>`: a symbol that the Microkit tool sets to a region's physical
/// address.
public struct PhysicalAddressSymbol: Hashable, Sendable {
  /// Symbol of the PD's image.
  public var symbol: String
  /// Name of the region.
  public var region: String
  /// Where the `<setvar>` was read from.
  public var origin: Origin

  /// Creates an entry for a symbol and a region's name.
  public init(_ symbol: String, region: String, origin: Origin = Origin()) {
    self.symbol = symbol
    self.region = region
    self.origin = origin
  }
}

/// A range of x86 I/O ports (since 2.1.0); lets us read and compare files for other targets.
public struct IOPort: Hashable, Sendable {
  /// The PD's identifier for the range.
  public var id: ChannelID
  /// First port.
  public var address: UInt64
  /// Number of ports.
  public var size: UInt64
  /// Symbol that the Microkit tool sets to `id`.
  public var idSymbol: String?
  /// Symbol that it sets to `address`.
  public var addressSymbol: String?
  /// Where the `<ioport>` was read from.
  public var origin: Origin

  /// Creates a range of `size` ports.
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

/// An entry of `<cspace>`: a capability to another PD's object, placed in this PD's root CNode
/// (since 2.3.0).
public struct GrantedCapability: Hashable, Sendable {
  /// The object, named as the element that grants it.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// The thread.
    case tcb = "cap_tcb"
    /// Its budget and period.
    case schedulingContext = "cap_sc"
    /// Its address space.
    case vspace = "cap_vspace"
  }

  /// The object.
  public var kind: Kind
  /// Name of the PD that the object belongs to.
  public var domain: String
  /// Index in the root CNode.
  public var slot: UInt64
  /// Where the entry was read from.
  public var origin: Origin

  /// Creates a grant of one of a PD's objects.
  public init(_ kind: Kind, of domain: String, slot: UInt64, origin: Origin = Origin()) {
    self.kind = kind
    self.domain = domain
    self.slot = slot
    self.origin = origin
  }
}
