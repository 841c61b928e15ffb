/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* The functions with which Swift's runtime allocates; only linked into programs that have a heap. */
#include "cmicrokit.h"

_Alignas(16) unsigned char serval_gauge_heap[CMICROKIT_HEAP_STATE_SIZE];

/* Defined in Sources/Runtime/ProgramHeap. */
extern void *serval_allocate(size_t count, size_t alignment);
extern void serval_free(void *block);

int posix_memalign(void **result, size_t alignment, size_t count) {
  *result = serval_allocate(count, alignment);
  return 0;
}

void free(void *block) {
  if (block) serval_free(block);
}

/* Defined in Sources/Runtime/Randomness: false if the system has no entropy service, or the service refuses. */
extern _Bool serval_random_bytes(void *bytes, size_t count);

/*
 * What Swift's SystemRandomNumberGenerator gives, and what dictionaries and sets seed their hashes with, once. Without an entropy service
 * it comes from the clock, whose count is no secret: a peer that guesses it can make keys collide, and numbers are no keys. Programs that
 * need secrets use RandomBytes, which refuses then.
 */
void arc4random_buf(void *bytes, size_t count) {
  if (serval_random_bytes(bytes, count)) return;
  uint64_t state;
  __asm__ volatile("mrs %0, cntpct_el0" : "=r"(state));
  for (size_t i = 0; i < count; i++) {
    /* SplitMix64. */
    uint64_t value = state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    ((unsigned char *)bytes)[i] = (unsigned char)(value >> 56);
  }
}
