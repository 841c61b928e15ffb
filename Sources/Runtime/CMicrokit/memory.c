/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Functions that the compiler calls implicitly, besides memcpy. Plain loops, because `dc zva` faults at EL0 here. */
#include <stddef.h>

extern void *memcpy(void *restrict to, const void *restrict from, size_t count);

/* memcpy copies from low to high addresses, 64 bytes per step. */
void *memmove(void *to, const void *from, size_t count) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (t + 64 <= f || t >= f + count) return memcpy(to, from, count);
  if (t <= f) {
    while (count--) *t++ = *f++;
    return to;
  }
  while (count--) t[count] = f[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  unsigned char *t = to;
  while (count && ((size_t)t & 7)) {
    *t++ = (unsigned char)value;
    count--;
  }
  unsigned long word = 0x0101010101010101ul * (unsigned char)value;
  /* Two pairs at once: cryptography clears some 30 KB in a handshake. */
  for (; count >= 32; count -= 32, t += 32) {
    unsigned long *words = (unsigned long *)t;
    words[0] = word;
    words[1] = word;
    words[2] = word;
    words[3] = word;
  }
  for (; count >= 8; count -= 8, t += 8) *(unsigned long *)t = word;
  while (count--) *t++ = (unsigned char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t count) {
  const unsigned char *x = a, *y = b;
  for (; count; count--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

/*
 * Shifts of 128 bits by 0 to 127, which code that is optimised for size calls. The products of two 64-bit numbers are such
 * numbers.
 */
typedef unsigned __int128 wide;

static wide join(unsigned long high, unsigned long low) { return (wide)high << 64 | low; }

wide __lshrti3(wide value, int count) {
  unsigned long high = (unsigned long)(value >> 64), low = (unsigned long)value;
  if (count & 64) return join(0, high >> (count & 63));
  return count ? join(high >> count, low >> count | high << (64 - count)) : value;
}

wide __ashlti3(wide value, int count) {
  unsigned long high = (unsigned long)(value >> 64), low = (unsigned long)value;
  if (count & 64) return join(low << (count & 63), 0);
  return count ? join(high << count | low >> (64 - count), low << count) : value;
}
