#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Builds programs $3, $4, ... of the package in directory $1 for protection domains, and copies them to $2/NAME.elf.
set -eu

package=$1 images=$2
shift 2
mkdir -p "$package/.build" "$images"
[ $# -gt 0 ] || exit 0
toolset=$package/.build/serval-toolset.json
# SwiftPM reads paths in the toolset as relative to the package.
python3 - Sources/Runtime/toolset.json "$toolset" <<'EOF'
import json, os, shutil, sys

source, target = sys.argv[1:]
toolset = json.load(open(source))
linker = toolset["linker"]["extraCLIOptions"]
linker[:] = [os.path.abspath(option) if "/" in option else option for option in linker]
# Comparing strings needs tables, of which only what is used is linked.
swift = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swiftc"))))
linker.append(os.path.join(swift, "lib/swift/embedded/aarch64-none-none-elf/libswiftUnicodeDataTables.a"))
text = json.dumps(toolset)
if not os.path.exists(target) or open(target).read() != text:
    open(target, "w").write(text)
EOF
./make/relink.sh "$package/.build/target"

build() {
  SERVAL_TARGET=1 swift build --package-path "$package" --triple aarch64-none-none-elf -c release --toolset "$toolset" \
    --scratch-path "$package/.build/target" -Xswiftc -file-prefix-map -Xswiftc "$package=." "$@"
}

for program in "$@"; do build --product "$program"; done
bin=$(build --show-bin-path)
for program in "$@"; do
  cmp -s "$bin/$program" "$images/$program.elf" || cp "$bin/$program" "$images/$program.elf"
done
