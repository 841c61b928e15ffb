// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import TestSupport
import Testing

@testable import Emulator

/// A minimal driver in C on the model of a virtio network card.
@Suite struct NetworkTests {
  private static let driver = #"""
    #define REGS ((volatile unsigned *)0x4000000)
    #define DMA 0x5000000ul
    #define PHYSICAL 0x50000000ul
    static void set(int offset, word value) { REGS[offset / 4] = value; }
    static unsigned get(int offset) { return REGS[offset / 4]; }
    static void queue(int n, word base) {
      set(0x30, n); set(0x38, 4);
      set(0x80, base); set(0x84, 0); set(0x90, base + 0x100); set(0x94, 0);
      set(0xa0, base + 0x200); set(0xa4, 0); set(0x44, 1);
    }
    static void describe(int n, int i, word address, unsigned size, int flags) {
      volatile word *d = (void *)(DMA + 0x1000 * n + 16 * i);
      d[0] = address; d[1] = size | (word)flags << 32;
    }
    static void offer(int n, int i) {
      volatile unsigned short *a = (void *)(DMA + 0x1000 * n + 0x100);
      a[2 + a[1] % 4] = i; a[1] = a[1] + 1;
      set(0x50, n);
    }
    static void start(void) {
      set(0x70, 0); set(0x70, 1); set(0x70, 3);
      set(0x24, 0); set(0x20, 1 << 5); set(0x24, 1); set(0x20, 1);
      set(0x70, 11);
      queue(0, PHYSICAL); queue(1, PHYSICAL + 0x1000);
      set(0x70, 15);
    }
    static void send(const byte *frame, int size) {
      byte *buffer = (byte *)DMA + 0x3000;
      for (int i = 0; i < 12; i++) buffer[i] = 0;
      for (int i = 0; i < size; i++) buffer[12 + i] = frame[i];
      describe(1, 0, PHYSICAL + 0x3000, 12 + size, 0);
      offer(1, 0);
    }
    static void listen(void) {
      describe(0, 0, PHYSICAL + 0x2000, 2048, 2);
      offer(0, 0);
    }
    """#

  private static let asks = #"""
    static const byte request[42] = {
      255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 8, 6,
      0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 10, 0, 2, 15,
      0, 0, 0, 0, 0, 0, 10, 0, 2, 2};
    void init(void) {
      puthex(get(0)); puts(" "); puthex(get(4)); puts(" "); puthex(get(8)); puts("\n");
      start(); listen(); send(request, 42);
    }
    void notified(word c) {
      puts("irq "); puthex(get(0x60));
      set(0x64, get(0x60));
      volatile unsigned short *used = (void *)(DMA + 0x200);
      if (used[1]) {
        byte *frame = (byte *)DMA + 0x2000 + 12;
        puts(" got "); puthex(((volatile unsigned *)used)[2]); puts(" ");
        for (int i = 20; i < 32; i++) { puthex(frame[i]); puts(" "); }
      }
      puts("\n");
      ack(c);
    }
    """#

  private func system(_ body: String, network: NetworkChoice? = nil) -> TestSystem {
    TestSystem(
      network: network, programs: ["d": Self.driver + body],
      xml: """
        <memory_region name="registers" size="0x1000" phys_addr="0xa000000"/>
        <memory_region name="dma" size="0x4000" phys_addr="0x50000000"/>
        <protection_domain name="driver"><program_image path="d.elf"/>
          <map mr="registers" vaddr="0x4000000" perms="rw" cached="false"/>
          <map mr="dma" vaddr="0x5000000" perms="rw" cached="true"/>
          <irq irq="48" id="2" trigger="edge"/>
        </protection_domain>
        """)
  }

  /// The gateway of libslirp's network answers an ARP request in virtual time.
  @Test func theGatewayAnswers() throws {
    let run = try system(Self.asks, network: .user(forwards: [])).start()
    run.run(10)
    #expect(
      run.lines == [
        "0x74726976 0x2 0x1", "irq 0x1",
        "irq 0x1 got 0x4c 0x0 0x2 0x52 0x55 0xa 0x0 0x2 0x2 0xa 0x0 0x2 0x2 ",
      ] || run.text.contains("got 0x"))
    #expect(run.text.contains("0x0 0x2 0x52 0x55 0xa 0x0 0x2 0x2 0xa 0x0 0x2 0x2"))
    #expect(run.reported == "")
    // Both frames, in the format of Wireshark.
    #expect(run.packets.starts(with: [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0]))
    #expect(run.packets.count > 24 + 2 * (16 + 42))
  }

  @Test func lostFramesAreLost() throws {
    var system = system(Self.asks, network: .user(forwards: []))
    system.packetImpairment = PacketImpairment(dropped: 1000)
    let run = try system.start()
    run.run(10)
    #expect(!run.text.contains("got"))
    #expect(run.packets.count == 24)
  }

  @Test func anUnpluggedCable() throws {
    var system = system(Self.asks, network: .user(forwards: []))
    system.linkChanges = [
      LinkChange(isUp: true, time: 5_000_000), LinkChange(isUp: false, time: 0),
    ]
    let run = try system.start()
    run.run(10)
    #expect(!run.text.contains("got"))
    #expect(run.packets.count == 24)
    // The configuration change notification.
    #expect(run.text.contains("irq 0x2"))
  }

  @Test(arguments: [
    ("describe(1, 0, 0x50004000, 64, 0); offer(1, 0);", "are not in a DMA region"),
    ("describe(1, 0, 0x50003ff0, 64, 0); offer(1, 0);", "64 bytes at physical address 0x50003ff0"),
    ("describe(1, 0, PHYSICAL, 64, 1); offer(1, 0);", "a chain of descriptors does not end"),
    ("offer(1, 9);", "descriptor 9 is outside its table"),
    ("describe(1, 0, PHYSICAL, 64, 4); offer(1, 0);", "a descriptor is indirect"),
    (
      "((volatile unsigned short *)(DMA + 0x1100))[1] = 99; set(0x50, 1);",
      "99 chains are available"
    ),
    ("describe(1, 0, PHYSICAL + 0x3000, 20, 0); offer(1, 0);", "is given a frame of 20 bytes"),
    ("set(0x30, 0); set(0x80, 0);", "is given the address of queue 0, which is in use"),
    ("set(0x30, 7); set(0x80, 0);", "has no queue 7"),
    ("set(0x14c, 7);", "configuration cannot be written"),
    ("set(0x4c, 7);", "has no register to write at 0x4c"),
    ("set(0x70, 0); set(0x50, 1);", "is notified before DRIVER_OK"),
  ])
  func driverErrorsAreReported(body: String, complaint: String) throws {
    let run = try system(
      """
      void init(void) { start(); \(body) }
      void notified(word c) { puthex(get(0x70)); puts("\\n"); set(0x64, get(0x60)); ack(c); }
      """
    ).start()
    run.run(10)
    #expect(run.reported.contains(complaint))
  }

  // MARK: Caches

  /// The driver never cleans the cache. On a machine whose devices bypass it, this is reported, and the device does not
  /// see what the driver wrote.
  @Test func aMissingCleanIsFound() throws {
    var system = system(Self.asks, network: .user(forwards: []))
    system.isIncoherent = true
    let run = try system.start()
    run.run(10)
    #expect(run.reported.contains("where a program has written without cleaning the cache"))
    #expect(!run.text.contains("got"))
  }

  @Test func cleaningAndInvalidating() throws {
    let cached = try #require(HostMemory(size: 0x1000))
    let region = try #require(NoncoherentMemory("r", cached: cached))
    var reports: [String] = []
    region.report = { reports.append($0) }
    cached.start.storeBytes(of: 1, as: UInt8.self)
    #expect(region.memory.start.load(as: UInt8.self) == 0)
    region.maintain(offset: 5, invalidates: false)
    #expect(region.memory.start.load(as: UInt8.self) == 1)
    region.deviceAccesses(offset: 0, count: 64)
    #expect(reports.isEmpty)
    // The program sees what the device writes only after invalidating the line.
    region.memory.start.storeBytes(of: 2, as: UInt8.self)
    region.programReads(offset: 1, by: "p", at: "there")
    #expect(reports.count == 1)
    #expect(cached.start.load(as: UInt8.self) == 1)
    region.maintain(offset: 63, invalidates: true)
    #expect(cached.start.load(as: UInt8.self) == 2)
    // Cleaning a dirty line overwrites what the device wrote.
    cached.start.storeBytes(of: 3, as: UInt8.self)
    region.memory.start.storeBytes(of: 4, toByteOffset: 1, as: UInt8.self)
    region.deviceAccesses(offset: 1, count: 1)
    #expect(reports.count == 2)
    region.maintain(offset: 0, invalidates: true)
    #expect(cached.start.load(fromByteOffset: 1, as: UInt8.self) == 0)
  }

  /// Random bytes in a queue can only stop the device.
  @Test func hostileQueues() throws {
    let memory = try #require(HostMemory(size: 0x4000))
    var physical = PhysicalMemory()
    physical.add(memory, at: 0x1000)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<fuzzIterations(2000) {
      let bytes = UnsafeMutableRawBufferPointer(start: memory.start, count: memory.size)
      for _ in 0..<64 {
        bytes[Int(random.below(0x400))] = UInt8(truncatingIfNeeded: random.below(256))
      }
      var queue = VirtQueueModel()
      queue.count = 1 << Int(random.below(9))
      queue.descriptors = 0x1000 + random.below(0x400)
      queue.available = 0x1000 + random.below(0x4100)
      queue.used = 0x1000 + random.below(0x4100)
      queue.isReady = true
      do {
        while let chain = try queue.popAvailable(physical) {
          for segment in chain.segments { #expect(segment.count <= memory.size) }
          try queue.pushUsed(chain.head, written: 1, physical)
          #expect(queue.checkInvariants() == nil)
        }
      } catch {}
    }
  }
}
