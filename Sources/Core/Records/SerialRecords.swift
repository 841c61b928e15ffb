// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Serial records (sddf/serial/config.h). A connection of all zeros stands for no connection.

/// Record of a UART driver (`serial_driver_config_t`).
public enum SerialDriverConfig: Record {
  /// `sizeof(serial_driver_config_t)`.
  public static var byteCount: Int { 104 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".serial_driver_config" }
  /// sDDF, class 3.
  public static var magic: Magic { .sddf(3) }

  /// Ring shared with the input virtualiser.
  public static var receive: Field<Self, SerialConnection> { .init(at: 8) }
  /// Ring shared with the output virtualiser.
  public static var transmit: Field<Self, SerialConnection> { .init(at: 48) }
  /// Bits per second.
  public static var defaultBaud: Field<Self, UInt64> { .init(at: 88) }
  /// 1 if the system has input, else 0.
  public static var receiveEnabled: Field<Self, UInt8> { .init(at: 96) }
}

/// Record of the input virtualiser (`serial_virt_rx_config_t`).
public enum SerialVirtRxConfig: Record {
  /// `sizeof(serial_virt_rx_config_t)`.
  public static var byteCount: Int { 2616 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".serial_virt_rx_config" }
  /// sDDF, class 3.
  public static var magic: Magic { .sddf(3) }

  /// Ring shared with the driver.
  public static var driver: Field<Self, SerialConnection> { .init(at: 8) }
  /// One element per client.
  public static var clients: ListField<Self, SerialConnection> { .init(at: 48, capacity: 64) }
  /// Elements of `clients` in use.
  public static var clientCount: Field<Self, UInt8> { .init(at: 2608) }
  /// Character that starts switching input to another client.
  public static var switchCharacter: Field<Self, UInt8> { .init(at: 2609) }
  /// Character that terminates the number of that client.
  public static var terminateCharacter: Field<Self, UInt8> { .init(at: 2610) }
}

/// A client of the output virtualiser (`serial_virt_tx_client_config_t`).
public enum SerialVirtTxClient: RecordStructure {
  /// `sizeof(serial_virt_tx_client_config_t)`.
  public static var byteCount: Int { 104 }

  /// Ring shared with the client.
  public static var connection: Field<Self, SerialConnection> { .init(at: 0) }
  /// Name that input is switched by.
  public static var name: TextField<Self> { .init(at: 40, capacity: 64) }
}

/// Record of the output virtualiser (`serial_virt_tx_config_t`).
public enum SerialVirtTxConfig: Record {
  /// `sizeof(serial_virt_tx_config_t)`.
  public static var byteCount: Int { 6840 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".serial_virt_tx_config" }
  /// sDDF, class 3.
  public static var magic: Magic { .sddf(3) }

  /// Ring shared with the driver.
  public static var driver: Field<Self, SerialConnection> { .init(at: 8) }
  /// One element per client.
  public static var clients: ListField<Self, SerialVirtTxClient> { .init(at: 48, capacity: 64) }
  /// Elements of `clients` in use.
  public static var clientCount: Field<Self, UInt8> { .init(at: 6704) }
  /// Text written at start if the system has input.
  public static var beginText: TextField<Self> { .init(at: 6705, capacity: 128) }
  /// 1 to show each client's text in its own colour, else 0.
  public static var colourEnabled: Field<Self, UInt8> { .init(at: 6833) }
  /// 1 if the system has an input virtualiser, else 0.
  public static var receiveEnabled: Field<Self, UInt8> { .init(at: 6834) }
}

/// Record of a console client (`serial_client_config_t`).
public enum SerialClientConfig: Record {
  /// `sizeof(serial_client_config_t)`.
  public static var byteCount: Int { 88 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".serial_client_config" }
  /// sDDF, class 3.
  public static var magic: Magic { .sddf(3) }

  /// Ring of input, all zeros without input.
  public static var receive: Field<Self, SerialConnection> { .init(at: 8) }
  /// Ring of output.
  public static var transmit: Field<Self, SerialConnection> { .init(at: 48) }
}
