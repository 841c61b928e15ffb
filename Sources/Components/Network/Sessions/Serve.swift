// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Serving

#if canImport(Microkit)
  // For a program's own records: `linked()` and texts. On the host, module Records has these.
  @_exported import Microkit
  @_exported import Networking
#endif

/// Runs a server with a session for each peer: in a protection domain on `port`, on the host on port 5555 of localhost or the
/// one that `--port` names. `main` ends with it.
public func serve<S: Session>(port: UInt16, session: @escaping () -> S) -> Never {
  let limits = SessionServer<S>.Limits()
  serve(SessionServer(limits, session), port: port, streamLimit: limits.sessions)
}
