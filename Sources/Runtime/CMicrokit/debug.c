/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * Text through the kernel, which must have been built with printing, and what becomes of a Swift trap in a
 * debug configuration.
 */
#include "cmicrokit.h"

static void put(unsigned char byte) { cmicrokit_send(CMICROKIT_DEBUG_PUT_CHAR, byte, 0); }

void cmicrokit_print(const unsigned char *text, size_t count) {
  while (count--) put(*text++);
}

static void print_text(const char *text) {
  while (*text) put(*text++);
}

void cmicrokit_print_name(void) {
  for (int i = 0; i < 64 && microkit_name[i]; i++) put(microkit_name[i]);
}

/*
 * The host tool fills this for a debug configuration: where the program can trap, and why, as text.
 * Sources/Host/Traps has the layout. Without it, traps stay breakpoints and nobody comes here.
 */
struct table {
  char magic[8];
  uint32_t size, count;
  struct {
    uint32_t address, text;
  } entries[];
};
extern const struct table record_serval_traps;

/* Reached from the entry below, by a call that the host tool has put in place of the breakpoint. */
__attribute__((noreturn, used)) void cmicrokit_trapped(uint64_t address) {
  const struct table *table = &record_serval_traps;
  __asm__("" : "+r"(table));
  const char *reason = "trap";
  for (uint32_t i = 0; i < table->count; i++)
    if (table->entries[i].address == address) reason = (const char *)table + table->entries[i].text;
  cmicrokit_print_name();
  print_text(": ");
  print_text(reason);
  print_text("\n");
  __builtin_trap();
}
