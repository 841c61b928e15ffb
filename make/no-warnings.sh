#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs the build "$@", and fails if it prints a warning. Touches the sources with warnings, so that the next build prints them
# again.
set -eu

log=$(mktemp)
trap 'rm -f "$log" "$log.status"' EXIT
{
  status=0
  "$@" 2>&1 || status=$?
  echo $status >"$log.status"
} | tee "$log"
[ "$(cat "$log.status")" = 0 ] || exit "$(cat "$log.status")"
grep -q '\(^\|[ :]\)warning:' "$log" || exit 0
sed -n 's/^\(\/.*\):[0-9]*:[0-9]*: warning:.*/\1/p' "$log" | sort -u | while IFS= read -r source; do
  [ ! -f "$source" ] || touch "$source"
done
echo "serval: builds are free of warnings, and this one is not: see above" >&2
exit 1
