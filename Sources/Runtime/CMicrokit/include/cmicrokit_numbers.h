/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

/*
 * Numbers of the interface to seL4 and Microkit on AArch64 that are the same in SDKs 1.4.1 to 2.3.0. check/sdk.c
 * compares them with an SDK's headers. The label that differs is in the record RuntimeABI.
 */

/* System calls of the MCS kernel (sel4/syscall.h). */
#define CMICROKIT_CALL (-1)
#define CMICROKIT_REPLY_RECV (-2)
#define CMICROKIT_NB_SEND_RECV (-3)
#define CMICROKIT_SEND (-5)
#define CMICROKIT_RECV (-7)
#define CMICROKIT_YIELD (-11)
#define CMICROKIT_DEBUG_PUT_CHAR (-12)

/* Slots of a protection domain's capability space (microkit.h). */
#define CMICROKIT_INPUT 1ull
#define CMICROKIT_REPLY 4ull
#define CMICROKIT_MONITOR 5ull
#define CMICROKIT_NOTIFICATIONS 10ull
#define CMICROKIT_ENDPOINTS 74ull
#define CMICROKIT_INTERRUPTS 138ull
#define CMICROKIT_CHILDREN 202ull
/* Channel and interrupt identifiers are less than this. */
#define CMICROKIT_CHANNEL_LIMIT 62ull

/* Labels of invocations (sel4/invocation.h). */
#define CMICROKIT_READ_REGISTERS 2ull
#define CMICROKIT_WRITE_REGISTERS 3ull
#define CMICROKIT_SUSPEND 12ull

/* Labels of fault messages (sel4/sel4_arch/types_gen.h). */
#define CMICROKIT_CAPABILITY_FAULT 1ull
#define CMICROKIT_UNKNOWN_SYSTEM_CALL 2ull
#define CMICROKIT_USER_EXCEPTION 3ull
#define CMICROKIT_DEBUG_EXCEPTION 4ull /* Only with the hardware debug interface, as in 2.3.0 debug. */
#define CMICROKIT_TIMEOUT 5ull
#define CMICROKIT_MEMORY_FAULT 6ull
#define CMICROKIT_VCPU_FAULT 8ull

/* Largest number of words in a message (sel4/constants.h), and the index of the first in the IPC buffer, in words. */
#define CMICROKIT_MESSAGE_CAPACITY 120ull
#define CMICROKIT_MESSAGE_START 1ull
/* Bits of a message info below its label (sel4/shared_types.h). */
#define CMICROKIT_LABEL_SHIFT 12ull
