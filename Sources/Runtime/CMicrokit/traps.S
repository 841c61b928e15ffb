/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* What a debug configuration calls instead of trapping: the link register tells where it was. */

    .section .text.serval_trap, "ax"
    .global serval_trap
    .type serval_trap, %function
serval_trap:
    sub x0, x30, #4
    b cmicrokit_trapped
    .size serval_trap, . - serval_trap

    /* Record TrapTable, empty. Last in the image and in a segment of its own, so that it can grow. */
    .section .serval_traps, "a", %progbits
    .balign 16
    .global record_serval_traps
    .type record_serval_traps, %object
record_serval_traps:
    .ascii "Serval"
    .byte 4, 1
    .word 16
    .word 0
    .size record_serval_traps, . - record_serval_traps
