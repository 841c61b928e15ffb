// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  /// `<irq>` in one of its forms: a line of the GIC or PLIC, or since 2.1.0 on x86 an I/O APIC pin
  /// or a message. The attribute that names the source tells which, in this order.
  mutating func interrupt(_ element: XMLElement) -> Interrupt? {
    let isLine = element.attribute("irq") != nil
    let isX86 = context.architecture == .x86_64
    if !isLine, context.sdk >= .v2_1_0 {
      if element.attribute("pin") != nil { return x86Interrupt(element, isMessage: false) }
      if element.attribute("pcidev") != nil { return x86Interrupt(element, isMessage: true) }
      if isX86 {
        warnOfContent(element)
        context.report(
          .missingAttribute, at: element.location, "<irq> has neither 'pin' nor 'pcidev'",
          fix:
            "name an I/O APIC pin with pin=\"...\", or a device with pcidev=\"bus:device.function\""
        )
        return nil
      }
    }
    if isX86 {
      context.reportUnsupported(
        at: element.location, "interrupts by 'irq' exist on Arm and RISC-V only",
        needs: "Arm or RISC-V")
    }
    return interruptLine(element)
  }

  private mutating func interruptLine(_ element: XMLElement) -> Interrupt? {
    let reader = ElementReader(element, .interrupt, &context)
    warnOfContent(element)
    let number = reader.decimal("irq", &context)
    let id = reader.channelID("id", &context)
    let trigger = trigger(reader)
    guard let number, let id else { return nil }
    guard let irq = UInt32(exactly: number) else {
      context.report(
        .outOfRange, at: reader.location(of: "irq"), "there is no interrupt \(number)",
        fix: context.architecture == .riscv64
          ? "use the PLIC's number" : "use the GIC's number: SPI + 32, PPI + 16")
      return nil
    }
    return Interrupt(
      IRQNumber(irq), trigger, id: id, idSymbol: reader.text("setvar_id"), origin: reader.origin)
  }

  private mutating func trigger(_ reader: ElementReader) -> Interrupt.Trigger {
    guard let text = reader.text("trigger") else { return .level }
    if let known = Interrupt.Trigger(rawValue: text) { return known }
    context.report(
      .badValue, at: reader.location(of: "trigger"),
      "trigger=\"\(text)\" is neither 'level' nor 'edge'", fix: "write level or edge")
    return .level
  }

  private mutating func x86Interrupt(_ element: XMLElement, isMessage: Bool) -> Interrupt? {
    if context.architecture != .x86_64 {
      context.reportUnsupported(
        at: element.location, "interrupts by 'pin' or 'pcidev' exist on x86 only", needs: "x86-64")
    }
    let schema = isMessage ? ElementSchema.messageInterrupt : .ioAPICInterrupt
    let reader = ElementReader(element, schema, &context)
    warnOfContent(element)
    let id = reader.channelID("id", &context)
    if isMessage {
      pciAddress(reader, attribute: "pcidev")
      _ = reader.nonNegative("handle", &context)
    } else {
      _ = reader.nonNegative("ioapic", &context)
      _ = reader.nonNegative("pin", &context)
      _ = trigger(reader)
      polarity(reader)
    }
    vector(reader)
    guard let id else { return nil }
    let names = Set(schema.attributes.map(\.name)).subtracting(["id", "setvar_id"])
    let attributes = Dictionary(
      element.attributes.filter { names.contains($0.name) && !$0.isQualified }
        .map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    return Interrupt(
      isMessage ? .messageSignalled(attributes: attributes) : .ioAPIC(attributes: attributes),
      id: id, idSymbol: reader.text("setvar_id"), origin: reader.origin)
  }

  private mutating func polarity(_ reader: ElementReader) {
    guard let text = reader.text("polarity"), text != "low", text != "high" else { return }
    context.report(
      .badValue, at: reader.location(of: "polarity"),
      "polarity=\"\(text)\" is neither 'low' nor 'high'", fix: "write low or high")
  }

  /// The kernel has 108 vectors for user level (irq_user_max - irq_user_min); the Microkit tool
  /// checks that since 2.3.0.
  private mutating func vector(_ reader: ElementReader) {
    guard let vector = reader.nonNegative("vector", &context), context.sdk >= .v2_3_0,
      vector > Limits.x86Vector
    else { return }
    context.report(
      .outOfRange, at: reader.location(of: "vector"),
      "vector \(vector) is above \(Limits.x86Vector)",
      fix: "use a vector from 0 to \(Limits.x86Vector)")
  }

  /// Checks a PCI address, bus:device.function in hexadecimal.
  mutating func pciAddress(_ reader: ElementReader, attribute name: String) {
    guard let text = reader.text(name) else { return }
    guard let address = PCIAddress(text, isLenient: context.sdk < .v2_3_0) else {
      context.report(
        .badValue, at: reader.location(of: name),
        "\(name)=\"\(text)\" is not a PCI address in the form bus:device.function",
        fix: "write hexadecimal numbers such as 00:1f.2")
      return
    }
    if context.sdk >= .v2_3_0, !address.isInRange {
      context.report(
        .outOfRange, at: reader.location(of: name),
        "\(name)=\"\(text)\" is beyond PCI's 256 buses, 32 devices or 8 functions",
        fix: "use an address up to ff:1f.7")
    }
  }
}

/// A PCI device's address.
struct PCIAddress: Hashable {
  var bus: UInt64
  var device: UInt64
  var function: UInt64

  /// Reads bus:device.function, each a hexadecimal `i64` in Rust's syntax that is not negative.
  ///
  /// - Parameter isLenient: whether any colon or full stop separates, as before 2.3.0.
  init?(_ text: String, isLenient: Bool) {
    let parts: [Substring]
    if isLenient {
      parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "." }
    } else {
      let bus = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard bus.count == 2 else { return nil }
      let rest = bus[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      parts = [bus[0]] + rest
    }
    let numbers = parts.compactMap { part -> UInt64? in
      let digits = trimmed(part)
      let value = digits.hasPrefix("-") ? negativeZero(digits) : parseUnsigned(digits, radix: 16)
      return value.flatMap { $0 <= UInt64(Int64.max) ? $0 : nil }
    }
    guard parts.count == 3, numbers.count == 3 else { return nil }
    (bus, device, function) = (numbers[0], numbers[1], numbers[2])
  }

  var isInRange: Bool { bus <= 0xff && device <= 0x1f && function <= 7 }
}

/// Without white space at both ends, as Rust's `trim`.
private func trimmed(_ text: Substring) -> Substring {
  var text = text
  while let first = text.unicodeScalars.first, first.properties.isWhitespace {
    text = text[text.unicodeScalars.index(after: text.startIndex)...]
  }
  while let last = text.unicodeScalars.last, last.properties.isWhitespace {
    text = text[..<text.unicodeScalars.index(before: text.endIndex)]
  }
  return text
}

private func negativeZero(_ text: Substring) -> UInt64? {
  let digits = text.dropFirst()
  return !digits.isEmpty && digits.allSatisfy { $0 == "0" } ? 0 : nil
}
