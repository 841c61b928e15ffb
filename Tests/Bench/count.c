// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Counts the guest's instructions in QEMU, as a TCG plugin (version 1 of the interface, from QEMU 6.0; accepted up to
// 8.2). The interface is declared here because Debian has no header for it.
//
// Each translated block gets a record in a shared file, which counting.py can read at any time: the number of
// executions, the block's address, and its first instructions, which identify the program.

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translate_callback)(plugin_id, struct qemu_plugin_tb *);
enum { INLINE_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translate_callback);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int operation, void *counter, uint64_t amount);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { RECORDS = 1 << 19, WORDS = 8 };

struct record {
  uint64_t executions;
  uint64_t address;
  uint64_t host_page;  // the same for all blocks of one page of the guest's memory
  uint32_t count;      // instructions in it
  uint32_t words[WORDS];
  uint32_t unused;
};

static struct {
  uint64_t used;
  uint64_t lost;
  struct record records[RECORDS];
} *file;

static void translated(plugin_id id, struct qemu_plugin_tb *block) {
  (void)id;
  uint64_t index = __atomic_fetch_add(&file->used, 1, __ATOMIC_RELAXED);
  if (index >= RECORDS) {
    file->lost++;
    return;
  }
  struct record *record = &file->records[index];
  record->address = qemu_plugin_tb_vaddr(block);
  record->count = qemu_plugin_tb_n_insns(block);
  record->host_page = (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(block, 0)) >> 12;
  for (size_t i = 0; i < record->count && i < WORDS; i++)
    record->words[i] = *(const uint32_t *)qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block, i));
  qemu_plugin_register_vcpu_tb_exec_inline(block, INLINE_ADD_U64, &record->executions, 1);
}

// Takes the argument path=FILE.
__attribute__((visibility("default"))) int qemu_plugin_install(
    plugin_id id, const void *info, int count, char **arguments) {
  (void)info;
  const char *path = count == 1 ? arguments[0] : "";
  const char prefix[] = "path=";
  for (size_t i = 0; i < sizeof prefix - 1; i++)
    if (*path++ != prefix[i]) return -1;
  int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0 || ftruncate(descriptor, sizeof *file) != 0) return -1;
  file = mmap(NULL, sizeof *file, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (file == MAP_FAILED) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  return 0;
}
