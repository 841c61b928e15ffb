// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The fields of every structure, by their names in the C headers.

#if !hasFeature(Embedded)
  extension RecordSchema {
    /// Every record that Serval knows.
    public static let all: [RecordSchema] = [
      RecordSchema(DeviceResources.self),
      RecordSchema(SerialDriverConfig.self),
      RecordSchema(SerialVirtRxConfig.self),
      RecordSchema(SerialVirtTxConfig.self),
      RecordSchema(SerialClientConfig.self),
      RecordSchema(TimerClientConfig.self),
      RecordSchema(NetDriverConfig.self),
      RecordSchema(NetVirtRxConfig.self),
      RecordSchema(NetVirtTxConfig.self),
      RecordSchema(NetCopyConfig.self),
      RecordSchema(NetClientConfig.self),
      RecordSchema(LwIPConfig.self),
      RecordSchema(FileSystemClientConfig.self),
      RecordSchema(FileSystemServerConfig.self),
      RecordSchema(NFSConfig.self),
      RecordSchema(IPClientConfig.self),
      RecordSchema(WebServerConfig.self),
      RecordSchema(RuntimeABI.self),
      RecordSchema(HeapConfig.self),
      RecordSchema(EntropyClientConfig.self),
      RecordSchema(TLSServerConfig.self),
      RecordSchema(SignerConfig.self),
      RecordSchema(SupervisorConfig.self),
      RecordSchema(SupervisedConfig.self),
    ]
  }

  // MARK: Small structures

  extension MappedRange: DescribedStructure, DescribedValue {
    static var schemaName: String { "region_resource" }
    static var schema: [FieldSchema] {
      [
        number("vaddr", address, .hexadecimal),
        number("size", size, .hexadecimal),
      ]
    }
  }

  extension DeviceMappedRange: DescribedStructure, DescribedValue {
    static var schemaName: String { "device_region_resource" }
    static var schema: [FieldSchema] {
      [
        field("region", region),
        number("io_addr", ioAddress, .hexadecimal),
      ]
    }
  }

  extension DeviceInterruptResource: DescribedStructure, DescribedValue {
    static var schemaName: String { "device_irq_resource" }
    static var schema: [FieldSchema] { [number("id", id)] }
  }

  extension NetConnection: DescribedStructure, DescribedValue {
    static var schemaName: String { "net_connection_resource" }
    static var schema: [FieldSchema] {
      [
        field("free_queue", freeQueue),
        field("active_queue", activeQueue),
        number("num_buffers", bufferCount),
        number("id", id),
      ]
    }
  }

  extension SerialConnection: DescribedStructure, DescribedValue {
    static var schemaName: String { "serial_connection_resource" }
    static var schema: [FieldSchema] {
      [
        field("queue", queue),
        field("data", data),
        number("id", id),
      ]
    }
  }

  extension FileSystemConnection: DescribedStructure, DescribedValue {
    static var schemaName: String { "fs_connection_resource" }
    static var schema: [FieldSchema] {
      [
        field("command_queue", commandQueue),
        field("completion_queue", completionQueue),
        field("share", share),
        number("queue_len", queueLength),
        number("id", id),
      ]
    }
  }

  // MARK: Structures in lists

  extension NetVirtTxDataRegion: DescribedStructure {
    static var schemaName: String { "net_virt_tx_data_region" }
    static var schema: [FieldSchema] {
      [field("data", data), number("num_buffers", bufferCount)]
    }
  }

  extension NetVirtTxClient: DescribedStructure {
    static var schemaName: String { "net_virt_tx_client_config" }
    static var schema: [FieldSchema] {
      [
        field("conn", connection), list("regions", regions, count: regionCount),
        number("num_regions", regionCount),
      ]
    }
  }

  extension NetVirtRxClient: DescribedStructure {
    static var schemaName: String { "net_virt_rx_client_config" }
    static var schema: [FieldSchema] {
      [
        field("conn", connection), list("mac_addrs", macAddresses, count: macCount),
        number("num_macs", macCount),
      ]
    }
  }

  extension SerialVirtTxClient: DescribedStructure {
    static var schemaName: String { "serial_virt_tx_client_config" }
    static var schema: [FieldSchema] { [field("conn", connection), text("name", name)] }
  }

  // MARK: Records

  extension DeviceResources: DescribedStructure {
    static var schemaName: String { "device_resources" }
    static var schema: [FieldSchema] {
      [
        number("num_regions", regionCount), number("num_irqs", interruptCount),
        list("regions", regions, count: regionCount),
        list("irqs", interrupts, count: interruptCount),
      ]
    }
  }

  extension SerialDriverConfig: DescribedStructure {
    static var schemaName: String { "serial_driver_config" }
    static var schema: [FieldSchema] {
      [
        field("rx", receive), field("tx", transmit), number("default_baud", defaultBaud),
        number("rx_enabled", receiveEnabled, .flag),
      ]
    }
  }

  extension SerialVirtRxConfig: DescribedStructure {
    static var schemaName: String { "serial_virt_rx_config" }
    static var schema: [FieldSchema] {
      [
        field("driver", driver), list("clients", clients, count: clientCount),
        number("num_clients", clientCount), number("switch_char", switchCharacter, .character),
        number("terminate_num_char", terminateCharacter, .character),
      ]
    }
  }

  extension SerialVirtTxConfig: DescribedStructure {
    static var schemaName: String { "serial_virt_tx_config" }
    static var schema: [FieldSchema] {
      [
        field("driver", driver), list("clients", clients, count: clientCount),
        number("num_clients", clientCount), text("begin_str", beginText),
        number("enable_colour", colourEnabled, .flag), number("enable_rx", receiveEnabled, .flag),
      ]
    }
  }

  extension SerialClientConfig: DescribedStructure {
    static var schemaName: String { "serial_client_config" }
    static var schema: [FieldSchema] { [field("rx", receive), field("tx", transmit)] }
  }

  extension TimerClientConfig: DescribedStructure {
    static var schemaName: String { "timer_client_config" }
    static var schema: [FieldSchema] { [number("driver_id", driverID)] }
  }

  extension NetDriverConfig: DescribedStructure {
    static var schemaName: String { "net_driver_config" }
    static var schema: [FieldSchema] { [field("virt_rx", virtRx), field("virt_tx", virtTx)] }
  }

  extension NetVirtRxConfig: DescribedStructure {
    static var schemaName: String { "net_virt_rx_config" }
    static var schema: [FieldSchema] {
      [
        field("driver", driver), field("data", data), field("buffer_metadata", bufferMetadata),
        list("clients", clients, count: clientCount), number("num_clients", clientCount),
      ]
    }
  }

  extension NetVirtTxConfig: DescribedStructure {
    static var schemaName: String { "net_virt_tx_config" }
    static var schema: [FieldSchema] {
      [
        field("driver", driver), list("clients", clients, count: clientCount),
        number("num_clients", clientCount),
      ]
    }
  }

  extension NetCopyConfig: DescribedStructure {
    static var schemaName: String { "net_copy_config" }
    static var schema: [FieldSchema] {
      [
        field("rx", receive), list("rx_data", receiveData, count: nil), field("client", client),
        field("client_data", clientData),
      ]
    }
  }

  extension NetClientConfig: DescribedStructure {
    static var schemaName: String { "net_client_config" }
    static var schema: [FieldSchema] {
      [
        field("rx", receive), field("rx_data", receiveData), field("tx", transmit),
        field("tx_data", transmitData), field("mac_addr", macAddress),
      ]
    }
  }

  extension LwIPConfig: DescribedStructure {
    static var schemaName: String { "lib_sddf_lwip_config" }
    static var schema: [FieldSchema] {
      [field("pbuf_pool", pbufPool), number("num_pbufs", pbufCount)]
    }
  }

  extension FileSystemClientConfig: DescribedStructure {
    static var schemaName: String { "fs_client_config" }
    static var schema: [FieldSchema] { [field("server", server)] }
  }

  extension FileSystemServerConfig: DescribedStructure {
    static var schemaName: String { "fs_server_config" }
    static var schema: [FieldSchema] { [field("client", client)] }
  }

  extension NFSConfig: DescribedStructure {
    static var schemaName: String { "nfs_config" }
    static var schema: [FieldSchema] { [text("server", server), text("export", exportPath)] }
  }

  extension IPClientConfig: DescribedStructure {
    static var schemaName: String { "ip_client_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("addressing", addressing),
        number("prefix_length", prefixLength), number("address", address, .ipv4Address),
        number("gateway", gateway, .ipv4Address), number("name_server", nameServer, .ipv4Address),
        text("host_name", hostName),
      ]
    }
  }

  extension WebServerConfig: DescribedStructure {
    static var schemaName: String { "web_server_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("port", port), text("root", root),
        number("is_silent", isSilent), number("freshness", freshness),
        number("max_age", maximumAge), number("hashed_max_age", hashedMaximumAge),
        number("shows_dot_files", showsDotFiles),
        number("follows_outside_links", followsOutsideLinks),
      ]
    }
  }

  extension RuntimeABI: DescribedStructure {
    static var schemaName: String { "serval_abi" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("irq_ack_label", irqAckLabel),
        number("flags", flags, .hexadecimal),
      ]
    }
  }

  extension EntropyClientConfig: DescribedStructure {
    static var schemaName: String { "entropy_client_config" }
    static var schema: [FieldSchema] { [number("size", size), number("server_id", serverID)] }
  }

  extension TLSCredential: DescribedStructure {
    static var schemaName: String { "tls_credential" }
    static var schema: [FieldSchema] {
      [
        number("key_bits", keyBits), number("start", start),
        number("chain_size", chainByteCount), number("names_size", namesByteCount),
      ]
    }
  }

  extension TLSServerConfig: DescribedStructure {
    static var schemaName: String { "tls_server_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("signer_id", signerID), number("redirects", redirects),
        number("port", port), number("strict_transport", strictTransportSeconds),
        number("num_credentials", credentialCount),
        number("is_only_secure", isOnlySecure),
        list("credentials", credentials, count: credentialCount), data("data", data),
      ]
    }
  }

  extension SignerKey: DescribedStructure {
    static var schemaName: String { "signer_key" }
    static var schema: [FieldSchema] {
      [number("start", start), number("size", keyByteCount)]
    }
  }

  extension SignerConfig: DescribedStructure {
    static var schemaName: String { "signer_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("client_id", clientID), number("num_keys", keyCount),
        list("keys", keys, count: keyCount), data("data", data),
      ]
    }
  }

  extension SupervisedChild: DescribedStructure {
    static var schemaName: String { "supervised_child" }
    static var schema: [FieldSchema] {
      [
        number("entry", entry, .hexadecimal), number("stage", stage),
        number("priority", priority), number("flags", flags, .hexadecimal), text("name", name),
      ]
    }
  }

  extension SupervisorConfig: DescribedStructure {
    static var schemaName: String { "supervisor_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("num_children", childCount), number("heartbeat", heartbeat),
        number("crash_limit", crashLimit), number("window_ms", windowMilliseconds),
        number("delay_ms", delayMilliseconds), field("epochs", epochs),
        list("children", children, count: childCount),
      ]
    }
  }

  extension SupervisedConfig: DescribedStructure {
    static var schemaName: String { "supervised_config" }
    static var schema: [FieldSchema] {
      [
        number("size", size), number("number", number), number("supervisor_id", supervisorID),
        field("epochs", epochs), data("peers", peers),
      ]
    }
  }

  extension HeapConfig: DescribedStructure {
    static var schemaName: String { "serval_heap" }
    static var schema: [FieldSchema] { [number("size", size), field("memory", memory)] }
  }
#endif
