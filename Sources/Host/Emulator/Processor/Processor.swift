// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn
import SystemModel

/// One protection domain's processor: a Unicorn engine with the domain's address space. With an engine for
/// each domain, a switch takes 2 us; remapping a shared engine was measured at 80 us and loses its
/// translated code.
final class Processor {
  /// Why `run` returned.
  enum Stop: Hashable {
    /// The slice is over, or `stop()` was called.
    case sliceEnd
    case exception(ProcessorException)
    /// The program executed WFI.
    case waitForInterrupt
  }

  let engine: OpaquePointer
  let slice: UnsafeMutablePointer<serval_slice>
  let addressSpace: AddressSpace
  /// The thread on whose behalf system calls and device accesses are made.
  unowned(unsafe) var thread: Thread?
  /// Where the program continues.
  var pc: UInt64 = 0
  private var windows: [DeviceWindow] = []
  private var exception: PendingException?
  private var stopRequested = false
  private var resumption: UInt64?
  /// Whether the block at an address contains exclusive accesses; filled on demand.
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
    slice.pointee.counts?.deallocate()
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

  /// Runs for about that many instructions; the engine stops only between translated blocks, or after `count` instructions.
  func run(instructions: Int64, exactly count: Int? = nil) -> Stop {
    slice.pointee.remaining = instructions
    exception = nil
    resumption = nil
    stopRequested = false
    // The end address is one that no program reaches.
    let status = uc_emu_start(engine, pc, 0xffff_ffff_ffff_fffc, 0, count ?? 0)
    pc = self[Register.pc]
    if let exception {
      for (register, value) in zip(Self.savedRegisters, exception.registers) {
        self[register] = value
      }
      pc = exception.pc
      return .exception(exception.what)
    }
    pc = resumption ?? pc
    if stopRequested || slice.pointee.remaining <= 0 || count != nil { return .sliceEnd }
    // WFI leaves the engine silently. Any other error is one that no hook has seen.
    return status == UC_ERR_OK
      ? .waitForInterrupt : .exception(forbiddenFetch ?? .undefinedInstruction)
  }

  /// Ends the run after the current instruction; for hooks.
  func stop() {
    stopRequested = true
    uc_emu_stop(engine)
  }

  /// Ends the run and continues at `address` in the next one.
  func stop(resumingAt address: UInt64) {
    resumption = address
    stop()
  }

  /// An exception, with the registers at that moment. The engine may execute the rest of the block before
  /// it stops; until then, system calls and device accesses have no effect.
  private struct PendingException {
    var what: ProcessorException
    var pc: UInt64
    var registers: [UInt64]
  }

  private static let savedRegisters = (0...30).map(Register.x) + [Register.sp, Register.pstate]

  var hasException: Bool { exception != nil }

  /// Ends the run with an exception.
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

    /// General-purpose register 0 to 30.
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

  /// SPSR as the kernel saves it: the program's flags, EL0, FIQ masked.
  var savedStatus: UInt64 { self[Register.pstate] & 0xf000_0000 | 0x40 }

  // MARK: Faults

  /// The exception for a fetch from memory that is mapped but not executable, which no hook reports; nil
  /// if `pc` is executable.
  var forbiddenFetch: ProcessorException? {
    let pc = self[Register.pc]
    guard let mapping = addressSpace.mapping(at: pc), !mapping.permissions.contains(.execute) else {
      return nil
    }
    return .memory(.fetch, .forbidden, address: pc)
  }

  /// The instruction at `pc` if it is a load or store.
  func memoryInstruction(at pc: UInt64) -> MemoryInstruction? {
    guard pc & 3 == 0, let pointer = addressSpace.pointer(to: pc, count: 4) else { return nil }
    let word = UInt32(littleEndian: pointer.load(as: UInt32.self))
    return MemoryInstruction(word, at: pc) { number in
      self[number == 31 ? Register.sp : Register.x(Int(number))]
    }
  }

  /// The address of the load or store that failed; nil for other exceptions.
  ///
  /// Unicorn 2.1 reports the instruction, 2.0 only its block. In the latter case this is the first
  /// instruction of the block that accesses the address in that way.
  private func location(of exception: ProcessorException) -> UInt64? {
    guard case .memory(let access, _, let address) = exception, access != .fetch else { return nil }
    let block = slice.pointee.block..<slice.pointee.block &+ UInt64(slice.pointee.block_size)
    let reported = self[Register.pc]
    var candidate = block.contains(reported) ? reported : block.lowerBound
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

  /// Whether the access to `address` in progress is that of an exclusive instruction.
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

/// A device's registers mapped into one address space.
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

/// The version of the Unicorn library that this process has loaded, such as "2.1.4". It may be newer than
/// the headers that the emulator was built with.
public var unicornVersion: String {
  // From the most significant byte: major, minor, patch, and a pre-release number.
  let version = uc_version(nil, nil)
  return "\(version >> 24 & 0xff).\(version >> 16 & 0xff).\(version >> 8 & 0xff)"
}
