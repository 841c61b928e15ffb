/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* Shared secrets of X25519 and P-256. */
#include "boringssl.h"
#include "ccryptography.h"

void ccryptography_x25519_generate(uint8_t *private_key, uint8_t *public_key) { X25519_keypair(public_key, private_key); }

void ccryptography_x25519_public(const uint8_t *private_key, uint8_t *public_key) {
  X25519_public_from_private(public_key, private_key);
}

int ccryptography_x25519_agree(const uint8_t *private_key, const uint8_t *peer, uint8_t *secret) {
  return X25519(secret, private_key, peer);
}

/* A key without a public half; NULL if it is not between 1 and the group's order. */
static EC_KEY *p256_key(const uint8_t *private_key) {
  EC_KEY *key = EC_KEY_new();
  if (key && EC_KEY_set_group(key, EC_group_p256()) && EC_KEY_oct2priv(key, private_key, 32)) return key;
  EC_KEY_free(key);
  return NULL;
}

static int write_point(const EC_POINT *point, uint8_t *to) {
  return EC_POINT_point2oct(EC_group_p256(), point, POINT_CONVERSION_UNCOMPRESSED, to, 65, NULL) == 65;
}

int ccryptography_p256_generate(uint8_t *private_key, uint8_t *public_key) {
  EC_KEY *key = EC_KEY_new();
  int done = key && EC_KEY_set_group(key, EC_group_p256()) && EC_KEY_generate_key(key) &&
             EC_KEY_priv2oct(key, private_key, 32) == 32 && write_point(EC_KEY_get0_public_key(key), public_key);
  EC_KEY_free(key);
  return done;
}

int ccryptography_p256_public(const uint8_t *private_key, uint8_t *public_key) {
  EC_KEY *key = p256_key(private_key);
  EC_POINT *point = EC_POINT_new(EC_group_p256());
  int done = key && point &&
             EC_POINT_mul(EC_group_p256(), point, EC_KEY_get0_private_key(key), NULL, NULL, NULL) &&
             write_point(point, public_key);
  EC_POINT_free(point);
  EC_KEY_free(key);
  return done;
}

int ccryptography_p256_agree(const uint8_t *private_key, const uint8_t *peer, uint8_t *secret) {
  EC_KEY *key = p256_key(private_key);
  EC_POINT *point = EC_POINT_new(EC_group_p256());
  /* EC_POINT_oct2point refuses points that are not on the curve. */
  int done = key && point && EC_POINT_oct2point(EC_group_p256(), point, peer, 65, NULL) &&
             ECDH_compute_key(secret, 32, point, key, NULL) == 32;
  EC_POINT_free(point);
  EC_KEY_free(key);
  return done;
}
