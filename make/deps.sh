#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Installs missing Debian packages, as root or through sudo; lists them if neither is possible.
set -eu

missing=""
need() { # PACKAGE, then a command that succeeds when it is installed
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need libfdt-dev test -e /usr/include/libfdt.h
need libexpat1-dev test -e /usr/include/expat.h
need libunicorn-dev test -e /usr/include/unicorn/unicorn.h
need zlib1g-dev test -e /usr/include/zlib.h
need libslirp-dev test -e /usr/include/slirp/libslirp.h
need device-tree-compiler command -v dtc
need graphviz command -v dot
need codespell command -v codespell
need spin command -v spin
need iproute2 command -v ip
need gcc command -v gcc
need openssl command -v openssl
need curl command -v curl
need gnutls-bin command -v gnutls-cli
need python3-pip python3 -m pip --version

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
  run=""
elif command -v sudo >/dev/null 2>&1; then
  run="sudo"
else
  echo "serval: install these packages first:$missing" >&2
  exit 1
fi
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $missing >/dev/null
