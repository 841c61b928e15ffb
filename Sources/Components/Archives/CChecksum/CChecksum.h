// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// CRC-32 with the processor's instructions (Arm ARM, C6.2.75), which Swift cannot name. They are optional in Armv8.0; the cores
// of both boards, Cortex-A53 and Cortex-A55, have them. Empty on other architectures.

#ifndef SERVAL_CCHECKSUM_H
#define SERVAL_CCHECKSUM_H

#ifdef __aarch64__
#define CCHECKSUM_HAS_CRC32 1

#include <arm_acle.h>

// `crc` and the result are complemented, as in the middle of a computation.
__attribute__((target("crc"))) static inline unsigned cchecksum_crc32(
    unsigned crc, const unsigned char *bytes, unsigned long count) {
  for (; count >= 8; count -= 8, bytes += 8) {
    unsigned long long word;
    __builtin_memcpy(&word, bytes, 8);
    crc = __crc32d(crc, word);
  }
  for (; count > 0; count--) crc = __crc32b(crc, *bytes++);
  return crc;
}

#endif
#endif
