/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C"
#endif
int getentropy(void *bytes, size_t count);
