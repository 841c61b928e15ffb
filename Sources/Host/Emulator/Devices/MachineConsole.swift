// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The far end of the machine's serial line: receives what programs and the kernel print, and provides what
/// the user types.
public final class MachineConsole {
  private var printed: [UInt8] = []
  private let sink: ([UInt8]) -> Void
  /// Typed and not yet received by a UART.
  private var typed: ArraySlice<UInt8> = []
  /// Called when there is new input.
  var onInput: () -> Void = {}

  /// - Parameter sink: receives output, a line at a time if lines are at most 4096 bytes long.
  public init(sink: @escaping ([UInt8]) -> Void) { self.sink = sink }

  func write(_ byte: UInt8) {
    printed.append(byte)
    if byte == 0x0a || printed.count >= 4096 { flush() }
  }

  func write(_ text: String) { text.utf8.forEach(write) }

  /// Passes on output that does not yet end a line.
  public func flush() {
    if printed.isEmpty { return }
    sink(printed)
    printed.removeAll(keepingCapacity: true)
  }

  // MARK: Typing

  /// Adds to the input. The UART receives it at its own speed.
  public func type(_ bytes: some Collection<UInt8>) {
    typed += bytes
    onInput()
  }

  var hasInput: Bool { !typed.isEmpty }
  func takeInput() -> UInt8? { typed.popFirst() }
}
