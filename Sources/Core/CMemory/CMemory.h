// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Accesses that Swift cannot express: to memory that a peer changes while we read it, and to device
// registers. Each function makes one access of the width in its name (C11 5.1.2.4, 6.7.3). None is a
// read-modify-write, because exclusive accesses fault on uncached memory, where some rings live.

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

// Pins the value of one ordinary load. Without it the compiler may load again where the value is used, since it
// assumes that no one else writes to the memory.
#define CMEMORY_ONCE(suffix, type)                                 \
  CMEMORY_INLINE type cmemory_once_##suffix(type value) {          \
    __asm__ volatile("" : "+r"(value));                            \
    return value;                                                  \
  }

CMEMORY_ONCE(8, unsigned char)
CMEMORY_ONCE(16, unsigned short)
CMEMORY_ONCE(32, unsigned int)

CMEMORY_INLINE void cmemory_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

CMEMORY_INLINE unsigned int cmemory_read_register(const void *address) {
  return *(const volatile unsigned int *)address;
}

CMEMORY_INLINE void cmemory_write_register(void *address, unsigned int value) {
  *(volatile unsigned int *)address = value;
}

// Orders our accesses to normal memory that a device also reads and writes (Arm ARM, B2.3.7). Other architectures
// only run tests, for which a full fence is enough.
#ifdef __aarch64__
#define CMEMORY_BARRIER(domain) __asm__ volatile("dmb " domain : : : "memory")
#else
#define CMEMORY_BARRIER(domain) __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
CMEMORY_INLINE void cmemory_device_stores(void) { CMEMORY_BARRIER("oshst"); }
CMEMORY_INLINE void cmemory_device_loads(void) { CMEMORY_BARRIER("oshld"); }
CMEMORY_INLINE void cmemory_device_both(void) { CMEMORY_BARRIER("osh"); }

// Cache maintenance by address, to the point of coherency (Arm ARM, D7.5). Lines are 64 bytes on both boards.
// Only a DSB waits for completion, which the device needs; a DMB merely orders later accesses.
// EL0 may not invalidate without cleaning, so invalidation cleans as well.
CMEMORY_INLINE void cmemory_clean(const void *start, unsigned long count) {
#ifdef __aarch64__
  const char *end = (const char *)start + count;
  for (const char *line = (const char *)((unsigned long)start & ~63ul); line < end; line += 64)
    __asm__ volatile("dc cvac, %0" : : "r"(line) : "memory");
  __asm__ volatile("dsb sy" : : : "memory");
#else
  (void)start, (void)count;
#endif
}

CMEMORY_INLINE void cmemory_clean_and_invalidate(const void *start, unsigned long count) {
#ifdef __aarch64__
  const char *end = (const char *)start + count;
  for (const char *line = (const char *)((unsigned long)start & ~63ul); line < end; line += 64)
    __asm__ volatile("dc civac, %0" : : "r"(line) : "memory");
  __asm__ volatile("dsb sy" : : : "memory");
#else
  (void)start, (void)count;
#endif
}

// Copies from memory that a peer may be changing. A byte may be read more than once, so callers must validate
// the copy, never the source.
CMEMORY_INLINE void cmemory_copy(void *to, const void *from, unsigned long count) {
  __builtin_memcpy(to, from, count);
}

#endif
