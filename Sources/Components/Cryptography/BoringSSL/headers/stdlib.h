/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void *malloc(size_t count);
void *realloc(void *block, size_t count);
void free(void *block);
__attribute__((noreturn)) void abort(void);
char *getenv(const char *name);
void qsort(void *start, size_t count, size_t size, int (*compare)(const void *, const void *));
#ifdef __cplusplus
}
#endif
