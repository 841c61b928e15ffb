// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// LionsOS's web server on QEMU virt as sdfgen 0.35.1 lays it out: protection domains, priorities,
/// regions, sizes, permissions and channels. It is written by hand, so that tests depend on no
/// other module; virtual addresses and channel identifiers differ from sdfgen's. Source: LionsOS
/// examples/webserver/meta.py, and observed output.
public enum WebserverFixture {
  /// The system's description.
  public static var system: SystemDescription {
    var builder = Builder()
    builder.addDomains()
    builder.addNetwork()
    builder.addSerial()
    builder.addTimer()
    builder.addFileSystem()
    return builder.system
  }
}

private struct Builder {
  var system = SystemDescription()
  private var cursors: [String: UInt64] = [:]
  private var nextIDs: [String: UInt8] = [:]

  private let ethernet = "virtio_mmio@a000000"
  private let uart = "pl011@9000000"

  mutating func addDomains() {
    domain("timer_driver", 101, passive: true, irq: Interrupt(30, .level, id: 0))
    domain("serial_driver", 100, irq: Interrupt(33, .level, id: 0))
    domain("serial_virt_tx", 99)
    domain("ethernet_driver", 101, budget: 100, period: 400, irq: Interrupt(48, .edge, id: 0))
    domain("net_virt_tx", 100, budget: 20000)
    domain("net_virt_rx", 99)
    domain("micropython", 1, budget: 20000, stack: 0x10000)
    domain("micropython_net_copier", 97, budget: 20000)
    domain("nfs", 96, stack: 0x10000)
    domain("nfs_net_copier", 97, budget: 20000)
  }

  mutating func addNetwork() {
    region(
      "\(ethernet)/regs", 0x1000, at: 0xa00_0000, [("ethernet_driver", .readWrite)], cached: false)
    region(
      "\(ethernet)/hw_ring_buffer", 0x10000, at: 0x5fff_0000, [("ethernet_driver", .readWrite)])
    region(
      "\(ethernet)/net/rx/data/device", 0x10_0000, at: 0x5fef_0000,
      [
        ("net_virt_rx", .read), ("micropython_net_copier", .readWrite),
        ("nfs_net_copier", .readWrite),
      ])
    region("\(ethernet)/net/rx/virt_metadata", 0x1000, [("net_virt_rx", .readWrite)])
    netQueues("ethernet_driver", "net_virt_rx", 0x3000)
    netQueues("ethernet_driver", "net_virt_tx", 0x5000)
    channel("ethernet_driver", "net_virt_rx")
    channel("ethernet_driver", "net_virt_tx")
    var transmit: UInt64 = 0x5fdf_0000
    for client in ["micropython", "nfs"] {
      let copier = "\(client)_net_copier"
      netQueues("net_virt_rx", copier, 0x3000)
      netQueues(copier, client, 0x3000)
      netQueues("net_virt_tx", client, 0x3000)
      region(
        "\(ethernet)/net/rx/data/client/\(client)", 0x10_0000,
        [(copier, .readWrite), (client, .readWrite)])
      region(
        "\(ethernet)/net/tx/data/client/\(client)", 0x10_0000, at: transmit,
        [("net_virt_tx", .read), (client, .readWrite)])
      transmit -= 0x10_0000
      region("\(ethernet)/net/lib_sddf_lwip/\(client)", 0xe000, [(client, .readWrite)])
      channel("net_virt_rx", copier)
      channel(copier, client)
      channel("net_virt_tx", client)
    }
  }

  mutating func addSerial() {
    region("\(uart)/regs", 0x1000, at: 0x900_0000, [("serial_driver", .readWrite)], cached: false)
    for (server, client, size) in [
      ("serial_driver", "serial_virt_tx", 0x20000 as UInt64),
      ("serial_virt_tx", "micropython", 0x10000),
      ("serial_virt_tx", "nfs", 0x10000),
    ] {
      for (kind, size) in [("data", size), ("queue", 0x1000)] {
        region(
          "\(uart)/serial/\(kind)/\(server)/\(client)", size,
          [(server, .readWrite), (client, .readWrite)])
      }
      channel(server, client)
    }
  }

  mutating func addTimer() {
    for client in ["micropython", "nfs"] {
      let server = id("timer_driver")
      system.channels.append(
        Channel(
          Channel.End("timer_driver", id: server),
          Channel.End(client, id: id(client), mayCall: true, mayNotify: false)))
    }
  }

  mutating func addFileSystem() {
    for (name, size) in [
      ("command_queue", 0x8000 as UInt64), ("completion_queue", 0x8000), ("share", 0x400_0000),
    ] {
      region("fs_nfs_\(name)", size, [("nfs", .readWrite), ("micropython", .readWrite)])
    }
    channel("nfs", "micropython")
  }

  // MARK: Pieces

  private mutating func domain(
    _ name: String, _ priority: UInt8, budget: UInt64? = nil, period: UInt64? = nil,
    passive: Bool = false, stack: UInt64? = nil, irq: Interrupt? = nil
  ) {
    nextIDs[name] = irq == nil ? 0 : 1
    system.protectionDomains.append(
      ProtectionDomain(
        name, image: .init("\(name).elf"), priority: Priority(priority),
        budget: budget.map { Microseconds($0) }, period: period.map { Microseconds($0) },
        passive: passive, stackSize: stack.map { ByteCount($0) },
        interrupts: irq.map { [$0] } ?? []))
  }

  private mutating func region(
    _ name: String, _ size: UInt64, at address: UInt64? = nil,
    _ sharers: [(domain: String, permissions: Permissions)], cached: Bool = true
  ) {
    system.memoryRegions.append(
      MemoryRegion(
        name, size: ByteCount(size), physicalAddress: address.map { PhysicalAddress($0) }))
    for (domain, permissions) in sharers {
      guard let index = system.protectionDomains.firstIndex(where: { $0.name == domain }) else {
        continue
      }
      let unit: UInt64 = size.isMultiple(of: 0x20_0000) ? 0x20_0000 : 0x1000
      let start = ((cursors[domain] ?? 0x2000_0000) + unit - 1) / unit * unit
      cursors[domain] = start + size
      system.protectionDomains[index].maps.append(
        Map(name, at: VirtualAddress(start), permissions, cached: cached))
    }
  }

  private mutating func netQueues(_ server: String, _ client: String, _ size: UInt64) {
    for list in ["free", "active"] {
      region(
        "\(ethernet)/net/queue/\(server)/\(client)/\(list)", size,
        [(server, .readWrite), (client, .readWrite)])
    }
  }

  private mutating func channel(_ a: String, _ b: String) {
    let first = id(a)
    system.channels.append(Channel(Channel.End(a, id: first), Channel.End(b, id: id(b))))
  }

  private mutating func id(_ domain: String) -> ChannelID {
    defer { nextIDs[domain, default: 0] += 1 }
    return ChannelID(nextIDs[domain, default: 0])
  }
}
