#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Installs Unicorn's library from its wheel on PyPI, which is newer and faster than Debian's, beside serval-emulator, where the
# loader looks first. PyPI is asked once; if that fails, Debian's library is used. `serval run --version` prints which.
set -eu

version=2.1.4
store=.build/unicorn
if [ ! -e "$store/asked-for-$version" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  rm -rf "$store"
  mkdir -p "$store"
  if python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --retries 1 --timeout 15 \
      --dest "$work" "unicorn==$version" >/dev/null 2>&1 &&
    python3 -m zipfile -e "$work"/*.whl "$work/wheel" &&
    python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1]).uc_version' "$work/wheel/unicorn/lib/libunicorn.so.2"; then
    mv "$work/wheel/unicorn/lib/libunicorn.so.2" "$store/libunicorn.so.2"
  else
    echo "serval: PyPI cannot be reached, or has no Unicorn $version for this machine: serval run uses Debian's, which is slower" >&2
  fi
  touch "$store/asked-for-$version"
fi
[ -e "$store/libunicorn.so.2" ] || exit 0
for mode in debug release; do
  place=.build/$(uname -m)-unknown-linux-gnu/$mode
  mkdir -p "$place"
  ln -sf ../../unicorn/libunicorn.so.2 "$place/libunicorn.so.2"
done
