/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Called in place of each breakpoint in a debug configuration; the link register holds the address after it. */

    .section .text.serval_trap, "ax"
    .global serval_trap
    .type serval_trap, %function
serval_trap:
    sub x0, x30, #4
    b cmicrokit_trapped
    .size serval_trap, . - serval_trap

    /*
     * An empty record TrapTable. Last in the image and in its own segment, so that it can grow. The segment is read-only;
     * the flag for code keeps the linker from placing unknown sections with constants behind this one.
     */
    .section .serval_traps, "ax", %progbits
    .balign 16
    .global record_serval_traps
    .type record_serval_traps, %object
record_serval_traps:
    .ascii "Serval"
    .byte 4, 1
    .word 16
    .word 0
    .size record_serval_traps, . - record_serval_traps
