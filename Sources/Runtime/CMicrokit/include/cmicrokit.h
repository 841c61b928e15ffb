/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cmicrokit_numbers.h"

/*
 * System calls of the MCS kernels in Microkit SDKs 1.4.1 to 2.3.0 on AArch64 (libsel4,
 * sel4_arch/aarch64/syscalls.h): number in x7, capability in x0, message info in x1, the first four message words in
 * x2 to x5, reply capability in x6, and the destination of NBSendRecv in x8.
 */

typedef struct {
  uint64_t badge;
  uint64_t info;
  uint64_t words[4];
} cmicrokit_message;

__attribute__((always_inline)) static inline cmicrokit_message cmicrokit_syscall(
    int64_t number, uint64_t capability, cmicrokit_message message, uint64_t reply,
    uint64_t destination) {
  register uint64_t x0 __asm__("x0") = capability;
  register uint64_t x1 __asm__("x1") = message.info;
  register uint64_t x2 __asm__("x2") = message.words[0];
  register uint64_t x3 __asm__("x3") = message.words[1];
  register uint64_t x4 __asm__("x4") = message.words[2];
  register uint64_t x5 __asm__("x5") = message.words[3];
  register uint64_t x6 __asm__("x6") = reply;
  register int64_t x7 __asm__("x7") = number;
  register uint64_t x8 __asm__("x8") = destination;
  __asm__ volatile("svc #0"
                   : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                   : "r"(x6), "r"(x7), "r"(x8)
                   : "memory");
  cmicrokit_message result = {x0, x1, {x2, x3, x4, x5}};
  return result;
}

/* Receives. With NBSendRecv, first sends a message without words. */
__attribute__((always_inline)) static inline cmicrokit_message cmicrokit_receive(
    int64_t number, uint64_t capability, uint64_t info, uint64_t reply, uint64_t destination) {
  register uint64_t x0 __asm__("x0") = capability;
  register uint64_t x1 __asm__("x1") = info;
  register uint64_t x2 __asm__("x2");
  register uint64_t x3 __asm__("x3");
  register uint64_t x4 __asm__("x4");
  register uint64_t x5 __asm__("x5");
  register uint64_t x6 __asm__("x6") = reply;
  register int64_t x7 __asm__("x7") = number;
  register uint64_t x8 __asm__("x8") = destination;
  __asm__ volatile("svc #0"
                   : "+r"(x0), "+r"(x1), "=r"(x2), "=r"(x3), "=r"(x4), "=r"(x5)
                   : "r"(x6), "r"(x7), "r"(x8)
                   : "memory");
  cmicrokit_message result = {x0, x1, {x2, x3, x4, x5}};
  return result;
}

/* Sends a message without words and without a reply. */
static inline void cmicrokit_send(int64_t number, uint64_t capability, uint64_t info) {
  register uint64_t x0 __asm__("x0") = capability;
  register uint64_t x1 __asm__("x1") = info;
  register uint64_t x6 __asm__("x6") = 0;
  register int64_t x7 __asm__("x7") = number;
  __asm__ volatile("svc #0"
                   : "+r"(x0), "+r"(x1)
                   : "r"(x6), "r"(x7)
                   : "x2", "x3", "x4", "x5", "memory");
}

/* seL4 lets EL0 execute WFI: SCTLR_EL1.nTWI is set, HCR_EL2.TWI is not (vcpu.h, SCTLR_EL1_NATIVE, HCR_NATIVE). */
static inline void cmicrokit_wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }

/* The thread's IPC buffer. Message words start at byte 8 (sel4/shared_types.h). */
extern uint64_t *_Nonnull cmicrokit_ipc_buffer;

static inline uint64_t cmicrokit_ipc_word(uint64_t index) {
  return ((volatile uint64_t *)cmicrokit_ipc_buffer)[CMICROKIT_MESSAGE_START + index];
}

static inline void cmicrokit_set_ipc_word(uint64_t index, uint64_t word) {
  ((volatile uint64_t *)cmicrokit_ipc_buffer)[CMICROKIT_MESSAGE_START + index] = word;
}

/* Patched by the tools; volatile, so that the compiler does not assume the values before patching. */
extern const volatile unsigned char microkit_name[64];
extern const volatile unsigned char microkit_passive;
extern const volatile uint64_t microkit_irqs;

static inline unsigned char cmicrokit_name_byte(uint64_t index) { return microkit_name[index & 63]; }
static inline unsigned char cmicrokit_is_passive(void) { return microkit_passive; }
static inline uint64_t cmicrokit_irqs(void) { return microkit_irqs; }

/*
 * The number of entries, this one included; the initial stack pointer (entry.S); and whether the monitor was asked to make this
 * domain passive.
 */
extern uint64_t cmicrokit_boot[4];
static inline uint64_t cmicrokit_restarts(void) { return cmicrokit_boot[0] - 1; }
/* Whether this is the first call, of all entries: the monitor must be asked once. */
static inline _Bool cmicrokit_asks_to_be_passive(void) {
  if (cmicrokit_boot[2]) return 0;
  cmicrokit_boot[2] = 1;
  return 1;
}

/* A word of memory that another domain writes: later accesses stay after the load. */
static inline uint64_t cmicrokit_load_acquire(uint64_t address) {
  return __atomic_load_n((const uint64_t *)address, __ATOMIC_ACQUIRE);
}
/* A word of memory that other domains read: earlier accesses stay before the store. */
static inline void cmicrokit_store_release(uint64_t address, uint64_t value) {
  __atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE);
}

/* Words that survive a restart (kept.S). */
#define CMICROKIT_KEPT_WORDS 1026
extern uint64_t serval_kept[CMICROKIT_KEPT_WORDS];
static inline uint64_t cmicrokit_kept(uint64_t index) {
  return index < CMICROKIT_KEPT_WORDS ? serval_kept[index] : 0;
}
static inline void cmicrokit_keep(uint64_t index, uint64_t word) {
  if (index < CMICROKIT_KEPT_WORDS) ((volatile uint64_t *)serval_kept)[index] = word;
}

/*
 * The state of the program's heap (heap.c), which begins with what `serval run --stats` shows. Apart from the heap's
 * memory, because a restart clears it.
 */
#define CMICROKIT_HEAP_STATE_SIZE 640
extern unsigned char serval_gauge_heap[CMICROKIT_HEAP_STATE_SIZE];
static inline void *_Nonnull cmicrokit_heap_state(void) { return serval_gauge_heap; }

/* Bytes of the socket buffers: capacity, in use, and peak. `serval run --stats` finds them by the symbol's name. */
extern uint64_t serval_gauge_socket_buffers[3];
static inline void cmicrokit_gauge_socket_buffers(uint64_t capacity, uint64_t used, uint64_t peak) {
  serval_gauge_socket_buffers[0] = capacity;
  serval_gauge_socket_buffers[1] = used;
  serval_gauge_socket_buffers[2] = peak;
}

/* Print bytes, and this protection domain's name, through the kernel. */
void cmicrokit_print(const unsigned char *_Nonnull text, size_t count);
void cmicrokit_print_name(void);

/* Faults with a store, so that the monitor or the parent receives `code` as the fault's address. */
__attribute__((noreturn)) static inline void cmicrokit_crash(uint64_t code) {
  for (;;) *(volatile uint32_t *)code = 0;
}

/* A record's address in the image. The assembly keeps the compiler from assuming its contents before patching. */
#define CMICROKIT_RECORD(name)                                             \
  extern const unsigned char record_##name[];                              \
  static inline const void *_Nonnull cmicrokit_record_##name(void) {       \
    const void *start = record_##name;                                     \
    __asm__("" : "+r"(start));                                             \
    return start;                                                          \
  }

CMICROKIT_RECORD(device_resources)
CMICROKIT_RECORD(entropy_client_config)
CMICROKIT_RECORD(fs_client_config)
CMICROKIT_RECORD(fs_server_config)
CMICROKIT_RECORD(ip_client_config)
CMICROKIT_RECORD(lib_sddf_lwip_config)
CMICROKIT_RECORD(net_client_config)
CMICROKIT_RECORD(net_copy_config)
CMICROKIT_RECORD(net_driver_config)
CMICROKIT_RECORD(net_virt_rx_config)
CMICROKIT_RECORD(net_virt_tx_config)
CMICROKIT_RECORD(nfs_config)
CMICROKIT_RECORD(program_records)
CMICROKIT_RECORD(serial_client_config)
CMICROKIT_RECORD(serial_driver_config)
CMICROKIT_RECORD(serial_virt_rx_config)
CMICROKIT_RECORD(serial_virt_tx_config)
CMICROKIT_RECORD(serval_abi)
CMICROKIT_RECORD(serval_heap)
CMICROKIT_RECORD(timer_client_config)
CMICROKIT_RECORD(tls_server_config)
CMICROKIT_RECORD(signer_config)
CMICROKIT_RECORD(supervised_config)
CMICROKIT_RECORD(supervisor_config)
CMICROKIT_RECORD(web_server_config)
