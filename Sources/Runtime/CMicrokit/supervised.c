/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* What a domain does that its supervisor has given up: it was begun once more only for this. */
#include "cmicrokit.h"

extern const unsigned char record_supervised_config[];

static uint64_t word(const unsigned char *bytes) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

/*
 * Called by entry.S before the program of a restarted domain. If it is given up, it refuses every call, the one that it died in
 * included: callers would wait for ever.
 */
__attribute__((used)) void cmicrokit_refuse_if_given_up(void) {
  const unsigned char *record = record_supervised_config;
  __asm__("" : "+r"(record));
  /* Fields of SupervisedConfig and words of EpochTable (Sources/Core/Records/SupervisionRecords.swift). */
  uint64_t epochs = word(record + 16), number = record[12] & 63;
  if (!epochs || !cmicrokit_load_acquire(epochs + 8 * (65 + number))) return;
  cmicrokit_message refusal = {0, ((1ull << 52) - 1) << CMICROKIT_LABEL_SHIFT, {0, 0, 0, 0}};
  for (;;) cmicrokit_syscall(CMICROKIT_REPLY_RECV, CMICROKIT_INPUT, refusal, CMICROKIT_REPLY, 0);
}
