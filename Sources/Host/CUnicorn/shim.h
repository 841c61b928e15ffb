/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Unicorn is under the GPL, version 2: only the executable serval-emulator may link this module. */

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

/* How often the translated blocks that begin at an instruction were executed, and the instructions in them. */
struct serval_block_count {
  uint64_t executions;
  uint64_t instructions;
};

/* How far an engine may run. An instruction takes a nanosecond of virtual time. */
struct serval_slice {
  int64_t remaining;     /* instructions; no block starts when this is 0 or less */
  uint64_t block;        /* address of the translated block in execution */
  uint32_t block_size;   /* its size in bytes */
  uint64_t instructions; /* executed since the engine was created */
  uint64_t code;         /* address of the code that is profiled */
  uint64_t code_count;   /* its instructions; 0 to profile nothing */
  struct serval_block_count *counts; /* for each of them */
};

/* Runs once for each executed block: the emulator's only code on the hot path. */
static void serval_count_block(uc_engine *engine, uint64_t address, uint32_t size, void *user) {
  struct serval_slice *slice = (struct serval_slice *)user;
  slice->block = address;
  slice->block_size = size;
  if (slice->remaining <= 0) {
    uc_emu_stop(engine);
    return;
  }
  slice->remaining -= size / 4;
  slice->instructions += size / 4;
  uint64_t index = (address - slice->code) / 4;
  if (index < slice->code_count) {
    slice->counts[index].executions += 1;
    slice->counts[index].instructions += size / 4;
  }
}

/* Swift cannot call variadic functions, so these wrap them. The range 1...0 means all addresses. */
static inline uc_err serval_hook_blocks(uc_engine *engine, struct serval_slice *slice) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_BLOCK, (void *)serval_count_block, slice, 1, 0);
}

static inline uc_err serval_hook_exceptions(
    uc_engine *engine, uc_cb_hookintr_t callback, void *user) {
  uc_hook hook;
  return uc_hook_add(engine, &hook, UC_HOOK_INTR, (void *)callback, user, 1, 0);
}

static inline uc_err serval_hook_invalid_memory(
    uc_engine *engine, uc_cb_eventmem_t callback, void *user, uint64_t first, uint64_t last) {
  uc_hook hook;
  return uc_hook_add(
      engine, &hook, UC_HOOK_MEM_INVALID, (void *)callback, user, first, last);
}

static inline uc_err serval_hook_accesses(
    uc_engine *engine, uc_cb_hookmem_t callback, void *user, uint64_t first, uint64_t last) {
  uc_hook hook;
  return uc_hook_add(
      engine, &hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)callback, user, first, last);
}

static inline uc_err serval_hook_system_instructions(
    uc_engine *engine, uc_arm64_insn kind, uc_cb_insn_sys_t callback, void *user) {
  uc_hook hook;
  return uc_hook_add(
      engine, &hook, UC_HOOK_INSN, (void *)callback, user, (uint64_t)1, (uint64_t)0, (int)kind);
}

static inline uc_err serval_set_model(uc_engine *engine, int model) {
  return uc_ctl_set_cpu_model(engine, model);
}

/* Unicorn 2.1, unlike Debian's 2.0.1, asks for the permissions of a page on first use. Otherwise it treats each
   page as code, and each store takes a slow path that invalidates translations. */
struct serval_page {
  uint64_t physical;
  uint32_t permissions; /* uc_prot */
};

typedef bool (*serval_page_callback)(
    uc_engine *engine, uint64_t address, uc_mem_type access, struct serval_page *page, void *user);

/* Returns false if the library does not support it. */
static inline bool serval_hook_pages(uc_engine *engine, serval_page_callback callback, void *user) {
  const int tlb_type = 12, virtual_tlb = 1, tlb_fill = 1 << 17;
  uc_hook hook;
  return uc_version(NULL, NULL) >> 24 == 2 && (uc_version(NULL, NULL) >> 16 & 255) >= 1 &&
         uc_ctl(engine, UC_CTL_WRITE(tlb_type, 1), virtual_tlb) == UC_ERR_OK &&
         uc_hook_add(engine, &hook, tlb_fill, (void *)callback, user, (uint64_t)1, (uint64_t)0) ==
             UC_ERR_OK;
}
