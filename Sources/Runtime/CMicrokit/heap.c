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
