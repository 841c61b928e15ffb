/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* A program in C with sections that Serval's linker script does not list; Tests/Boot/emulated.py builds and runs it. */
#include "cmicrokit.h"

/* The record. Volatile, because the host tool replaces the contents after linking. */
__attribute__((section(".my_config"))) const volatile unsigned char my_config[32];
/* Nothing uses this one, so the linker drops it. */
__attribute__((section(".unused_config"))) const volatile unsigned char unused_config[32];
__attribute__((section(".my_counter"))) volatile uint64_t my_counter = 41;

int main(void) {
  my_counter++;
  for (int i = 0; i < 32 && my_config[i]; i++) {
    unsigned char byte = my_config[i];
    cmicrokit_print(&byte, 1);
  }
  if (my_counter == 42) cmicrokit_print((const unsigned char *)"!\n", 2);
  for (;;) cmicrokit_receive(CMICROKIT_RECV, CMICROKIT_INPUT, 0, CMICROKIT_REPLY, 0);
}
