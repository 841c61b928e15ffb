/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * What the Microkit tool writes into every image (FACTS: symbols of each SDK version), and what Serval's
 * own does. Never written at run time, so that it stands in read-only memory.
 */

.macro patched name, size
    .global \name
    .type \name, %object
    .size \name, \size
    .balign 8
\name:
    .zero \size
.endm

    .section .microkit, "a", %progbits
    patched microkit_name, 64
    patched microkit_irqs, 8
    patched microkit_notifications, 8
    patched microkit_pps, 8
    patched microkit_ioports, 8
    patched microkit_passive, 1

    /*
     * Which kernel: record RuntimeABI. Unpatched it is for a release kernel of SDK 1.4.1 or 2.0.1.
     */
    .section .serval_abi, "a", %progbits
    .balign 8
    .global record_serval_abi
    .type record_serval_abi, %object
    .size record_serval_abi, 24
record_serval_abi:
    .ascii "Serval"
    .byte 3, 1
    .word 24
    .word 26
    .word 0
    .word 0
