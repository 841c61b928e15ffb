/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* In a file of its own, so that programs without sockets are linked without it. */
#include "cmicrokit.h"

uint64_t serval_gauge_socket_buffers[3];
