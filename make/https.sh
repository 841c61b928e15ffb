#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# HTTPS of the web server, the archiver and programs of a PACKAGE.
#
#   HTTPS=1           HTTPS on port 443, besides what --set https= in GENERATE_FLAGS says
#   CERTIFICATE, KEY  PEM files of the certificate with its chain, and of its key; they ask for HTTPS, too
#   HTTPS_PORT        port of this machine for `make run` and `make qemu`, 5556 by default
#
# Without CERTIFICATE, `make run` and `make qemu` make a certificate for localhost that signs itself, once.
#
#   https.sh check [own]  reports mistakes; "own" where such a certificate will do
#   https.sh port         prints the guest's port with TLS, or nothing
#   https.sh flags [own]  prints words for `serval generate`, quoted for sh; makes the certificate if need be, with $SERVAL
set -eu

stop() {
  echo "serval: $1" >&2
  exit 1
}

quote() { printf " '%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

case "${HTTPS:-}" in
  1 | yes | true) default=443 ;;
  "" | 0 | no | false) default=${CERTIFICATE:+443} ;;
  *) stop "HTTPS '$HTTPS' is neither 1 nor 0: HTTPS_PORT is this machine's port, and GENERATE_FLAGS='--set https=PORT' the system's" ;;
esac
port=$(./make/chosen.sh https "$default")
[ "$port" != none ] || port=
own=${PACKAGE:-$PWD}/.build/https

case "$1" in
  port) echo "$port" ;;
  check)
    [ -n "${CERTIFICATE:-}" ] || [ -z "${KEY:-}" ] ||
      stop "KEY is set and CERTIFICATE is not: set it to the PEM file with the key's certificate and its chain"
    [ -z "${CERTIFICATE:-}" ] || [ -n "${KEY:-}" ] ||
      stop "CERTIFICATE is set and KEY is not: set it to the PEM file with the certificate's private key"
    for name in CERTIFICATE KEY; do
      eval "file=\${$name:-}"
      # shellcheck disable=SC2154
      [ -z "$file" ] || [ -r "$file" ] || stop "$name names no file that can be read: '$file'"
    done
    case "${GENERATE_FLAGS:-}" in *--certificate*) exit 0 ;; esac
    [ -z "$port" ] || [ -n "${CERTIFICATE:-}" ] || [ "${2:-}" = own ] ||
      stop "HTTPS needs a certificate: set CERTIFICATE and KEY to PEM files; 'serval certificate NAME' makes both"
    ;;
  flags)
    [ -n "$port" ] || exit 0
    [ "$(./make/chosen.sh https none)" != none ] || printf ' --set https=%s' "$port"
    case "${GENERATE_FLAGS:-}" in *--certificate*) exit 0 ;; esac
    if [ -z "${CERTIFICATE:-}" ] && [ "${2:-}" = own ]; then
      # One that is valid for a year is made again after ten months.
      [ -z "$(find "$own" -name certificate.pem -mtime +300 2>/dev/null)" ] || rm -rf "$own"
      [ -e "$own/certificate.pem" ] && [ -e "$own/key.pem" ] || {
        rm -rf "$own"
        "$SERVAL" certificate localhost 127.0.0.1 --output "$own" >/dev/null
        echo "serval: $own/certificate.pem is for localhost, and signs itself: let browsers trust it, or click their warning away" >&2
      }
      CERTIFICATE=$own/certificate.pem KEY=$own/key.pem
    fi
    [ -z "${CERTIFICATE:-}" ] || {
      case "$CERTIFICATE" in /*) ;; *) CERTIFICATE=$PWD/$CERTIFICATE ;; esac
      case "$KEY" in /*) ;; *) KEY=$PWD/$KEY ;; esac
      quote "--certificate=$CERTIFICATE"
      quote "--key=$KEY"
    }
    ;;
esac
