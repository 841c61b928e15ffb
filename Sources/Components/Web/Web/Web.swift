// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// All that a web program imports: routers and handlers, JSON, forms, WebSocket, and `serve`. The same source is a protection domain
// in the target's build, and a program for this machine's sockets on the host.

@_exported import EmbeddedFiles
@_exported import HTTP
@_exported import JSON
@_exported import Multipart
@_exported import WebServing
@_exported import WebSocket

#if canImport(Microkit)
  // For a program's own records: `linked()` and texts. On the host, module Records has these.
  @_exported import Microkit
  @_exported import Networking
#endif
