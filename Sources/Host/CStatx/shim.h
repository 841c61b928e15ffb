// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// statx(2) and O_PATH, which glibc shows to GNU sources only.

#pragma once

#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW: the descriptor's own file. */
static inline int statx_of_descriptor(int descriptor, struct statx *status) {
  return (int)syscall(SYS_statx, descriptor, "", 0x1000 | 0x100, STATX_INO | STATX_BTIME, status);
}

/* The same number on AArch64, x86-64 and RISC-V. */
enum { PATH_ONLY = 010000000 };
