/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * Words that survive a restart, zero at boot: an address, and two for each of 512 connections. The next instance must not believe them
 * without a check, as this one may have died because it wrote nonsense.
 */
    .section .kept, "aw", %nobits
    .balign 16
    .global serval_kept
    .type serval_kept, %object
serval_kept:
    .zero 8 * 1026
    .size serval_kept, . - serval_kept
