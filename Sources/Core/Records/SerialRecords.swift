// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Serial records (sddf/serial/config.h). A connection of zeroes means that there is none.

public enum SerialDriverConfig: Record {
  public static var byteCount: Int { 104 }
  public static var section: StaticString { ".serial_driver_config" }
  public static var magic: Magic { .sddf(3) }

  public static var receive: Field<Self, SerialConnection> { .init(at: 8) }
  public static var transmit: Field<Self, SerialConnection> { .init(at: 48) }
  /// Bits per second.
  public static var defaultBaud: Field<Self, UInt64> { .init(at: 88) }
  /// 0 or 1.
  public static var receiveEnabled: Field<Self, UInt8> { .init(at: 96) }
}

public enum SerialVirtRxConfig: Record {
  public static var byteCount: Int { 2616 }
  public static var section: StaticString { ".serial_virt_rx_config" }
  public static var magic: Magic { .sddf(3) }

  public static var driver: Field<Self, SerialConnection> { .init(at: 8) }
  public static var clients: ListField<Self, SerialConnection> { .init(at: 48, capacity: 64) }
  public static var clientCount: Field<Self, UInt8> { .init(at: 2608) }
  /// Character that begins choosing another client.
  public static var switchCharacter: Field<Self, UInt8> { .init(at: 2609) }
  /// Character that ends the client's number.
  public static var terminateCharacter: Field<Self, UInt8> { .init(at: 2610) }
}

/// `serial_virt_tx_client_config_t`.
public enum SerialVirtTxClient: RecordStructure {
  public static var byteCount: Int { 104 }

  public static var connection: Field<Self, SerialConnection> { .init(at: 0) }
  public static var name: TextField<Self> { .init(at: 40, capacity: 64) }
}

public enum SerialVirtTxConfig: Record {
  public static var byteCount: Int { 6840 }
  public static var section: StaticString { ".serial_virt_tx_config" }
  public static var magic: Magic { .sddf(3) }

  public static var driver: Field<Self, SerialConnection> { .init(at: 8) }
  public static var clients: ListField<Self, SerialVirtTxClient> { .init(at: 48, capacity: 64) }
  public static var clientCount: Field<Self, UInt8> { .init(at: 6704) }
  /// Text written at start where input is possible.
  public static var beginText: TextField<Self> { .init(at: 6705, capacity: 128) }
  /// 0 or 1: each client's text in a colour of its own.
  public static var colourEnabled: Field<Self, UInt8> { .init(at: 6833) }
  /// 0 or 1: whether there is a receive virtualiser.
  public static var receiveEnabled: Field<Self, UInt8> { .init(at: 6834) }
}

public enum SerialClientConfig: Record {
  public static var byteCount: Int { 88 }
  public static var section: StaticString { ".serial_client_config" }
  public static var magic: Magic { .sddf(3) }

  public static var receive: Field<Self, SerialConnection> { .init(at: 8) }
  public static var transmit: Field<Self, SerialConnection> { .init(at: 48) }
}
