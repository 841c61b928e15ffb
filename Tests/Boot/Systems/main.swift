// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import GreetingRecord
import ServalCommand

ServalTool.main(
  systems: [
    RuntimeSystem.self, TickerSystem.self, GreeterSystem.self, WebHelloSystem.self,
    WebChatSystem.self, WebPeopleSystem.self, HeraldSystem.self, OwnSectionSystem.self,
    CryptographySystem.self, EntropyProbeSystem.self,
  ],
  records: [Greeting.self])
