#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Copies each program that has a Main.swift below directory $3 from directory $1, where it was linked, to $2/NAME.elf. Files
# that have not changed stay untouched.
set -eu

mkdir -p "$2"
find "$3" -name Main.swift | while read -r main; do
  name=$(basename "$(dirname "$main")")
  cmp -s "$1/$name" "$2/$name.elf" || cp "$1/$name" "$2/$name.elf"
done
