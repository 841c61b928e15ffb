/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * Symbols that the Microkit tool patches in every image, and the record that Serval's tool patches. In read-only
 * memory, because nothing writes them at run time.
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
     * The record RuntimeABI. Unpatched it describes a release kernel of SDK 1.4.1 or 2.0.1.
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
