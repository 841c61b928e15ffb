// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Testing

@testable import Records

private let sddf = "73 44 44 46"
private let lionsOS = "4c 69 6f 6e 73 4f 53"
private let serval = "53 65 72 76 61 6c"

private let a = MappedRange(address: 0x1122_3344_5566_7788, size: 0x1000)
private let aHex = "88 77 66 55 44 33 22 11  00 10 00 00 00 00 00 00"
private let b = MappedRange(address: 0x2000_0000, size: 0x20_0800)
private let bHex = "00 00 00 20 00 00 00 00  00 08 20 00 00 00 00 00"
private let c = MappedRange(address: 0xff_ffff_e000, size: 0xffff_ffff_ffff_ffff)
private let cHex = "00 e0 ff ff ff 00 00 00  ff ff ff ff ff ff ff ff"
private let device = DeviceMappedRange(region: b, ioAddress: 0x5fff_f000)
private let deviceHex = bHex + "00 f0 ff 5f 00 00 00 00"
private let net = NetConnection(freeQueue: a, activeQueue: b, bufferCount: 0x200, id: 61)
private let netHex = aHex + bHex + "00 02 3d"
private let net2 = NetConnection(freeQueue: c, activeQueue: a, bufferCount: 1, id: 2)
private let net2Hex = cHex + aHex + "01 00 02"
private let line = SerialConnection(queue: b, data: c, id: 7)
private let lineHex = bHex + cHex + "07"
private let line2 = SerialConnection(queue: a, data: a, id: 8)
private let line2Hex = aHex + aHex + "08"
private let files = FileSystemConnection(
  commandQueue: a, completionQueue: b, share: c, queueLength: 512, id: 9)
private let filesHex = aHex + bHex + cHex + "00 02 09"
private let mac = MACAddress(0x52, 0x54, 0x01, 0x00, 0x00, 0x10)
private let macHex = "52 54 01 00 00 10"

/// The bytes of every record, with the first and last elements of each list set.
struct GoldenTests {
  @Test func deviceResources() {
    var record = RecordBytes<DeviceResources>()
    record[DeviceResources.regionCount] = 64
    record[DeviceResources.interruptCount] = 63
    record[DeviceResources.regions[0]] = device
    record[DeviceResources.regions[63]] = device
    record[DeviceResources.interrupts[0]] = .init(id: 5)
    record[DeviceResources.interrupts[63]] = .init(id: 61)
    Golden(
      1608, (0, sddf + "01 40 3f"), (8, deviceHex), (8 + 63 * 24, deviceHex), (1544, "05"),
      (1607, "3d")
    ).expect(record.bytes)
  }

  @Test func tlsServer() {
    typealias Config = TLSServerConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    record[Config.signerID] = 5
    record[Config.redirects] = 1
    record[Config.port] = 443
    record[Config.strictTransportSeconds] = 31_536_000
    record[Config.credentialCount] = 8
    record[Config.isOnlySecure] = 1
    let last = Config.credentials[7]
    record[last / TLSCredential.keyBits] = 2048
    record[last / TLSCredential.start] = 0x1234
    record[last / TLSCredential.chainByteCount] = 0x321
    record[last / TLSCredential.namesByteCount] = 17
    let fits = record.set(Config.data, at: 32_614, to: [0xab, 0xcd])
    let isBeyond = !record.set(Config.data, at: 32_615, to: [0xcd, 0xab])
    #expect(fits && isBeyond)
    Golden(
      32768, (0, serval + "08 01 00 80 00 00 05 01 bb 01  80 33 e1 01 08 01"),
      (24 + 7 * 16, "00 08 00 00 34 12 00 00 21 03 00 00 11 00 00 00"), (32766, "ab cd")
    ).expect(record.bytes)
  }

  @Test func supervisor() {
    typealias Config = SupervisorConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    record[Config.childCount] = 62
    record[Config.heartbeat] = 61
    record[Config.crashLimit] = 8
    record[Config.windowMilliseconds] = 5000
    record[Config.delayMilliseconds] = 50
    record[Config.epochs] = MappedRange(address: 0x2000_1000, size: 0x1000)
    let child = Config.children[61]
    record[child / SupervisedChild.entry] = 0x20_0000
    record[child / SupervisedChild.stage] = 3
    record[child / SupervisedChild.priority] = 95
    record[child / SupervisedChild.flags] = 3
    let fits = record.set(child / SupervisedChild.name, to: "nfs")
    #expect(fits)
    Golden(
      5000, (0, serval + "10 01 88 13 00 00 3e 3d 08 00 88 13 00 00 32 00 00 00"),
      (24, "00 10 00 20 00 00 00 00 00 10 00 00 00 00 00 00"),
      (40 + 61 * 80, "00 00 20 00 00 00 00 00 03 5f 03 6e 66 73")
    ).expect(record.bytes)
  }

  @Test func supervised() {
    typealias Config = SupervisedConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    record[Config.number] = 5
    record[Config.supervisorID] = 7
    record[Config.epochs] = MappedRange(address: 0x2000_1000, size: 0x1000)
    let fits = record.set(Config.peers, at: 1, to: [255, 4])
    #expect(fits)
    Golden(
      96, (0, serval + "11 01 60 00 00 00 05 07"),
      (16, "00 10 00 20 00 00 00 00 00 10 00 00 00 00 00 00"), (33, "ff 04")
    ).expect(record.bytes)
  }

  @Test func signer() {
    typealias Config = SignerConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    record[Config.clientID] = 3
    record[Config.keyCount] = 8
    record[Config.keys[7] / SignerKey.start] = 0x1234
    record[Config.keys[7] / SignerKey.keyByteCount] = 0x321
    let fits = record.set(Config.data, at: 24_494, to: [0xab, 0xcd])
    #expect(fits)
    Golden(
      24576, (0, serval + "09 01 00 60 00 00 03 08"), (16 + 7 * 8, "34 12 00 00 21 03 00 00"),
      (24574, "ab cd")
    ).expect(record.bytes)
  }

  @Test func serialDriver() {
    var record = RecordBytes<SerialDriverConfig>()
    record[SerialDriverConfig.receive] = line
    record[SerialDriverConfig.transmit] = line2
    record[SerialDriverConfig.defaultBaud] = 115_200
    record[SerialDriverConfig.receiveEnabled] = 1
    Golden(104, (0, sddf + "03"), (8, lineHex), (48, line2Hex), (88, "00 c2 01 00"), (96, "01"))
      .expect(record.bytes)
  }

  @Test func serialVirtRx() {
    var record = RecordBytes<SerialVirtRxConfig>()
    record[SerialVirtRxConfig.driver] = line
    record[SerialVirtRxConfig.clients[0]] = line2
    record[SerialVirtRxConfig.clients[63]] = line
    record[SerialVirtRxConfig.clientCount] = 64
    record[SerialVirtRxConfig.switchCharacter] = 0x1c
    record[SerialVirtRxConfig.terminateCharacter] = 0x0d
    Golden(
      2616, (0, sddf + "03"), (8, lineHex), (48, line2Hex), (48 + 63 * 40, lineHex),
      (2608, "40 1c 0d")
    ).expect(record.bytes)
  }

  @Test func serialVirtTx() throws {
    var record = RecordBytes<SerialVirtTxConfig>()
    record[SerialVirtTxConfig.driver] = line
    record[SerialVirtTxConfig.clients[0] / SerialVirtTxClient.connection] = line2
    let named = record.set(SerialVirtTxConfig.clients[0] / SerialVirtTxClient.name, to: "nfs")
    record[SerialVirtTxConfig.clients[63] / SerialVirtTxClient.connection] = line
    let begun = record.set(SerialVirtTxConfig.beginText, to: "Begin input\n")
    #expect(named && begun)
    record[SerialVirtTxConfig.clientCount] = 2
    record[SerialVirtTxConfig.colourEnabled] = 1
    record[SerialVirtTxConfig.receiveEnabled] = 1
    Golden(
      6840, (0, sddf + "03"), (8, lineHex), (48, line2Hex), (48 + 40, "6e 66 73"),
      (48 + 63 * 104, lineHex), (6704, "02 42 65 67 69 6e 20 69 6e 70 75 74 0a"), (6833, "01 01")
    ).expect(record.bytes)
  }

  @Test func serialClient() {
    var record = RecordBytes<SerialClientConfig>()
    record[SerialClientConfig.receive] = line
    record[SerialClientConfig.transmit] = line2
    Golden(88, (0, sddf + "03"), (8, lineHex), (48, line2Hex)).expect(record.bytes)
  }

  @Test func timerClient() {
    var record = RecordBytes<TimerClientConfig>()
    record[TimerClientConfig.driverID] = 61
    Golden(6, (0, sddf + "06 3d")).expect(record.bytes)
  }

  @Test func netDriver() {
    var record = RecordBytes<NetDriverConfig>()
    record[NetDriverConfig.virtRx] = net
    record[NetDriverConfig.virtTx] = net2
    Golden(88, (0, sddf + "05"), (8, netHex), (48, net2Hex)).expect(record.bytes)
  }

  @Test func netVirtRx() {
    var record = RecordBytes<NetVirtRxConfig>()
    record[NetVirtRxConfig.driver] = net
    record[NetVirtRxConfig.data] = device
    record[NetVirtRxConfig.bufferMetadata] = c
    let (first, last) = (NetVirtRxConfig.clients[0], NetVirtRxConfig.clients[63])
    record[first / NetVirtRxClient.connection] = net2
    record[(first / NetVirtRxClient.macAddresses)[0]] = mac
    record[first / NetVirtRxClient.macCount] = 1
    record[(last / NetVirtRxClient.macAddresses)[63]] = mac
    record[last / NetVirtRxClient.macCount] = 64
    record[NetVirtRxConfig.clientCount] = 64
    Golden(
      27_744, (0, sddf + "05"), (8, netHex), (48, deviceHex), (72, cHex), (88, net2Hex),
      (88 + 40, macHex), (88 + 424, "01"), (88 + 63 * 432 + 40 + 63 * 6, macHex),
      (88 + 63 * 432 + 424, "40"), (27_736, "40")
    ).expect(record.bytes)
  }

  @Test func netVirtTx() {
    var record = RecordBytes<NetVirtTxConfig>()
    record[NetVirtTxConfig.driver] = net
    let (first, last) = (NetVirtTxConfig.clients[0], NetVirtTxConfig.clients[63])
    record[first / NetVirtTxClient.connection] = net2
    let region = (first / NetVirtTxClient.regions)[0]
    record[region / NetVirtTxDataRegion.data] = device
    record[region / NetVirtTxDataRegion.bufferCount] = 0x0102_0304
    record[first / NetVirtTxClient.regionCount] = 1
    let lastRegion = (last / NetVirtTxClient.regions)[63]
    record[lastRegion / NetVirtTxDataRegion.data] = device
    record[lastRegion / NetVirtTxDataRegion.bufferCount] = 512
    record[last / NetVirtTxClient.regionCount] = 64
    record[NetVirtTxConfig.clientCount] = 64
    Golden(
      134_200, (0, sddf + "05"), (8, netHex), (48, net2Hex), (48 + 40, deviceHex),
      (48 + 40 + 24, "04 03 02 01"), (48 + 2088, "01"),
      (48 + 63 * 2096 + 40 + 63 * 32, deviceHex + "00 02"), (48 + 63 * 2096 + 2088, "40"),
      (134_192, "40")
    ).expect(record.bytes)
  }

  @Test func netCopy() {
    var record = RecordBytes<NetCopyConfig>()
    record[NetCopyConfig.receive] = net
    record[NetCopyConfig.receiveData[0]] = a
    record[NetCopyConfig.receiveData[63]] = b
    record[NetCopyConfig.client] = net2
    record[NetCopyConfig.clientData] = c
    Golden(
      1128, (0, sddf + "05"), (8, netHex), (48, aHex), (48 + 63 * 16, bHex), (1072, net2Hex),
      (1112, cHex)
    ).expect(record.bytes)
  }

  @Test func netClient() {
    var record = RecordBytes<NetClientConfig>()
    record[NetClientConfig.receive] = net
    record[NetClientConfig.receiveData] = a
    record[NetClientConfig.transmit] = net2
    record[NetClientConfig.transmitData] = b
    record[NetClientConfig.macAddress] = mac
    Golden(
      128, (0, sddf + "05"), (8, netHex), (48, aHex), (64, net2Hex), (104, bHex), (120, macHex)
    ).expect(record.bytes)
  }

  @Test func lwIP() {
    var record = RecordBytes<LwIPConfig>()
    record[LwIPConfig.pbufPool] = a
    record[LwIPConfig.pbufCount] = 1024
    Golden(32, (0, sddf + "08"), (8, aHex), (24, "00 04")).expect(record.bytes)
  }

  @Test func fileSystem() {
    var client = RecordBytes<FileSystemClientConfig>()
    client[FileSystemClientConfig.server] = files
    Golden(64, (0, lionsOS + "01"), (8, filesHex)).expect(client.bytes)
    var server = RecordBytes<FileSystemServerConfig>()
    server[FileSystemServerConfig.client] = files
    Golden(64, (0, lionsOS + "01"), (8, filesHex)).expect(server.bytes)
  }

  @Test func nfs() {
    var record = RecordBytes<NFSConfig>()
    let isSet =
      record.set(NFSConfig.server, to: "10.0.2.2") && record.set(NFSConfig.exportPath, to: "/srv")
    #expect(isSet)
    Golden(
      8200, (0, lionsOS + "02"), (8, "31 30 2e 30 2e 32 2e 32"), (4104, "2f 73 72 76")
    ).expect(record.bytes)
  }

  @Test func ipClient() {
    var record = RecordBytes<IPClientConfig>()
    record[IPClientConfig.size] = 96
    record[IPClientConfig.addressing] = 1
    record[IPClientConfig.prefixLength] = 24
    record[IPClientConfig.address] = 0x0a00_020f
    record[IPClientConfig.gateway] = 0x0a00_0202
    record[IPClientConfig.nameServer] = 0x0a00_0203
    let isSet = record.set(IPClientConfig.hostName, to: "web")
    #expect(isSet)
    Golden(
      96, (0, serval + "01 01  60 00 00 00  01 18"), (16, "0f 02 00 0a"), (20, "02 02 00 0a"),
      (24, "03 02 00 0a"), (28, "77 65 62")
    ).expect(record.bytes)
  }

  @Test func webServer() {
    var record = RecordBytes<WebServerConfig>()
    record[WebServerConfig.size] = 4128
    record[WebServerConfig.port] = 80
    let isSet = record.set(WebServerConfig.root, to: "/www")
    #expect(isSet)
    record[WebServerConfig.isSilent] = 1
    record[WebServerConfig.freshness] = 2
    record[WebServerConfig.maximumAge] = 600
    record[WebServerConfig.hashedMaximumAge] = 31_536_000
    record[WebServerConfig.showsDotFiles] = 1
    record[WebServerConfig.followsOutsideLinks] = 1
    Golden(
      4128, (0, serval + "02 01  20 10 00 00  50 00"), (14, "2f 77 77 77"),
      (4110, "01 02  58 02 00 00  80 33 e1 01  01 01")
    ).expect(record.bytes)
  }

  @Test func runtimeABI() {
    var record = RecordBytes<RuntimeABI>()
    record[RuntimeABI.size] = 24
    record[RuntimeABI.irqAckLabel] = 31
    record[RuntimeABI.flags] = RuntimeABI.canPrint | RuntimeABI.acknowledgesFirst
    Golden(24, (0, serval + "03 01  18 00 00 00  1f 00 00 00  03")).expect(record.bytes)
  }

  @Test func heap() {
    var record = RecordBytes<HeapConfig>()
    record[HeapConfig.size] = 32
    record[HeapConfig.memory] = MappedRange(address: 0x2000_0000, size: 0x1e0_0000)
    Golden(
      32, (0, serval + "05 01  20 00 00 00"), (16, "00 00 00 20"), (24, "00 00 e0 01")
    ).expect(record.bytes)
  }

  @Test func entropyClient() {
    var record = RecordBytes<EntropyClientConfig>()
    record[EntropyClientConfig.size] = 16
    record[EntropyClientConfig.serverID] = EntropyClientConfig.none
    // As in records.S, for a system without the service.
    Golden(16, (0, serval + "07 01  10 00 00 00  ff")).expect(record.bytes)
  }

  @Test func sections() {
    #expect(
      RecordSchema.all.map(\.section) == [
        ".device_resources", ".serial_driver_config", ".serial_virt_rx_config",
        ".serial_virt_tx_config", ".serial_client_config", ".timer_client_config",
        ".net_driver_config", ".net_virt_rx_config", ".net_virt_tx_config", ".net_copy_config",
        ".net_client_config", ".lib_sddf_lwip_config", ".fs_client_config", ".fs_server_config",
        ".nfs_config", ".ip_client_config", ".web_server_config",
        ".serval_abi", ".serval_heap", ".entropy_client_config", ".tls_server_config",
        ".signer_config", ".supervisor_config", ".supervised_config",
      ])
  }
}
