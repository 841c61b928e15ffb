// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// A bare machine for the bench: QEMU virt, EL1, one core.

  .section .text.start, "ax"
  .globl _start
_start:
  mov x0, #(3 << 20)
  msr cpacr_el1, x0
  // Memory that is mapped as normal allows unaligned accesses: 1 GB blocks, the first for devices.
  adrp x0, tables
  ldr x1, =0x0060000000000401
  str x1, [x0]
  ldr x1, =0x0000000040000705
  str x1, [x0, #8]
  ldr x1, =0x0000000080000705
  str x1, [x0, #16]
  msr ttbr0_el1, x0
  mov x1, #0xff00
  msr mair_el1, x1
  ldr x1, =0x280803519
  msr tcr_el1, x1
  isb
  mrs x1, sctlr_el1
  orr x1, x1, #1
  orr x1, x1, #4
  bic x1, x1, #2
  msr sctlr_el1, x1
  isb
  ldr x1, =stack_top
  mov sp, x1
  adr x1, vectors
  msr vbar_el1, x1
  bl bench_main
  // PSCI: off.
  ldr x0, =0x84000008
  hvc #0
1: wfi
  b 1b

  // A trap ends the run, with an exclamation mark.
  .balign 2048
vectors:
  .rept 16
  mov w0, #33
  bl bench_put
  ldr x0, =0x84000008
  hvc #0
  .balign 128
  .endr

  .globl bench_counter
bench_counter:
  isb
  mrs x0, cntvct_el0
  // QEMU's counter ticks every 16 ns of virtual time, and an instruction takes 1 ns of it.
  lsl x0, x0, #4
  ret

  .globl bench_put
bench_put:
  mov x1, #0x09000000
  strb w0, [x1]
  ret

  // Where profile.py begins and ends to count.
  .globl bench_profile_begin
bench_profile_begin:
  ret
  .globl bench_profile_end
bench_profile_end:
  ret

  .globl posix_memalign
posix_memalign:
  stp x29, x30, [sp, #-32]!
  str x0, [sp, #16]
  mov x0, x2
  bl bench_allocate
  ldr x1, [sp, #16]
  str x0, [x1]
  mov w0, #0
  ldp x29, x30, [sp], #32
  ret

  .globl free
free:
  cbz x0, 2f
  b bench_free
2: ret

  .bss
  .balign 4096
tables: .skip 4096
  .balign 16
  .skip 1 << 20
stack_top:
