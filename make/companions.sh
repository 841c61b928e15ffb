#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# To be sourced: names the programs that the tool at SERVAL starts, in the environment. A tool of a package's own has none beside it.
for name in emulator certificates; do
  variable=SERVAL_$(echo $name | tr '[:lower:]' '[:upper:]')
  if [ ! -x "$(dirname "$SERVAL")/serval-$name" ] && [ -x ".build/release/serval-$name" ]; then
    eval ": \"\${$variable:=\$PWD/.build/release/serval-$name}\""
    export "${variable?}"
  fi
done
