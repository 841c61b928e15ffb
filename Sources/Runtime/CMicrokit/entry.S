/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * Entry point of a protection domain, both at boot and after a restart by its parent.
 *
 * The Microkit tool sets the stack pointer and nothing else. The first entry saves a copy of .data, with the values
 * that the tool patched into it; each later entry restores it. Every entry clears .bss and resets the stack pointer,
 * which a restart leaves where the fault was.
 */

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    adrp x9, cmicrokit_boot
    add x9, x9, :lo12:cmicrokit_boot
    ldr x10, [x9]
    add x11, x10, #1
    str x11, [x9]
    cbnz x10, restarted

    mov x12, sp
    str x12, [x9, #8]
    adrp x0, __data_start
    add x0, x0, :lo12:__data_start
    adrp x1, __pristine_start
    add x1, x1, :lo12:__pristine_start
    b copy

restarted:
    ldr x12, [x9, #8]
    mov sp, x12
    adrp x0, __pristine_start
    add x0, x0, :lo12:__pristine_start
    adrp x1, __data_start
    add x1, x1, :lo12:__data_start

    /* Copy from x0 to x1 the size of .data, a multiple of 16. */
copy:
    adrp x2, __data_start
    add x2, x2, :lo12:__data_start
    adrp x3, __data_end
    add x3, x3, :lo12:__data_end
    sub x2, x3, x2
copy_next:
    cbz x2, clear
    ldp x4, x5, [x0], #16
    stp x4, x5, [x1], #16
    sub x2, x2, #16
    b copy_next

clear:
    adrp x0, __bss_start
    add x0, x0, :lo12:__bss_start
    adrp x1, __bss_end
    add x1, x1, :lo12:__bss_end
clear_next:
    cmp x0, x1
    b.eq find_ipc_buffer
    stp xzr, xzr, [x0], #16
    b clear_next

    /*
     * Up to SDK 2.2 the stack ends at 2^40, and the IPC buffer is the page at __sel4_ipc_buffer_obj. From 2.3 on it
     * is the page above the stack's guard page.
     */
find_ipc_buffer:
    mov x1, #(1 << 40)
    mov x0, sp
    cmp x0, x1
    add x0, x0, #0x1000
    adrp x2, __sel4_ipc_buffer_obj
    add x2, x2, :lo12:__sel4_ipc_buffer_obj
    csel x0, x2, x0, eq
    adrp x1, cmicrokit_ipc_buffer
    str x0, [x1, :lo12:cmicrokit_ipc_buffer]

    mov x29, xzr
    mov x30, xzr
    adrp x9, cmicrokit_boot
    add x9, x9, :lo12:cmicrokit_boot
    ldr x10, [x9]
    cmp x10, #1
    b.eq begin
    bl cmicrokit_refuse_if_given_up
begin:
    bl main
    udf #0

    .size _start, . - _start

    /* The number of entries, the initial stack pointer, and whether the monitor was asked (cmicrokit.h). Neither restored nor cleared. */
    .section .boot, "aw"
    .balign 16
    .global cmicrokit_boot
    .type cmicrokit_boot, %object
cmicrokit_boot:
    .quad 0
    .quad 0
    .quad 0
    .quad 0
    .size cmicrokit_boot, . - cmicrokit_boot

    .section .bss.cmicrokit_ipc_buffer, "aw", %nobits
    .balign 16
    .global cmicrokit_ipc_buffer
    .type cmicrokit_ipc_buffer, %object
cmicrokit_ipc_buffer:
    .zero 16
    .size cmicrokit_ipc_buffer, . - cmicrokit_ipc_buffer
