/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Figures of programs that have them; a file of its own, so that others are linked without. */
#include "cmicrokit.h"

uint64_t serval_gauge_socket_buffers[3];
