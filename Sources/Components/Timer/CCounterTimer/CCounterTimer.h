// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The generic timer's system registers (Arm ARM, D24.10), which need instructions of their own. Empty on
// other architectures, where tests supply a counter.

#ifndef SERVAL_CCOUNTERTIMER_H
#define SERVAL_CCOUNTERTIMER_H

#ifdef __aarch64__

#define CCOUNTERTIMER_INLINE static inline __attribute__((always_inline))

CCOUNTERTIMER_INLINE unsigned long long ccountertimer_count(void) {
  unsigned long long value;
  // Without the ISB the processor may read the counter early (Arm ARM, D12.1.2).
  __asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(value) : : "memory");
  return value;
}

CCOUNTERTIMER_INLINE unsigned long long ccountertimer_frequency(void) {
  unsigned long long value;
  __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
  return value;
}

CCOUNTERTIMER_INLINE void ccountertimer_set_compare(unsigned long long value) {
  __asm__ volatile("msr cntp_cval_el0, %0\n\tisb" : : "r"(value) : "memory");
}

CCOUNTERTIMER_INLINE void ccountertimer_set_control(unsigned long long value) {
  __asm__ volatile("msr cntp_ctl_el0, %0\n\tisb" : : "r"(value) : "memory");
}

#endif
#endif
