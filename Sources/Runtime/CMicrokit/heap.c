/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* The names by which Swift's runtime asks for memory; only linked into programs that have a heap. */
#include <stddef.h>

/* Sources/Target/ProgramHeap. */
extern void *serval_allocate(size_t count, size_t alignment);
extern void serval_free(void *block);

int posix_memalign(void **result, size_t alignment, size_t count) {
  *result = serval_allocate(count, alignment);
  return 0;
}

void free(void *block) {
  if (block) serval_free(block);
}
