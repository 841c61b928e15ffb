#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Prints the value of `--set NAME=` in GENERATE_FLAGS, or $2.
set -eu

name=$1 value=$2
eval "set -- ${GENERATE_FLAGS:-}"
option=
for word; do
  case "$option$word" in
    --set="$name="* | --set"$name="*) value=${word##*"$name="} ;;
  esac
  option=
  [ "$word" != --set ] || option=--set
done
printf '%s\n' "$value"
