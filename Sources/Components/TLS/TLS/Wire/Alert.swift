// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a connection ends (RFC 8446, 6), as the code that the peer is sent.
public enum Alert: UInt8, Error, Sendable {
  case closeNotify = 0
  case unexpectedMessage = 10
  case badRecordMAC = 20
  case recordOverflow = 22
  case handshakeFailure = 40
  case illegalParameter = 47
  case decodeError = 50
  case decryptError = 51
  case protocolVersion = 70
  case internalError = 80
  case userCanceled = 90
  case missingExtension = 109
  case unrecognizedName = 112
  case noApplicationProtocol = 120
}
