// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension Configuration {
  /// Sends a request's client to the same target with TLS. Without a host there is nowhere to send it: that is 400, which only concerns
  /// HTTP/1.0 and targets that name no resource.
  func redirect(_ head: RequestHead, toSecure port: UInt16) -> Answer {
    guard let host = head.host, !head.pathExtent.range.isEmpty else { return .status(.badRequest) }
    var location = [UInt8]("https://")
    location.append(copying: host.span)
    if port != 443 {
      location.append(":")
      location.append(decimal: UInt64(port))
    }
    let (path, target) = (head.pathExtent.range, head.targetExtent.range)
    location.append(copying: head.bytes.span.extracting(path.lowerBound..<target.upperBound))
    var response = ResponseHead(.permanentRedirect)
    response.add("Location", location.span)
    return .respond(Response(response, body: .none))
  }
}

extension RequestHead {
  /// The host that the request is for, without its port: of an absolute target, which counts more than the field (RFC 9112, 3.2.2), or
  /// of the Host field. Nil if there is none.
  var host: [UInt8]? {
    let authority =
      bytes[targetExtent.range].first == UInt8(ascii: "/")
      ? hostField : authority(before: pathExtent.range.lowerBound)
    guard let authority, let parsed = Authority(bytes.span, authority) else { return nil }
    return [UInt8](copying: bytes.span.extracting(parsed.host))
  }

  private var hostField: Range<Int>? {
    firstField("Host").map { record.field($0).value.range }
  }

  /// What is between the two slashes of an absolute target and its path.
  private func authority(before path: Int) -> Range<Int>? {
    var start = targetExtent.range.lowerBound
    while start + 1 < path {
      if bytes[start] == UInt8(ascii: "/"), bytes[start + 1] == UInt8(ascii: "/") {
        return start + 2..<path
      }
      start += 1
    }
    return nil
  }
}
