/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * A section for each record, which the host tool fills. The linker keeps those whose symbol the program uses. The
 * sizes are those in Sources/Core/Records.
 */

.macro record name, size
    .section .\name, "a", %progbits
    .balign 16
    .global record_\name
    .type record_\name, %object
record_\name:
    .zero \size
    .size record_\name, \size
.endm

    record device_resources, 1608
    record fs_client_config, 64
    record fs_server_config, 64
    record ip_client_config, 96
    record lib_sddf_lwip_config, 32
    record net_client_config, 128
    record net_copy_config, 1128
    record net_driver_config, 88
    record net_virt_rx_config, 27744
    record net_virt_tx_config, 134200
    record nfs_config, 8200
    record serial_client_config, 88
    record serial_driver_config, 104
    record serial_virt_rx_config, 2616
    record serial_virt_tx_config, 6840
    record signer_config, 24576
    record supervisor_config, 5000
    record timer_client_config, 6
    record web_server_config, 4128

    record program_records, 16384

    /* The record EntropyClientConfig. Unpatched it describes a system without the service. */
    .section .entropy_client_config, "a", %progbits
    .balign 16
    .global record_entropy_client_config
    .type record_entropy_client_config, %object
record_entropy_client_config:
    .ascii "Serval"
    .byte 7, 1
    .word 16
    .byte 255, 0, 0, 0
    .size record_entropy_client_config, . - record_entropy_client_config

    /* The record HeapConfig. Only programs with a heap refer to it. */
    .section .serval_heap, "a", %progbits
    .balign 16
    .global record_serval_heap
    .type record_serval_heap, %object
record_serval_heap:
    .ascii "Serval"
    .byte 5, 1
    .word 32
    .zero 20
    .size record_serval_heap, . - record_serval_heap

    /* The record TLSServerConfig. Unpatched it describes a server without TLS. */
    .section .tls_server_config, "a", %progbits
    .balign 16
    .global record_tls_server_config
    .type record_tls_server_config, %object
record_tls_server_config:
    .ascii "Serval"
    .byte 8, 1
    .word 32768
    .zero 32756
    .size record_tls_server_config, . - record_tls_server_config

    /* The record SupervisedConfig. Unpatched it describes a system without a supervisor. */
    .section .supervised_config, "a", %progbits
    .balign 16
    .global record_supervised_config
    .type record_supervised_config, %object
record_supervised_config:
    .ascii "Serval"
    .byte 17, 1
    .word 96
    .byte 0, 255, 0, 0
    .zero 16
    .fill 64, 1, 255
    .size record_supervised_config, . - record_supervised_config
