// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// statx(2), name_to_handle_at(2) and O_PATH, which glibc shows to GNU sources only.

#pragma once

#include <linux/stat.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW: the descriptor's own file. */
static inline int statx_of_descriptor(int descriptor, struct statx *status) {
  return (int)syscall(
      SYS_statx, descriptor, "", 0x1000 | 0x100, STATX_TYPE | STATX_INO | STATX_BTIME, status);
}

/* What an NFS server of the kernel's would have for a handle, with the generation of the inode; folded into a word.
   0 where the file system has none. AT_EMPTY_PATH. */
static inline uint64_t handle_of_descriptor(int descriptor) {
  struct {
    unsigned int byte_count;
    int type;
    unsigned char bytes[128];
  } handle = {sizeof handle.bytes, 0, {0}};
  int mount;
  if (syscall(SYS_name_to_handle_at, descriptor, "", &handle, &mount, 0x1000) != 0) return 0;
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned int index = 0; index < handle.byte_count && index < sizeof handle.bytes; index++)
    hash = (hash ^ handle.bytes[index]) * 0x100000001b3u;
  return hash;
}

/* The same number on AArch64, x86-64 and RISC-V. */
enum { PATH_ONLY = 010000000 };
