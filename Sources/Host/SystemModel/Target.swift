// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a system runs on: a board with a kernel configuration, as far as the rules of the Microkit
/// tool and of the kernel depend on it.
public struct Target: Hashable, Sendable {
  /// The architectures that Microkit supports: RISC-V since 1.4, x86-64 since 2.1.0.
  public enum Architecture: String, CaseIterable, Hashable, Sendable {
    /// 64-bit Arm.
    case aarch64
    /// 64-bit RISC-V with Sv39 page tables.
    case riscv64
    /// 64-bit x86.
    case x86_64
  }

  /// The board's name in the SDK: "qemu_virt_aarch64"; nil for any board of this kind.
  public var board: String?
  /// The kernel configuration's name in the SDK: "debug", "smp-release"; nil for any.
  public var configuration: String?
  /// Its instruction set.
  public var architecture: Architecture
  /// Whether the kernel runs virtual machines.
  public var hasHypervisor: Bool
  /// Processor cores that the kernel uses: 1 without multicore support.
  public var cores: Int
  /// Width of a physical address on Arm: 40 or 44; nil on other architectures.
  public var physicalAddressBits: Int?
  /// Whether the kernel forwards secure monitor calls (Arm).
  public var forwardsSMC: Bool
  /// Whether the kernel manages an IOMMU (x86).
  public var hasIOMMU: Bool
  /// The board's addresses and interrupts; nil if they are not known.
  public var platform: Platform?

  /// Creates a target.
  public init(
    board: String? = nil, configuration: String? = nil, architecture: Architecture,
    hasHypervisor: Bool, cores: Int = 1, physicalAddressBits: Int? = nil,
    forwardsSMC: Bool = false, hasIOMMU: Bool = false, platform: Platform? = nil
  ) {
    self.board = board
    self.configuration = configuration
    self.architecture = architecture
    self.hasHypervisor = hasHypervisor
    self.cores = cores
    self.physicalAddressBits = physicalAddressBits
    self.forwardsSMC = forwardsSMC
    self.hasIOMMU = hasIOMMU
    self.platform = platform
  }
}

/// What is known of a board's physical addresses and interrupts. Each list is empty where nothing
/// is known of it, and whatever rests on it must stay silent then.
public struct Platform: Hashable, Sendable {
  /// A range of physical addresses and what it belongs to.
  public struct NamedRange: Hashable, Sendable {
    /// In bytes; not empty.
    public var range: Range<UInt64>
    /// For messages: "the kernel's image", "interrupt-controller@8000000".
    public var name: String

    /// Creates a range.
    public init(_ range: Range<UInt64>, _ name: String) {
      self.range = range
      self.name = name
    }
  }

  /// An interrupt line in the device tree.
  public struct InterruptLine: Hashable, Sendable {
    /// What the controller must detect; nil if the tree does not tell.
    public var trigger: Interrupt.Trigger?
    /// Path of the device that raises it.
    public var device: String

    /// Creates a line.
    public init(_ trigger: Interrupt.Trigger?, device: String) {
      self.trigger = trigger
      self.device = device
    }
  }

  /// All of the board's RAM, including what seL4 does not manage.
  public var ram: [Range<UInt64>]
  /// RAM that seL4 manages, its own image included (`memory` of platform_gen.json).
  public var normalMemory: [Range<UInt64>]
  /// Registers of devices, by device.
  public var deviceRegisters: [NamedRange]
  /// What user level cannot have: the kernel's image, its devices, the loader.
  public var kernelOwned: [NamedRange]
  /// Interrupts by the number that a `.system` file gives (GIC: SPI + 32, PPI + 16).
  public var interrupts: [IRQNumber: InterruptLine]
  /// The registers of the network card that a driver knows.
  public var networkCard: NamedRange?
  /// The registers of the generator of random numbers that a driver knows.
  public var randomGenerator: NamedRange?

  /// Creates a platform of which nothing is known but what is given.
  public init(
    ram: [Range<UInt64>] = [], normalMemory: [Range<UInt64>] = [],
    deviceRegisters: [NamedRange] = [], kernelOwned: [NamedRange] = [],
    interrupts: [IRQNumber: InterruptLine] = [:], networkCard: NamedRange? = nil,
    randomGenerator: NamedRange? = nil
  ) {
    self.ram = ram
    self.normalMemory = normalMemory
    self.deviceRegisters = deviceRegisters
    self.kernelOwned = kernelOwned
    self.interrupts = interrupts
    self.networkCard = networkCard
    self.randomGenerator = randomGenerator
  }
}
