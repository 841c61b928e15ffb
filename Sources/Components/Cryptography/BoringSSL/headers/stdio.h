/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Declared for code that no program keeps: the build check fails if one is left. */
#ifdef __cplusplus
extern "C" {
#endif
typedef struct serval_no_file FILE;
extern FILE *const stderr;
int fprintf(FILE *file, const char *format, ...);
int snprintf(char *to, size_t count, const char *format, ...);
int vsnprintf(char *to, size_t count, const char *format, va_list arguments);
int fflush(FILE *file);
void perror(const char *text);
#ifdef __cplusplus
}
#endif
