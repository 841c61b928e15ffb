// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The loads and stores that Swift's ordinary ones cannot stand for: memory that a peer changes
// while we look at it, and device registers. Each function is one access of the width in its name
// (C11 5.1.2.4, 6.7.3), and none of them is a read-modify-write: exclusives fault on the uncached
// memory that some rings live in.

#ifndef SERVAL_CMEMORY_H
#define SERVAL_CMEMORY_H

#define CMEMORY_INLINE static inline __attribute__((always_inline))

#define CMEMORY_ACCESSORS(suffix, type)                                                      \
  CMEMORY_INLINE type cmemory_load_acquire_##suffix(const void *address) {                   \
    return __atomic_load_n((const type *)address, __ATOMIC_ACQUIRE);                         \
  }                                                                                          \
  CMEMORY_INLINE void cmemory_store_release_##suffix(void *address, type value) {            \
    __atomic_store_n((type *)address, value, __ATOMIC_RELEASE);                              \
  }                                                                                          \
  CMEMORY_INLINE type cmemory_load_##suffix(const void *address) {                           \
    return __atomic_load_n((const type *)address, __ATOMIC_RELAXED);                         \
  }                                                                                          \
  CMEMORY_INLINE void cmemory_store_##suffix(void *address, type value) {                    \
    __atomic_store_n((type *)address, value, __ATOMIC_RELAXED);                              \
  }

CMEMORY_ACCESSORS(8, unsigned char)
CMEMORY_ACCESSORS(16, unsigned short)
CMEMORY_ACCESSORS(32, unsigned int)
CMEMORY_ACCESSORS(64, unsigned long long)

CMEMORY_INLINE void cmemory_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

CMEMORY_INLINE unsigned int cmemory_read_register(const void *address) {
  return *(const volatile unsigned int *)address;
}

CMEMORY_INLINE void cmemory_write_register(void *address, unsigned int value) {
  *(volatile unsigned int *)address = value;
}

#endif
