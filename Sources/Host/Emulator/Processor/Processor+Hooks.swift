// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn

// The engine's callbacks. Each gets its Swift object from the `user` pointer that it was installed with;
// the objects outlive the engine.

extension Processor {
  func installHooks() throws(EmulatorError) {
    let this = Unmanaged.passUnretained(self).toOpaque()
    try check(serval_hook_blocks(engine, slice))
    try check(serval_hook_exceptions(engine, onException, this))
    _ = serval_hook_pages(engine, onPage, this)
    for range in addressSpace.rangesToWatch {
      try check(
        serval_hook_invalid_memory(
          engine, onInvalidMemory, this, range.lowerBound, range.upperBound))
    }
    try check(serval_hook_system_instructions(engine, UC_ARM64_INS_MRS, onSystemRead, this))
    try check(serval_hook_system_instructions(engine, UC_ARM64_INS_MSR, onSystemWrite, this))
    try check(serval_hook_system_instructions(engine, UC_ARM64_INS_SYS, onSystemWrite, this))
    try check(serval_hook_system_instructions(engine, UC_ARM64_INS_SYSL, onSystemRead, this))
    for mapping in addressSpace.mappings where mapping.cache != nil {
      try check(
        serval_hook_accesses(
          engine, onCachedAccess, this, mapping.address, mapping.address &+ mapping.size &- 1))
    }
    // Only domains with uncached memory pay for this hook.
    for mapping in addressSpace.mappings where mapping.isUncached {
      try check(
        serval_hook_accesses(
          engine, onUncachedAccess, this, mapping.address, mapping.address &+ mapping.size &- 1))
    }
  }

  func mapDevice(_ window: DeviceWindow, at address: UInt64, size: Int) throws(EmulatorError) {
    let user = Unmanaged.passUnretained(window).toOpaque()
    try check(uc_mmio_map(engine, address, size, onDeviceRead, user, onDeviceWrite, user))
  }
}

private func processor(_ user: UnsafeMutableRawPointer?) -> Processor? {
  user.map { Unmanaged<Processor>.fromOpaque($0).takeUnretainedValue() }
}

/// QEMU's exception numbers EXCP_SWI and EXCP_BKPT (target/arm/cpu.h).
private let supervisorCall: UInt32 = 2
private let breakpoint: UInt32 = 7

private func onException(
  _ engine: OpaquePointer?, _ number: UInt32, _ user: UnsafeMutableRawPointer?
) {
  guard let processor = processor(user), !processor.hasException else { return }
  switch number {
  case supervisorCall:
    if let thread = processor.thread { thread.kernel.systemCall(of: thread) }
  case breakpoint: processor.stop(.breakpoint)
  default: processor.stop(processor.forbiddenFetch ?? .undefinedInstruction)
  }
}

private func onInvalidMemory(
  _ engine: OpaquePointer?, _ type: uc_mem_type, _ address: UInt64, _ size: Int32, _ value: Int64,
  _ user: UnsafeMutableRawPointer?
) -> Bool {
  guard let processor = processor(user) else { return false }
  let access: ProcessorException.Access =
    switch type {
    case UC_MEM_FETCH_UNMAPPED, UC_MEM_FETCH_PROT: .fetch
    case UC_MEM_WRITE_UNMAPPED, UC_MEM_WRITE_PROT: .write
    default: .read
    }
  let isMapped = processor.addressSpace.mapping(at: address) != nil
  processor.stop(.memory(access, isMapped ? .forbidden : .unmapped, address: address))
  return false
}

/// Fills in a page's permissions. A forbidden access is allowed here because the hooks for invalid accesses
/// report it with more detail.
private func onPage(
  _ engine: OpaquePointer?, _ address: UInt64, _ access: uc_mem_type,
  _ page: UnsafeMutablePointer<serval_page>?, _ user: UnsafeMutableRawPointer?
) -> Bool {
  let asked =
    switch access {
    case UC_MEM_FETCH: UC_PROT_EXEC
    case UC_MEM_WRITE: UC_PROT_WRITE
    default: UC_PROT_READ
    }
  let permissions = processor(user)?.addressSpace.mapping(at: address)?.permissions ?? []
  page?.pointee.physical = address
  page?.pointee.permissions = permissions.forEngine | asked.rawValue
  return true
}

private func onUncachedAccess(
  _ engine: OpaquePointer?, _ type: uc_mem_type, _ address: UInt64, _ size: Int32, _ value: Int64,
  _ user: UnsafeMutableRawPointer?
) {
  guard let processor = processor(user), size > 0 else { return }
  let access: ProcessorException.Access = type == UC_MEM_WRITE ? .write : .read
  if address % UInt64(size) != 0 {
    processor.stop(.memory(access, .unaligned, address: address))
  } else if processor.isExclusiveAccess(to: address) {
    processor.stop(.memory(access, .exclusive, address: address))
  }
}

private func onCachedAccess(
  _ engine: OpaquePointer?, _ type: uc_mem_type, _ address: UInt64, _ size: Int32, _ value: Int64,
  _ user: UnsafeMutableRawPointer?
) {
  guard type == UC_MEM_READ, let processor = processor(user), let thread = processor.thread,
    let mapping = processor.addressSpace.mapping(at: address), let cache = mapping.cache
  else { return }
  let block = processor.slice.pointee.block
  cache.programReads(
    offset: Int(address - mapping.address), by: thread.name,
    at: "in the block at \(thread.kernel.describe(block, in: thread))")
}

// MARK: Devices

private func window(_ user: UnsafeMutableRawPointer?) -> DeviceWindow? {
  user.map { Unmanaged<DeviceWindow>.fromOpaque($0).takeUnretainedValue() }
}

private func onDeviceRead(
  _ engine: OpaquePointer?, _ offset: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) -> UInt64 {
  guard let window = window(user), !window.processor.hasException else { return 0 }
  return window.processor.thread?.kernel.read(window, offset, size: Int(size)) ?? 0
}

private func onDeviceWrite(
  _ engine: OpaquePointer?, _ offset: UInt64, _ size: UInt32, _ value: UInt64,
  _ user: UnsafeMutableRawPointer?
) {
  guard let window = window(user), !window.processor.hasException else { return }
  window.processor.thread?.kernel.write(window, offset, value, size: Int(size))
}

// MARK: System registers and cache instructions

/// - Returns: 1 to keep the engine from executing the instruction.
private func onSystemRead(
  _ engine: OpaquePointer?, _ register: uc_arm64_reg,
  _ fields: UnsafePointer<uc_arm64_cp_reg>?, _ user: UnsafeMutableRawPointer?
) -> UInt32 {
  guard let processor = processor(user), let fields = fields?.pointee else { return 0 }
  let instruction = SystemInstruction(fields)
  if instruction.isPlainRegister { return 0 }
  guard let value = processor.thread?.kernel.systemRegister(instruction) else {
    processor.stop(instruction, register, isRead: true)
    return 1
  }
  processor[Int32(bitPattern: register.rawValue)] = value
  return 1
}

private func onSystemWrite(
  _ engine: OpaquePointer?, _ register: uc_arm64_reg,
  _ fields: UnsafePointer<uc_arm64_cp_reg>?, _ user: UnsafeMutableRawPointer?
) -> UInt32 {
  guard let processor = processor(user), let fields = fields?.pointee else { return 0 }
  let instruction = SystemInstruction(fields)
  if instruction.isPlainRegister { return 0 }
  if instruction.isCacheMaintenance {
    processor.maintainCache(instruction, at: fields.val)
    return 1
  }
  if processor.thread?.kernel.setSystemRegister(instruction, to: fields.val) != true {
    processor.stop(instruction, register, isRead: false)
  }
  return 1
}

extension SystemInstruction {
  fileprivate init(_ fields: uc_arm64_cp_reg) {
    self.init(fields.op0, fields.op1, fields.crn, fields.crm, fields.op2)
  }
}

extension Processor {
  fileprivate func maintainCache(_ instruction: SystemInstruction, at address: UInt64) {
    guard instruction == .cleanLine || instruction == .cleanAndInvalidateLine,
      let mapping = addressSpace.mapping(at: address), let cache = mapping.cache
    else { return }
    cache.maintain(
      offset: Int(address - mapping.address),
      invalidates: instruction == .cleanAndInvalidateLine)
  }

  /// Instructions that EL0 can be allowed to use (op1 is 3) trap to seL4 at EL2. All others are undefined
  /// at EL0.
  fileprivate func stop(
    _ instruction: SystemInstruction, _ register: uc_arm64_reg, isRead: Bool
  ) {
    guard instruction.op1 == 3 else { return stop(.undefinedInstruction) }
    let number = (0...30).first {
      Register.x($0) == Int32(bitPattern: register.rawValue)
    }
    stop(
      .trapped(syndrome: instruction.syndrome(register: UInt32(number ?? 31), isRead: isRead)))
  }
}
