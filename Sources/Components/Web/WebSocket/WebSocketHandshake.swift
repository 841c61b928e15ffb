// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// The opening handshake (RFC 6455 section 4.2).
struct WebSocketHandshake {
  /// Why a request does not open a connection.
  enum Refusal: Error, Equatable {
    /// The request does not ask for WebSocket: 426.
    case noUpgrade
    /// The client speaks another version: 426.
    case version
    /// The request asks for WebSocket, but breaks the protocol: 400.
    case malformed(String)
    /// A page of this origin may not connect: 403.
    case origin

    var answer: Answer {
      let (status, text): (Status, String) =
        switch self {
        case .noUpgrade: (.upgradeRequired, "Connect with WebSocket.\n")
        case .version: (.upgradeRequired, "Connect with version 13 of WebSocket.\n")
        case .malformed(let why): (.badRequest, why)
        case .origin: (.forbidden, "Pages of this origin may not connect.\n")
        }
      let answer = Answer.text(text, status: status)
      guard status == .upgradeRequired else { return answer }
      return answer.changingHead { head in
        head.add("Upgrade", "websocket")
        head.add("Sec-WebSocket-Version", "13")
      }
    }
  }

  /// The response's head.
  let head: ResponseHead
  /// The subprotocol that was chosen.
  let subprotocol: StaticString?

  init(_ request: RequestHead, _ options: WebSocketOptions) throws(Refusal) {
    guard request.method == .get, request.lists("Upgrade", "websocket") else { throw .noUpgrade }
    guard request.isVersion11 else { throw .malformed("WebSocket needs HTTP/1.1.\n") }
    guard request.lists("Connection", "upgrade") else {
      throw .malformed("The Connection field has to list Upgrade.\n")
    }
    guard request.framing == .none || request.framing == .length(0) else {
      throw .malformed("A WebSocket request has no body.\n")
    }
    guard request.count("Sec-WebSocket-Version") == 1,
      StaticString("13").equals([UInt8](request.value("Sec-WebSocket-Version") ?? []).span)
    else { throw .version }
    let key = [UInt8](request.value("Sec-WebSocket-Key") ?? [])
    guard request.count("Sec-WebSocket-Key") == 1, Base64.isSixteenBytes(key.span) else {
      throw .malformed("Sec-WebSocket-Key has to be 16 bytes in Base64, once.\n")
    }
    guard Self.mayConnect(request, options.origins) else { throw .origin }
    var head = ResponseHead(.switchingProtocols)
    head.add("Upgrade", "websocket")
    head.add("Sec-WebSocket-Accept", Self.accept(key).span)
    subprotocol = Self.choose(options.subprotocols, request)
    if let subprotocol { head.add("Sec-WebSocket-Protocol", subprotocol) }
    self.head = head
  }

  /// What shows that the server has read the key.
  static func accept(_ key: [UInt8]) -> [UInt8] {
    Base64.encode(
      SHA1.digest(key + [UInt8]("258EAFA5-E914-47DA-95CA-C5AB0DC85B11" as StaticString)))
  }

  private static func mayConnect(
    _ request: RequestHead, _ origins: WebSocketOptions.Origins
  ) -> Bool {
    guard let origin = request.value("Origin") else { return true }
    guard request.count("Origin") == 1 else { return false }
    switch origins {
    case .any: return true
    case .listed(let origins):
      let origin = [UInt8](origin)
      return origins.contains { $0.equalsIgnoringCase(origin.span) }
    case .same:
      // Scheme, colon and two slashes, then what is in Host.
      let parts = origin.split(separator: 0x2f, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].last == 0x3a, parts[1].isEmpty,
        let host = request.value("Host")
      else { return false }
      return parts[2].lazy.map(ASCII.lowercase).elementsEqual(host.lazy.map(ASCII.lowercase))
    }
  }

  private static func choose(_ known: [StaticString], _ request: RequestHead) -> StaticString? {
    var offered: [[UInt8]] = []
    for index in 0..<request.fieldCount
    where StaticString("Sec-WebSocket-Protocol").equalsIgnoringCase(
      [UInt8](request.fieldName(index)).span)
    {
      for item in request.fieldValue(index).split(separator: 0x2c) {
        let name = item.filter { $0 != 0x20 && $0 != 0x09 }
        offered.append([UInt8](name))
      }
    }
    return known.first { name in offered.contains { name.equals($0.span) } }
  }
}
