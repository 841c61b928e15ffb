/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * In place of BoringSSL's assembly of the same name. That one returns a wrong number, and reports success, where 64 or more
 * of the lowest bits are zero, so that two of Wycheproof's valid signatures are refused. google/boringssl 0e22042f44 has the
 * correction; swift-crypto 4.5.2 does not. Only verification calls it.
 */
#include <CCryptoBoringSSL.h>

int beeu_mod_inverse_vartime(uint64_t out[4], const uint64_t a[4], const uint64_t n[4]) {
  BN_CTX *context = BN_CTX_new();
  BIGNUM *number = BN_lebin2bn((const uint8_t *)a, 32, NULL);
  BIGNUM *modulus = BN_lebin2bn((const uint8_t *)n, 32, NULL);
  BIGNUM *inverse = BN_new();
  int done = context && number && modulus && inverse && BN_mod_inverse(inverse, number, modulus, context) &&
             BN_bn2le_padded((uint8_t *)out, 32, inverse);
  BN_free(inverse);
  BN_free(modulus);
  BN_free(number);
  BN_CTX_free(context);
  return done;
}
