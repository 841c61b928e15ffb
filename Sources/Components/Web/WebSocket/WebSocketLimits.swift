// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// What a WebSocket connection may use. Its memory is at most nine eighths of `messageByteCount` and of `outputByteCount`,
/// plus 6 KB, and `messageByteCount` again while a message is handed over. All connections of a server together hold at most
/// `HTTPServer.Settings.socketMemory`, by default 4 MiB: one that needs more is closed with 1013.
public struct WebSocketLimits: Sendable {
  /// Bytes of a message. A longer one closes the connection with 1009.
  public var messageByteCount = 64 << 10
  /// Bytes of a frame, likewise.
  public var frameByteCount = 64 << 10
  /// Frames of a message. More close the connection with 1008.
  public var fragmentCount = 1024
  /// Pings and pongs in a second. More close the connection with 1008.
  public var controlFrameRate = 50
  /// Bytes that wait to be sent. A message that does not fit closes the connection with 1013: the peer reads too slowly.
  /// While more than half of this waits, nothing is read from the peer.
  public var outputByteCount = 128 << 10
  /// A peer that has sent nothing for this long is sent a ping.
  public var pingInterval = Interval.seconds(30)
  /// A peer that then sends nothing for this long has gone.
  public var pongTime = Interval.seconds(20)
  /// A peer that takes none of the bytes that wait for this long has gone.
  public var writeTime = Interval.seconds(30)
  /// How long the peer has to answer a Close frame and to take what waits.
  public var closeTime = Interval.seconds(5)

  /// The defaults: messages of 64 KiB in at most 1024 frames, 128 KiB of output, a ping after 30 seconds.
  public init() {}
}
