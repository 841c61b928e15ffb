// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import CryptographyVectors

// A program for a bare AArch64 machine, which bare.py builds and runs: checks the test vectors that QEMU has loaded at
// 0x90000000, or counts instructions if there are none. Start.S of Tests/Bench/NetworkStack calls `bench_main`.

@_silgen_name("bench_counter") func counter() -> UInt64
@_silgen_name("bench_put") func put(_ byte: UInt8)
@_silgen_name("posix_memalign") func memalign(
  _ result: UnsafeMutablePointer<UInt>, _ alignment: Int, _ count: Int
) -> Int32

func say(_ text: StaticString) { for byte in [UInt8](text) { put(byte) } }

func say(_ number: UInt64) {
  if number >= 10 { say(number / 10) }
  put(UInt8(truncatingIfNeeded: 48 + number % 10))
}

@_cdecl("bench_main") func benchMain() {
  var next: UInt8 = 0
  EntropySource.use { bytes in
    for index in bytes.indices {
      next = next &* 37 &+ 11
      bytes[index] = next
    }
    return true
  }
  // Two numbers: the bytes that follow, and bit 0 for the Cryptographic Extension.
  guard let loaded = unsafe UnsafePointer<UInt64>(bitPattern: 0x9000_0000) else { return }
  let count = unsafe Int(loaded[0])
  if unsafe loaded[1] & 1 == 1 { ProcessorFeatures.cryptographicExtension.use() }
  guard count > 0 else { return countAll() }
  guard let start = unsafe UnsafePointer<UInt8>(bitPattern: 0x9000_0010) else { return }
  let text = unsafe Span(_unsafeStart: start, count: count)
  let passed = checkVectors(text) { line, _ in
    say("FAILED: ")
    for index in line.indices { put(line[index]) }
    say("\n")
  }
  say("passed ")
  say(UInt64(passed))
  say("\n")
  checkWiping()
}

/// Where the next block of the heap is; nothing is ever freed.
func heapEnd() -> UInt {
  var address: UInt = 0
  _ = unsafe memalign(&address, 64, 0)
  return address
}

/// The words below here that are not zero are what calls have left. Clears them, and returns how many bytes down they went.
@inline(never) func clearStack() -> UInt64 {
  var here: UInt64 = 0
  let top = unsafe withUnsafeMutablePointer(to: &here) { unsafe UInt(bitPattern: $0) }
  let size: UInt = 512 << 10
  // From a number, so that the compiler does not know that no variable is there.
  guard let lowest = unsafe UnsafeMutablePointer<UInt64>(bitPattern: top - size) else { return 0 }
  var deepest: UInt = 0
  // Not this function's own frame.
  for word in 0..<Int(size / 8) - 32 where unsafe lowest[word] != 0 {
    if deepest == 0 { deepest = size - UInt(word) * 8 }
    unsafe lowest[word] = 0
  }
  return UInt64(deepest)
}

/// Runs `body` once for what it keeps, and then counts its instructions, stack and allocated bytes.
@inline(never) func measure(_ name: StaticString, _ what: StaticString, _ body: () -> Void) {
  body()
  _ = clearStack()
  let heap = heapEnd()
  body()
  let allocated = heapEnd() - heap
  let stack = clearStack()
  let start = counter()
  for _ in 0..<4 { body() }
  let instructions = (counter() - start) / 4
  say("measured: ")
  say(name)
  say(" | ")
  say(what)
  for number in [instructions, stack, UInt64(allocated)] {
    say(" | ")
    say(number)
  }
  say("\n")
}
