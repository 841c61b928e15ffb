/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Keys for signatures: P-256 and RSA. */
#include "boringssl.h"
#include "ccryptography.h"

static const EVP_MD *digest_of(int function) { return function == CCRYPTOGRAPHY_SHA384 ? EVP_sha384() : EVP_sha256(); }

static EVP_PKEY *sec1_key(const uint8_t *der, size_t count) {
  CBS bytes;
  CBS_init(&bytes, der, count);
  EC_KEY *ec = EC_KEY_parse_private_key(&bytes, EC_group_p256());
  EVP_PKEY *key = EVP_PKEY_new();
  if (ec && key && CBS_len(&bytes) == 0 && EVP_PKEY_assign_EC_KEY(key, ec)) return key;
  EC_KEY_free(ec);
  EVP_PKEY_free(key);
  return NULL;
}

static EVP_PKEY *pkcs1_key(const uint8_t *der, size_t count) {
  RSA *rsa = RSA_private_key_from_bytes(der, count);
  EVP_PKEY *key = EVP_PKEY_new();
  if (rsa && key && EVP_PKEY_assign_RSA(key, rsa)) return key;
  RSA_free(rsa);
  EVP_PKEY_free(key);
  return NULL;
}

void *ccryptography_key_parse(int format, const uint8_t *der, size_t count) {
  const EVP_PKEY_ALG *const algorithms[] = {EVP_pkey_ec_p256(), EVP_pkey_rsa()};
  EVP_PKEY *key = format == CCRYPTOGRAPHY_PKCS8  ? EVP_PKEY_from_private_key_info(der, count, algorithms, 2)
                  : format == CCRYPTOGRAPHY_SEC1 ? sec1_key(der, count)
                  : format == CCRYPTOGRAPHY_PKCS1
                      ? pkcs1_key(der, count)
                      : EVP_PKEY_from_subject_public_key_info(der, count, algorithms, 2);
  const RSA *rsa = key ? EVP_PKEY_get0_RSA(key) : NULL;
  if (rsa && (RSA_bits(rsa) < 2048 || RSA_bits(rsa) > 4096)) {
    EVP_PKEY_free(key);
    return NULL;
  }
  return key;
}

void ccryptography_key_destroy(void *key) { EVP_PKEY_free(key); }

int ccryptography_key_rsa_bits(const void *key) {
  const RSA *rsa = EVP_PKEY_get0_RSA(key);
  return rsa ? (int)RSA_bits(rsa) : 0;
}

size_t ccryptography_key_public(const void *key, uint8_t *to, size_t capacity) {
  CBB bytes;
  size_t count = 0;
  CBB_init_fixed(&bytes, to, capacity);
  if (!EVP_marshal_public_key(&bytes, key) || !CBB_finish(&bytes, NULL, &count)) count = 0;
  CBB_cleanup(&bytes);
  return count;
}

size_t ccryptography_key_sign(const void *key, int function, const uint8_t *digest, uint8_t *to, size_t capacity) {
  const EVP_MD *hash = digest_of(function);
  size_t count = 0;
  RSA *rsa = EVP_PKEY_get0_RSA(key);
  if (rsa) return RSA_sign_pss_mgf1(rsa, &count, to, capacity, digest, EVP_MD_size(hash), hash, hash, -1) ? count : 0;
  const EC_KEY *ec = EVP_PKEY_get0_EC_KEY(key);
  unsigned written = 0;
  if (!ec || ECDSA_size(ec) > capacity || !ECDSA_sign(0, digest, EVP_MD_size(hash), to, &written, ec)) return 0;
  return written;
}

int ccryptography_key_verify(const void *key, int function, const uint8_t *digest, const uint8_t *signature,
                             size_t count) {
  const EVP_MD *hash = digest_of(function);
  RSA *rsa = EVP_PKEY_get0_RSA(key);
  if (rsa) return RSA_verify_pss_mgf1(rsa, digest, EVP_MD_size(hash), hash, hash, -1, signature, count);
  const EC_KEY *ec = EVP_PKEY_get0_EC_KEY(key);
  return ec && ECDSA_verify(0, digest, EVP_MD_size(hash), signature, count, ec);
}
