/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Hashes and what is made of them, sealing, and secrets. */
#include "boringssl.h"
#include "ccryptography.h"

static const EVP_MD *digest_of(int function) { return function == CCRYPTOGRAPHY_SHA384 ? EVP_sha384() : EVP_sha256(); }

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct ccryptography_hash *)0)->state), "the state is too small");
_Static_assert(sizeof(SHA512_CTX) <= sizeof(((struct ccryptography_hash *)0)->state), "the state is too small");

void ccryptography_hash_start(struct ccryptography_hash *hash, int function) {
  hash->function = (uint64_t)function;
  if (function == CCRYPTOGRAPHY_SHA384) SHA384_Init((SHA512_CTX *)hash->state);
  else SHA256_Init((SHA256_CTX *)hash->state);
}

void ccryptography_hash_update(struct ccryptography_hash *hash, const uint8_t *bytes, size_t count) {
  if (hash->function == CCRYPTOGRAPHY_SHA384) SHA384_Update((SHA512_CTX *)hash->state, bytes, count);
  else SHA256_Update((SHA256_CTX *)hash->state, bytes, count);
}

void ccryptography_hash_finish(struct ccryptography_hash *hash, uint8_t *digest) {
  if (hash->function == CCRYPTOGRAPHY_SHA384) SHA384_Final(digest, (SHA512_CTX *)hash->state);
  else SHA256_Final(digest, (SHA256_CTX *)hash->state);
}

int ccryptography_hmac(int function, const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count,
                       uint8_t *code) {
  return HMAC(digest_of(function), key, key_count, bytes, count, code, NULL) != NULL;
}

int ccryptography_hkdf_extract(int function, const uint8_t *salt, size_t salt_count, const uint8_t *secret,
                               size_t secret_count, uint8_t *key) {
  size_t written;
  return HKDF_extract(key, &written, digest_of(function), secret, secret_count, salt, salt_count);
}

int ccryptography_hkdf_expand(int function, const uint8_t *key, size_t key_count, const uint8_t *info, size_t info_count,
                              uint8_t *to, size_t count) {
  return HKDF_expand(to, count, digest_of(function), key, key_count, info, info_count);
}

void *ccryptography_aead_create(int algorithm, const uint8_t *key, size_t count) {
  const EVP_AEAD *aead = algorithm == CCRYPTOGRAPHY_AES_128_GCM   ? EVP_aead_aes_128_gcm()
                         : algorithm == CCRYPTOGRAPHY_AES_256_GCM ? EVP_aead_aes_256_gcm()
                                                                  : EVP_aead_chacha20_poly1305();
  return count == EVP_AEAD_key_length(aead) ? EVP_AEAD_CTX_new(aead, key, count, EVP_AEAD_DEFAULT_TAG_LENGTH) : NULL;
}

void ccryptography_aead_destroy(void *key) { EVP_AEAD_CTX_free(key); }

int ccryptography_aead_seal(const void *key, const uint8_t *nonce, const uint8_t *authenticated,
                            size_t authenticated_count, const uint8_t *from, size_t count, const uint8_t *trailer,
                            size_t trailer_count, uint8_t *to, uint8_t *tag) {
  size_t written;
  return EVP_AEAD_CTX_seal_scatter(key, to, tag, &written, trailer_count + 16, nonce, 12, from, count, trailer,
                                   trailer_count, authenticated, authenticated_count);
}

int ccryptography_aead_open(const void *key, const uint8_t *nonce, const uint8_t *authenticated,
                            size_t authenticated_count, const uint8_t *from, size_t count, const uint8_t *tag,
                            uint8_t *to) {
  return EVP_AEAD_CTX_open_gather(key, to, nonce, 12, from, count, tag, 16, authenticated, authenticated_count);
}

int ccryptography_equal(const uint8_t *a, const uint8_t *b, size_t count) { return CRYPTO_memcmp(a, b, count) == 0; }

void ccryptography_wipe(void *bytes, size_t count) { OPENSSL_cleanse(bytes, count); }

void ccryptography_random(uint8_t *to, size_t count) { RAND_bytes(to, count); }
