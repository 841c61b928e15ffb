// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A request's method (RFC 9110 section 9, RFC 5789).
public enum Method: UInt8, Equatable, Sendable {
  /// `other` is any method without a case; `RequestHead.methodName` has its name.
  case get, head, post, put, delete, options, patch, connect, trace, other

  /// The method of this name, which is case-sensitive.
  init(_ name: Span<UInt8>) {
    if ("GET" as StaticString).equals(name) {
      self = .get
    } else if ("HEAD" as StaticString).equals(name) {
      self = .head
    } else if ("POST" as StaticString).equals(name) {
      self = .post
    } else if ("PUT" as StaticString).equals(name) {
      self = .put
    } else if ("DELETE" as StaticString).equals(name) {
      self = .delete
    } else if ("OPTIONS" as StaticString).equals(name) {
      self = .options
    } else if ("PATCH" as StaticString).equals(name) {
      self = .patch
    } else if ("CONNECT" as StaticString).equals(name) {
      self = .connect
    } else if ("TRACE" as StaticString).equals(name) {
      self = .trace
    } else {
      self = .other
    }
  }

  /// The name, for an Allow field; empty for `other`.
  public var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .patch: "PATCH"
    case .connect: "CONNECT"
    case .trace: "TRACE"
    case .other: ""
    }
  }
}
