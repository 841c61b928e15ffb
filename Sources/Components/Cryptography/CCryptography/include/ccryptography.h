/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * BoringSSL's libcrypto behind functions that need no headers but these. Functions that can fail return 1 or a count for
 * success and 0 for failure. Where no count is given, the comment has the number of bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CCRYPTOGRAPHY_SHA256, CCRYPTOGRAPHY_SHA384 };

/* The state of either hash, which can be copied. */
struct ccryptography_hash {
  uint64_t state[26];
  uint64_t function;
};
void ccryptography_hash_start(struct ccryptography_hash *hash, int function);
void ccryptography_hash_update(struct ccryptography_hash *hash, const uint8_t *bytes, size_t count);
void ccryptography_hash_finish(struct ccryptography_hash *hash, uint8_t *digest /* 32 or 48 */);

int ccryptography_hmac(int function, const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count,
                       uint8_t *code /* 32 or 48 */);
int ccryptography_hkdf_extract(int function, const uint8_t *salt, size_t salt_count, const uint8_t *secret,
                               size_t secret_count, uint8_t *key /* 32 or 48 */);
int ccryptography_hkdf_expand(int function, const uint8_t *key, size_t key_count, const uint8_t *info, size_t info_count,
                              uint8_t *to, size_t count);

enum { CCRYPTOGRAPHY_AES_128_GCM, CCRYPTOGRAPHY_AES_256_GCM, CCRYPTOGRAPHY_CHACHA20_POLY1305 };

/* A key with its schedule, on the heap; NULL if `count` is not the algorithm's. */
void *ccryptography_aead_create(int algorithm, const uint8_t *key, size_t count);
/* Wipes it, too. */
void ccryptography_aead_destroy(void *key);
/* Writes `count` bytes to `to`, which may be `from`, and `trailer_count` + 16 bytes to `tag`. */
int ccryptography_aead_seal(const void *key, const uint8_t *nonce /* 12 */, const uint8_t *authenticated,
                            size_t authenticated_count, const uint8_t *from, size_t count, const uint8_t *trailer,
                            size_t trailer_count, uint8_t *to, uint8_t *tag);
int ccryptography_aead_open(const void *key, const uint8_t *nonce /* 12 */, const uint8_t *authenticated,
                            size_t authenticated_count, const uint8_t *from, size_t count, const uint8_t *tag /* 16 */,
                            uint8_t *to);

void ccryptography_x25519_generate(uint8_t *private_key /* 32 */, uint8_t *public_key /* 32 */);
void ccryptography_x25519_public(const uint8_t *private_key /* 32 */, uint8_t *public_key /* 32 */);
int ccryptography_x25519_agree(const uint8_t *private_key /* 32 */, const uint8_t *peer /* 32 */, uint8_t *secret /* 32 */);

int ccryptography_p256_generate(uint8_t *private_key /* 32 */, uint8_t *public_key /* 65 */);
int ccryptography_p256_public(const uint8_t *private_key /* 32 */, uint8_t *public_key /* 65 */);
int ccryptography_p256_agree(const uint8_t *private_key /* 32 */, const uint8_t *peer /* 65 */, uint8_t *secret /* 32 */);

enum { CCRYPTOGRAPHY_PKCS8, CCRYPTOGRAPHY_SEC1, CCRYPTOGRAPHY_PKCS1, CCRYPTOGRAPHY_SPKI };

/* A P-256 key, or an RSA key of 2,048 to 4,096 bits, in DER. SPKI is a public key, the others are private ones. */
void *ccryptography_key_parse(int format, const uint8_t *der, size_t count);
/* Wipes it, too. */
void ccryptography_key_destroy(void *key);
/* Bits of the modulus; 0 for P-256. */
int ccryptography_key_rsa_bits(const void *key);
/* Its public half as SPKI; returns the count. */
size_t ccryptography_key_public(const void *key, uint8_t *to, size_t capacity);
/* Signs a digest, with ECDSA (DER) or RSA-PSS (its salt as long as the digest); returns the signature's count. */
size_t ccryptography_key_sign(const void *key, int function, const uint8_t *digest, uint8_t *to, size_t capacity);
int ccryptography_key_verify(const void *key, int function, const uint8_t *digest, const uint8_t *signature, size_t count);

int ccryptography_equal(const uint8_t *a, const uint8_t *b, size_t count);
void ccryptography_wipe(void *bytes, size_t count);
void ccryptography_random(uint8_t *to, size_t count);

/* For protection domains; on the host, BoringSSL asks the system. */
#ifndef __linux__
/* Fills `count` <= 256 bytes and returns 0, or returns -1. Programs without it stop where they need randomness. */
void ccryptography_set_entropy(int (*source)(uint8_t *to, size_t count));

/* Instructions that the processor has besides ARMv8.0's. For keys that are made from then on. */
enum { CCRYPTOGRAPHY_HAS_AES = 1 << 2, CCRYPTOGRAPHY_HAS_SHA256 = 1 << 4, CCRYPTOGRAPHY_HAS_PMULL = 1 << 5 };
void ccryptography_set_features(uint32_t features);
#endif

#ifdef __cplusplus
}
#endif
