/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

#pragma once

#if !__has_include(<CCryptoBoringSSL.h>)
#error "the library Cryptography needs a trait of Serval's: .package(..., traits: [\"Cryptography\"])"
#endif
#include <CCryptoBoringSSL.h>
