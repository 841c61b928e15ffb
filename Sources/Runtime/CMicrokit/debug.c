/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * Printing through the kernel, which must have been built with it, and the report of a Swift trap in a debug
 * configuration.
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
 * The host tool fills this for a debug configuration: each address at which the program can trap, with the reason
 * as text. Sources/Host/Traps defines the layout. In other configurations traps stay breakpoints and this is unused.
 */
struct table {
  char magic[8];
  uint32_t size, count;
  struct {
    uint32_t address, text;
  } entries[];
};
extern const struct table record_serval_traps;

/* Called by serval_trap, to which the host tool redirects each breakpoint. */
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
