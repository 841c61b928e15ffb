// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// Reads the attributes of one element. Mistakes are reported to the context, and reading
/// continues.
struct ElementReader {
  let element: XMLElement
  let schema: ElementSchema

  /// Checks the names of all attributes.
  init(_ element: XMLElement, _ schema: ElementSchema, _ context: inout CheckContext) {
    self.element = element
    self.schema = schema
    let misspelled = element.attributes.compactMap { checkName($0, &context) }
    for attribute in schema.attributes
    where attribute.isRequired && element.attribute(attribute.name) == nil
      && !misspelled.contains(attribute.name)
    {
      context.report(
        .missingAttribute, at: element.location,
        "<\(element.name)> has no attribute '\(attribute.name)'",
        fix: "add \(attribute.name)=\"...\"")
    }
  }

  var origin: Origin { Origin(element.location) }

  /// - Returns: the attribute that a misspelled one seems to be.
  private func checkName(
    _ attribute: XMLElement.Attribute, _ context: inout CheckContext
  ) -> String? {
    let sdk = context.sdk
    if schema.attributes.contains(where: { $0.name == attribute.name && $0.exists(in: sdk) }) {
      return nil
    }
    let known = schema.attributes.filter { $0.exists(in: sdk) }.map(\.name)
    let fix: String
    var meant: String?
    if let other = schema.attributes.first(where: { $0.name == attribute.name }) {
      fix =
        context.sdk < other.since
        ? "use Microkit SDK \(other.since) or newer, or remove it"
        : attribute.name == "pp"
          ? "write pp=\"true\" on the caller's <end> instead" : "remove it"
    } else if let guess = nearestName(to: attribute.name, in: known) {
      fix = "did you mean '\(guess)'?"
      meant = guess
    } else {
      fix = known.isEmpty ? "remove it" : "the attributes are \(known.joined(separator: ", "))"
    }
    context.report(
      .unknownAttribute, at: attribute.location,
      "<\(element.name)> has no attribute '\(attribute.name)' in Microkit SDK \(context.sdk)",
      fix: fix)
    return meant
  }

  func location(of name: String) -> SourceLocation {
    element.attribute(name)?.location ?? element.location
  }

  func text(_ name: String) -> String? { element.attribute(name)?.value }

  /// An address, size or other number: decimal, or hexadecimal after 0x; underscores are ignored.
  func number(_ name: String, _ context: inout CheckContext) -> UInt64? {
    guard let text = text(name) else { return nil }
    if let value = parseSystemNumber(text) { return value }
    context.report(
      .badNumber, at: location(of: name), "\(name)=\"\(text)\" is not a number below 2^64",
      fix: "write it in decimal, or in hexadecimal after 0x")
    return nil
  }

  /// A number that the Microkit tool reads only in decimal; it panics otherwise.
  ///
  /// - Parameter isSigned: whether the tool reads it as a signed number, as it does channel
  ///   identifiers: "-0" is valid.
  func decimal(
    _ name: String, isSigned: Bool = false, _ context: inout CheckContext
  ) -> UInt64? {
    guard let text = text(name) else { return nil }
    if let value = parseDecimal(text, isSigned: isSigned) { return value }
    context.report(
      .badNumber, at: location(of: name), "\(name)=\"\(text)\" is not a decimal number",
      fix: "write digits only; hexadecimal and underscores make the Microkit tool panic")
    return nil
  }

  /// What the Microkit tool reads as an `i64` that must not be negative.
  func nonNegative(_ name: String, _ context: inout CheckContext) -> UInt64? {
    guard let value = decimal(name, isSigned: true, &context) else { return nil }
    if value <= UInt64(Int64.max) { return value }
    context.report(
      .outOfRange, at: location(of: name), "\(name)=\"\(value)\" is not below 2^63",
      fix: "use a smaller number")
    return nil
  }

  /// The identifier of a channel or interrupt, or if `isSigned` is false of a vCPU.
  func channelID(
    _ name: String, isSigned: Bool = true, _ context: inout CheckContext
  ) -> ChannelID? {
    guard let value = decimal(name, isSigned: isSigned, &context) else { return nil }
    if value <= Limits.channelID { return ChannelID(UInt8(value)) }
    context.report(
      .outOfRange, at: location(of: name), "\(name)=\"\(value)\" is above \(Limits.channelID)",
      fix: "use an identifier from 0 to \(Limits.channelID)")
    return nil
  }

  func boolean(_ name: String, _ context: inout CheckContext) -> Bool? {
    guard let text = text(name) else { return nil }
    switch text {
    case "true": return true
    case "false": return false
    default:
      context.report(
        .badValue, at: location(of: name), "\(name)=\"\(text)\" is neither 'true' nor 'false'",
        fix: "write true or false")
      return nil
    }
  }
}

/// Rust's `u64::from_str_radix` without underscores: a plus sign may come first, in hexadecimal
/// after the 0x.
func parseSystemNumber(_ text: String) -> UInt64? {
  let digits = text.filter { $0 != "_" }
  if digits.hasPrefix("0x") { return parseUnsigned(digits.dropFirst(2), radix: 16) }
  return parseUnsigned(digits[...], radix: 10)
}

/// Rust's `str::parse` for an integer that is not negative; "-0" is 0 if the type is signed.
func parseDecimal(_ text: String, isSigned: Bool) -> UInt64? {
  if let value = parseUnsigned(text[...], radix: 10) { return value }
  guard isSigned, text.hasPrefix("-"), parseUnsigned(text.dropFirst(), radix: 10) == 0,
    !text.dropFirst().hasPrefix("+")
  else { return nil }
  return 0
}

func parseUnsigned(_ text: Substring, radix: Int) -> UInt64? {
  let digits = text.hasPrefix("+") ? text.dropFirst() : text
  // Swift's parser would accept another sign here.
  guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
  else { return nil }
  return UInt64(digits, radix: radix)
}
