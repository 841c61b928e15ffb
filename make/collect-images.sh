#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Gives every program with a Main.swift below directory $3, and that was linked in directory $1, its name as a
# system knows it, in directory $2. What has not changed is left alone.
set -eu

mkdir -p "$2"
find "$3" -name Main.swift | while read -r main; do
  name=$(basename "$(dirname "$main")")
  cmp -s "$1/$name" "$2/$name.elf" || cp "$1/$name" "$2/$name.elf"
done
