/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* What BoringSSL asks of an operating system, for protection domains. */
#include "ccryptography.h"

#include <CCryptoBoringSSL.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int serval_errno;

/* Of Sources/Runtime/CMicrokit. It stops the program when the heap is exhausted. */
extern int posix_memalign(void **result, size_t alignment, size_t count);

void *malloc(size_t count) {
  void *block = NULL;
  return posix_memalign(&block, 16, count) == 0 ? block : NULL;
}

void *memchr(const void *bytes, int value, size_t count) {
  const unsigned char *b = bytes;
  for (; count; count--, b++)
    if (*b == (unsigned char)value) return (void *)b;
  return NULL;
}

/* A failure that BoringSSL does not return: no entropy, or state that was overwritten. */
void abort(void) { __builtin_trap(); }

void perror(const char *text) { (void)text; }

static int (*entropy_source)(uint8_t *, size_t);

void ccryptography_set_entropy(int (*source)(uint8_t *to, size_t count)) { entropy_source = source; }

int getentropy(void *bytes, size_t count) { return entropy_source ? entropy_source(bytes, count) : -1; }

/* What BoringSSL asks before it uses an instruction: its own bits, of which 0 is NEON. */
extern uint32_t OPENSSL_armcap_P;
static uint32_t features;

/* The program says what its processor has: at EL0, seL4 lets no one read the identification registers. */
void OPENSSL_cpuid_setup(void) { OPENSSL_armcap_P = 1 | features; }

void ccryptography_set_features(uint32_t chosen) {
  features = chosen;
  OPENSSL_cpuid_setup();
}

/*
 * BoringSSL's list of errors would allocate when a peer's first record is damaged, and keep the memory. The interface
 * says no more than that something failed, so nothing is listed.
 */
void ERR_put_error(int library, int unused, int reason, const char *file, unsigned line) {
  (void)library, (void)unused, (void)reason, (void)file, (void)line;
}

void ERR_clear_error(void) {}

uint32_t ERR_peek_error(void) { return 0; }

uint32_t ERR_peek_last_error(void) { return 0; }
