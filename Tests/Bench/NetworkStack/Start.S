// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// A bare machine for Bench.swift: QEMU virt, EL1, one core.

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
  ldr x1, =0x00000000000000ff00
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
  bl bench_main
  // PSCI: off.
  ldr x0, =0x84000008
  hvc #0
1: wfi
  b 1b

  .globl bench_counter
bench_counter:
  isb
  mrs x0, cntvct_el0
  mrs x1, cntfrq_el0
  // QEMU's counter ticks every 16 ns of virtual time, and an instruction takes 1 ns of it.
  lsl x0, x0, #4
  ret

  .globl bench_put
bench_put:
  mov x1, #0x09000000
  strb w0, [x1]
  ret

  .globl posix_memalign
posix_memalign:
  adrp x3, heap_next
  add x3, x3, :lo12:heap_next
  ldr x4, [x3]
  sub x5, x1, #1
  add x4, x4, x5
  bic x4, x4, x5
  str x4, [x0]
  add x4, x4, x2
  add x4, x4, #63
  bic x4, x4, #63
  str x4, [x3]
  mov w0, #0
  ret

  .globl free
free:
  ret

  .globl memmove
memmove:
  cmp x0, x1
  b.ls memcpy
  add x3, x1, x2
  cmp x0, x3
  b.hs memcpy
  add x4, x0, x2
2: cbz x2, 3f
  ldrb w5, [x3, #-1]!
  strb w5, [x4, #-1]!
  sub x2, x2, #1
  b 2b
3: ret

  .globl memset
memset:
  mov x3, x0
  and x4, x1, #0xff
  mov x5, #0x0101010101010101
  mul x4, x4, x5
10: subs x2, x2, #8
  b.lo 11f
  str x4, [x3], #8
  b 10b
11: add x2, x2, #8
12: cbz x2, 13f
  strb w1, [x3], #1
  sub x2, x2, #1
  b 12b
13: ret

  .globl __stack_chk_fail
__stack_chk_fail:
  brk #2

  .data
  .balign 8
  .globl __stack_chk_guard
__stack_chk_guard: .quad 0x5a5a5a5a5a5a5a00
heap_next: .quad 0x50000000

  .bss
  .balign 4096
tables: .skip 4096
  .balign 16
  .skip 1 << 20
stack_top:
