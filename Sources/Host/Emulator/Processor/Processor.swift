// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn
import SystemModel

/// One protection domain's processor: an engine of its own with its own address space, so that
/// switching between domains costs nothing but leaving one engine and entering another (2 us measured;
/// remapping one engine for all takes 80 us, and its translations are lost).
final class Processor {
  enum Stop: Hashable {
    /// The slice is over, or someone asked to stop.
    case sliceEnd
    case exception(ProcessorException)
    case waitForInterrupt
  }

  let engine: OpaquePointer
  let slice: UnsafeMutablePointer<serval_slice>
  let addressSpace: AddressSpace
  /// Whom system calls and accesses to devices go to.
  unowned(unsafe) var thread: Thread?
  /// Where the program goes on.
  var pc: UInt64 = 0
  private var windows: [DeviceWindow] = []
  private var exception: PendingException?
  private var stopRequested = false
  private var resumption: UInt64?
  /// Whether the block at an address has exclusive accesses, for those that were asked about.
  private var exclusiveBlocks: [UInt64: Bool] = [:]

  init(addressSpace: AddressSpace) throws(EmulatorError) {
    var engine: OpaquePointer?
    let status = uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &engine)
    guard status == UC_ERR_OK, let engine else { throw .engine(status.rawValue) }
    self.engine = engine
    self.addressSpace = addressSpace
    slice = .allocate(capacity: 1)
    slice.initialize(to: serval_slice())
    try check(serval_set_model(engine, Int32(UC_CPU_ARM64_A53.rawValue)))
    for mapping in addressSpace.mappings { try map(mapping) }
    try installHooks()
  }

  deinit {
    uc_close(engine)
    slice.deallocate()
  }

  func check(_ status: uc_err) throws(EmulatorError) {
    guard status == UC_ERR_OK else { throw .engine(status.rawValue) }
  }

  private func map(_ mapping: AddressSpace.Mapping) throws(EmulatorError) {
    let size = Int(truncatingIfNeeded: mapping.size)
    switch mapping.backing {
    case .memory(let memory, let offset):
      try check(
        uc_mem_map_ptr(
          engine, mapping.address, size, mapping.permissions.forEngine, memory.start + offset))
    case .device(let device):
      let window = DeviceWindow(device, mapping.permissions, self)
      windows.append(window)
      try mapDevice(window, at: mapping.address, size: size)
    }
  }

  // MARK: Running

  /// Runs for at most about as many instructions, a translated block more or less.
  func run(instructions: Int64) -> Stop {
    slice.pointee.remaining = instructions
    exception = nil
    resumption = nil
    stopRequested = false
    // No instruction is at the address that ends a run.
    let status = uc_emu_start(engine, pc, 0xffff_ffff_ffff_fffc, 0, 0)
    pc = self[Register.pc]
    if let exception {
      for (register, value) in zip(Self.savedRegisters, exception.registers) {
        self[register] = value
      }
      pc = exception.pc
      return .exception(exception.what)
    }
    pc = resumption ?? pc
    if stopRequested || slice.pointee.remaining <= 0 { return .sliceEnd }
    // An instruction that leaves the engine without a word, or with an error that no hook has seen.
    return status == UC_ERR_OK
      ? .waitForInterrupt : .exception(forbiddenFetch ?? .undefinedInstruction)
  }

  /// Ends the run at the end of the current instruction; for hooks.
  func stop() {
    stopRequested = true
    uc_emu_stop(engine)
  }

  /// The same, and goes on at `address` when it is run again.
  func stop(resumingAt address: UInt64) {
    resumption = address
    stop()
  }

  /// What went wrong, and how things were. The engine notices a stop only at the end of a block: until
  /// then, system calls and devices ignore the program.
  private struct PendingException {
    var what: ProcessorException
    var pc: UInt64
    var registers: [UInt64]
  }

  private static let savedRegisters = (0...30).map(Register.x) + [Register.sp, Register.pstate]

  var hasException: Bool { exception != nil }

  func stop(_ exception: ProcessorException) {
    if self.exception == nil {
      self.exception = PendingException(
        what: exception, pc: location(of: exception) ?? self[Register.pc],
        registers: Self.savedRegisters.map { self[$0] })
    }
    stop()
  }

  // MARK: Registers

  enum Register {
    static let pc = Int32(bitPattern: UC_ARM64_REG_PC.rawValue)
    static let sp = Int32(bitPattern: UC_ARM64_REG_SP.rawValue)
    static let pstate = Int32(bitPattern: UC_ARM64_REG_PSTATE.rawValue)
    static let threadPointer = Int32(bitPattern: UC_ARM64_REG_TPIDR_EL0.rawValue)
    static let threadPointerReadOnly = Int32(bitPattern: UC_ARM64_REG_TPIDRRO_EL0.rawValue)

    /// General register 0 to 30.
    static func x(_ number: Int) -> Int32 {
      let base = number < 29 ? UC_ARM64_REG_X0.rawValue : UC_ARM64_REG_X29.rawValue
      return Int32(bitPattern: base) + Int32(number < 29 ? number : number - 29)
    }
  }

  subscript(register: Int32) -> UInt64 {
    get {
      var value: UInt64 = 0
      uc_reg_read(engine, register, &value)
      return value
    }
    set {
      var value = newValue
      uc_reg_write(engine, register, &value)
    }
  }

  /// The program's flags as the kernel saves them: at EL0, fast interrupts masked.
  var savedStatus: UInt64 { self[Register.pstate] & 0xf000_0000 | 0x40 }

  // MARK: Faults

  /// The engine finds nothing to execute at `pc`, where no hook watches; nil if there is something.
  var forbiddenFetch: ProcessorException? {
    let pc = self[Register.pc]
    guard let mapping = addressSpace.mapping(at: pc), !mapping.permissions.contains(.execute) else {
      return nil
    }
    return .memory(.fetch, .forbidden, address: pc)
  }

  /// The instruction that `pc` stands at, as a load or store.
  func memoryInstruction(at pc: UInt64) -> MemoryInstruction? {
    guard pc & 3 == 0, let pointer = addressSpace.pointer(to: pc, count: 4) else { return nil }
    let word = UInt32(littleEndian: pointer.load(as: UInt32.self))
    return MemoryInstruction(word, at: pc) { number in
      self[number == 31 ? Register.sp : Register.x(Int(number))]
    }
  }

  /// The address of the load or store that went wrong; nil for anything else.
  ///
  /// Unicorn 2.0 tells only in which block an access went wrong; 2.1 tells the instruction, which the
  /// search then finds first. Among several instructions that would go wrong alike, it is the first.
  private func location(of exception: ProcessorException) -> UInt64? {
    guard case .memory(let access, _, let address) = exception, access != .fetch else { return nil }
    let block = slice.pointee.block..<slice.pointee.block &+ UInt64(slice.pointee.block_size)
    let told = self[Register.pc]
    var candidate = block.contains(told) ? told : block.lowerBound
    while candidate < block.upperBound {
      if let instruction = memoryInstruction(at: candidate),
        instruction.isExclusive || instruction.isStore == (access == .write),
        address &- instruction.address < instruction.size
      {
        return candidate
      }
      candidate += 4
    }
    return nil
  }

  /// Whether the access to `address` that is being made belongs to an exclusive instruction.
  func isExclusiveAccess(to address: UInt64) -> Bool {
    let block = slice.pointee.block..<slice.pointee.block &+ UInt64(slice.pointee.block_size)
    func instructions() -> some Sequence<MemoryInstruction> {
      stride(from: block.lowerBound, to: block.upperBound, by: 4).lazy
        .compactMap(memoryInstruction(at:)).filter(\.isExclusive)
    }
    if let known = exclusiveBlocks[block.lowerBound], !known { return false }
    var hasExclusive = false
    for instruction in instructions() {
      hasExclusive = true
      if instruction.address == address { return true }
    }
    exclusiveBlocks[block.lowerBound] = hasExclusive
    return false
  }
}

extension Permissions {
  /// The engine's `uc_prot`.
  var forEngine: UInt32 {
    (contains(.read) ? UC_PROT_READ.rawValue : 0) | (contains(.write) ? UC_PROT_WRITE.rawValue : 0)
      | (contains(.execute) ? UC_PROT_EXEC.rawValue : 0)
  }
}

/// A device's registers in one address space.
final class DeviceWindow {
  let device: any Device
  let permissions: Permissions
  unowned(unsafe) let processor: Processor

  init(_ device: any Device, _ permissions: Permissions, _ processor: Processor) {
    self.device = device
    self.permissions = permissions
    self.processor = processor
  }
}
