/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * memcpy, which copies every received frame: 64 bytes per step through general registers. Vector registers would
 * make the kernel save and restore them for this domain, and `dc zva` faults at EL0 here. Addresses may be
 * unaligned, which faults on uncached memory: do not use it there.
 */
    .section .text.memcpy, "ax"
    .global memcpy
    .type memcpy, %function
memcpy:
    mov x3, x0
    subs x2, x2, #64
    b.lo tail
large:
    ldp x4, x5, [x1], #64
    ldp x6, x7, [x1, #-48]
    ldp x8, x9, [x1, #-32]
    ldp x10, x11, [x1, #-16]
    stp x4, x5, [x3], #64
    stp x6, x7, [x3, #-48]
    stp x8, x9, [x3, #-32]
    stp x10, x11, [x3, #-16]
    subs x2, x2, #64
    b.hs large
    /* x2 is what is left minus 64, so its low six bits are the number of bytes. */
tail:
    tbz x2, #5, tail_16
    ldp x4, x5, [x1], #16
    ldp x6, x7, [x1], #16
    stp x4, x5, [x3], #16
    stp x6, x7, [x3], #16
tail_16:
    tbz x2, #4, tail_8
    ldp x4, x5, [x1], #16
    stp x4, x5, [x3], #16
tail_8:
    tbz x2, #3, tail_4
    ldr x4, [x1], #8
    str x4, [x3], #8
tail_4:
    tbz x2, #2, tail_2
    ldr w4, [x1], #4
    str w4, [x3], #4
tail_2:
    tbz x2, #1, tail_1
    ldrh w4, [x1], #2
    strh w4, [x3], #2
tail_1:
    tbz x2, #0, done
    ldrb w4, [x1]
    strb w4, [x3]
done:
    ret
    .size memcpy, . - memcpy
