/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * What has to go over each byte of the files that are embedded. It is C, because a debug build of Swift, in which SwiftPM builds a
 * plugin's tools by default, takes a hundred times as long for it.
 */
#ifndef CONTENT_HASH_H
#define CONTENT_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a of `count` bytes, 128 bits (RFC 9923), the upper half first. It tells versions of a file apart, and is no protection. */
void serval_content_hash(const uint8_t *bytes, size_t count, uint64_t hash[2]);

/* Writes two hexadecimal digits for each of `count` bytes, the last byte first. */
void serval_hex_backwards(const uint8_t *bytes, size_t count, uint8_t *digits);

/* The index of the first byte from `start` on that a string literal of Swift cannot hold as it is: a quote, a backslash or a control
   character; `count` if there is none. */
size_t serval_find_special(const uint8_t *bytes, size_t start, size_t count);

#endif
