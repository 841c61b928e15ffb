// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Functions whose machine code Tests/Embedded/check examines.

import ArmGenericTimer
import DMA
import Heap
import IndexSets
import NetworkComponents
import PL011
import Registers
import Rings
import SerialComponents
import TimerComponents

/// One register load: whether the UART's FIFO has room.
@c public func probe_register_read(_ address: UInt64) -> Bool {
  guard let bus = unsafe MMIO(address: address, byteCount: 0x1000) else { return false }
  return PL011(bus).hasTransmitRoom()
}

/// One register store: transmits a byte.
@c public func probe_register_write(_ address: UInt64) {
  guard let bus = unsafe MMIO(address: address, byteCount: 0x1000) else { return }
  PL011(bus).transmit(65)
}

/// Consumes a serial queue. Returns the sum of its bytes if the producer requests a signal, else 0; 1 after a fault.
@c public func probe_consume(_ queue: UInt64, _ data: UInt64) -> UInt32 {
  guard let queue = unsafe SharedRegion(address: queue, byteCount: 4096),
    let data = unsafe SharedRegion(address: data, byteCount: 4096),
    let ring = Ring<SerialQueue>(queue: queue, data: data)
  else { return 0 }
  var consumer = RingConsumer(ring)
  var sum: UInt32 = 0
  do throws(PeerFault) {
    while let byte = try consumer.dequeue() { sum &+= UInt32(byte) }
  } catch {
    return 1
  }
  consumer.release()
  return consumer.takeSignalRequest() ? sum : 0
}

/// Cleans the cache lines of a frame.
@c public func probe_clean(_ address: UInt64) {
  unsafe MappedMemory(address: address, byteCount: 4096)?.clean(64, count: 1514)
}

/// Cleans and invalidates the cache lines of a frame.
@c public func probe_clean_and_invalidate(_ address: UInt64) {
  unsafe MappedMemory(address: address, byteCount: 4096)?.cleanAndInvalidate(64, count: 1514)
}

/// Reads the system counter.
@c public func probe_counter() -> UInt64 { SystemCounterTimer().count() }

nonisolated(unsafe) private var transmit: SerialVirtTx?
nonisolated(unsafe) private var receive: SerialVirtRx?

/// Creates the serial virtualisers that the handlers below run on.
@c public func probe_start(_ queue: UInt64, _ data: UInt64) {
  guard let queue = unsafe SharedRegion(address: queue, byteCount: 4096),
    let data = unsafe SharedRegion(address: data, byteCount: 4096),
    let ring = Ring<SerialQueue>(queue: queue, data: data)
  else { return }
  unsafe transmit = SerialVirtTx(driver: ring, colours: true)
  unsafe receive = SerialVirtRx(driver: ring, switchCharacter: 28, terminateCharacter: 13)
  _ = unsafe transmit?.addClient(ring, channel: 1)
  _ = unsafe receive?.addClient(ring, channel: 1)
}

/// Handles a client's notification. Returns whether to notify the driver.
@c public func probe_transmit_handler(_ client: Int) -> Bool {
  unsafe transmit?.clientReady(client).notifyDriver == true
}

nonisolated(unsafe) private var heap: FixedHeap?

/// Creates a heap of 64 KiB at `start`.
@c public func probe_heap_start(_ start: UInt64) {
  guard let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(start)) else { return }
  unsafe heap = FixedHeap(start: start, byteCount: 65_536)
}

/// Allocates and frees a block. Returns false if it does not fit.
@c public func probe_heap_handler(_ byteCount: Int) -> Bool {
  guard unsafe heap?.canAllocate(byteCount) == true else { return false }
  guard let block = unsafe heap?.allocate(byteCount) else { return false }
  return unsafe heap?.free(block) == true
}

/// Handles the driver's notification. Returns whether to notify it back.
@c public func probe_receive_handler() -> Bool {
  unsafe receive?.driverReady().notifyDriver == true
}

nonisolated(unsafe) private var frameSender: NetVirtTx<MappedMemory>?
nonisolated(unsafe) private var frameReceiver: NetVirtRx<MappedMemory>?

/// Creates the network virtualisers that the handlers below run on.
@c public func probe_network_start(_ queue: UInt64, _ data: UInt64) {
  guard let queue = unsafe SharedRegion(address: queue, byteCount: 4096),
    let ring = Ring<NetQueue>(queue: queue, capacity: 32), let holders = SharedWords(queue),
    let memory = unsafe MappedMemory(address: data, byteCount: 65_536)
  else { return }
  let rings = NetRings(free: ring, active: ring)
  unsafe frameSender = NetVirtTx(driver: rings)
  unsafe frameReceiver = NetVirtRx(
    driver: rings, memory: memory, ioAddress: data, bufferCount: 32, holders: holders)
  _ = unsafe frameSender?.addClient(rings, channel: 1)
  _ = unsafe frameSender?.addRegion(
    memory, ioAddress: data, bufferCount: 32, client: 1, owner: 0)
  _ = unsafe frameReceiver?.addClient(rings, channel: 1)
  _ = unsafe frameReceiver?.addAddress(data, client: 1)
}

/// Handles clients' notifications. Returns whether to notify the driver.
@c public func probe_frame_sender_handler(_ clients: UInt64) -> Bool {
  unsafe frameSender?.serve(clients: IndexSet64(bits: clients)).notifyDriver == true
}

/// Handles clients' and the driver's notifications. Returns whether to notify the driver.
@c public func probe_frame_receiver_handler(_ clients: UInt64) -> Bool {
  unsafe frameReceiver?.serve(clients: IndexSet64(bits: clients), driver: true).notifyDriver == true
}

nonisolated(unsafe) private var timer: TimerServer<ArmGenericTimer<SystemCounterTimer>>?

/// Creates the timer server that the handlers below run on.
@c public func probe_timer_start() {
  guard let device = ArmGenericTimer(SystemCounterTimer()) else { return }
  unsafe timer = TimerServer(device)
}

/// Handles a client's call. Returns the channels to notify.
@c public func probe_timer_call_handler(_ channel: Int, _ argument: UInt64) -> UInt64 {
  unsafe timer?.call(channel: channel, label: 1, argument: argument).expired.bits ?? 0
}

/// Handles the timer's interrupt. Returns the channels to notify.
@c public func probe_timer_interrupt_handler() -> UInt64 { unsafe timer?.interrupt().bits ?? 0 }
