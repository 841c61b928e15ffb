/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

/*
 * Not thread-local, as elsewhere: the images have no thread-local storage, and lld links such relocations wrongly
 * without a word. BoringSSL only saves it and writes it back.
 */
#ifdef __cplusplus
extern "C"
#else
extern
#endif
int serval_errno;
#define errno serval_errno
#define EINTR 4
#define ENOMEM 12
#define ENOSYS 38
