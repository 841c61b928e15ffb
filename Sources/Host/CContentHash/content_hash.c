/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#include "content_hash.h"

__extension__ typedef unsigned __int128 number;

void serval_content_hash(const uint8_t *bytes, size_t count, uint64_t hash[2]) {
  const number prime = ((number)1 << 88) + 0x13b;
  number value = (number)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d;
  for (size_t i = 0; i < count; i++) value = (value ^ bytes[i]) * prime;
  hash[0] = (uint64_t)(value >> 64);
  hash[1] = (uint64_t)value;
}

void serval_hex_backwards(const uint8_t *bytes, size_t count, uint8_t *digits) {
  static const char names[] = "0123456789abcdef";
  for (size_t i = count; i > 0; i--) {
    *digits++ = (uint8_t)names[bytes[i - 1] >> 4];
    *digits++ = (uint8_t)names[bytes[i - 1] & 15];
  }
}

size_t serval_find_special(const uint8_t *bytes, size_t start, size_t count) {
  size_t i = start;
  while (i < count && bytes[i] >= 0x20 && bytes[i] != '"' && bytes[i] != '\\' && bytes[i] != 0x7f) i++;
  return i;
}
