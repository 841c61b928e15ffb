// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Signing
import TLS

/// An HTTPS server; streams of the transport's listener 1 have no TLS, and the same HTTP server.
func server<Signer: CertificateSigner>(
  _ router: Router, chain: [[UInt8]], signer: Signer
) -> TLSServer<HTTPServer, Signer> {
  let credential = Credential(chain: chain, kind: .p256, names: [[UInt8]("example.org".utf8)])
  return TLSServer(HTTPServer(router), TLSSettings([credential]), signer: signer, plainListener: 1)
}
