// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The machine's serial line, from outside: what programs and the kernel print, and what someone types.
public final class Console {
  private var printed: [UInt8] = []
  private let sink: ([UInt8]) -> Void
  /// Typed and not yet taken by a UART.
  private var typed: ArraySlice<UInt8> = []
  /// Something was typed.
  var onInput: () -> Void = {}

  public init(sink: @escaping ([UInt8]) -> Void) { self.sink = sink }

  func write(_ byte: UInt8) {
    printed.append(byte)
    if byte == 0x0a || printed.count >= 4096 { flush() }
  }

  func write(_ text: String) { text.utf8.forEach(write) }

  public func flush() {
    if printed.isEmpty { return }
    sink(printed)
    printed.removeAll(keepingCapacity: true)
  }

  // MARK: Typing

  public func type(_ bytes: some Collection<UInt8>) {
    typed += bytes
    onInput()
  }

  var hasInput: Bool { !typed.isEmpty }
  func takeInput() -> UInt8? { typed.popFirst() }
}
