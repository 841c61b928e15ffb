/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * make/check-abi.sh compiles this against an SDK's headers, to check that each number we use is the SDK's. Never
 * linked. SERVAL_IRQ_ACK_LABEL and SERVAL_CAN_PRINT are what `serval abi` states for this SDK.
 */
#include <microkit.h>
#include <sel4/sel4.h>

#include "cmicrokit_numbers.h"

#define SAME(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #ours " is not " #theirs)

SAME(CMICROKIT_CALL, seL4_SysCall);
SAME(CMICROKIT_REPLY_RECV, seL4_SysReplyRecv);
SAME(CMICROKIT_NB_SEND_RECV, seL4_SysNBSendRecv);
SAME(CMICROKIT_SEND, seL4_SysSend);
SAME(CMICROKIT_RECV, seL4_SysRecv);
SAME(CMICROKIT_YIELD, seL4_SysYield);
#ifdef CONFIG_PRINTING
SAME(CMICROKIT_DEBUG_PUT_CHAR, seL4_SysDebugPutChar);
SAME(SERVAL_CAN_PRINT, 1);
#else
SAME(SERVAL_CAN_PRINT, 0);
#endif

SAME(CMICROKIT_NOTIFICATIONS, BASE_OUTPUT_NOTIFICATION_CAP);
SAME(CMICROKIT_ENDPOINTS, BASE_ENDPOINT_CAP);
SAME(CMICROKIT_INTERRUPTS, BASE_IRQ_CAP);
SAME(CMICROKIT_CHILDREN, BASE_TCB_CAP);
SAME(CMICROKIT_CHANNEL_LIMIT, MICROKIT_MAX_CHANNELS);

SAME(SERVAL_IRQ_ACK_LABEL, IRQAckIRQ);
SAME(CMICROKIT_READ_REGISTERS, TCBReadRegisters);
SAME(CMICROKIT_WRITE_REGISTERS, TCBWriteRegisters);
SAME(CMICROKIT_SUSPEND, TCBSuspend);

SAME(CMICROKIT_CAPABILITY_FAULT, seL4_Fault_CapFault);
SAME(CMICROKIT_UNKNOWN_SYSTEM_CALL, seL4_Fault_UnknownSyscall);
SAME(CMICROKIT_USER_EXCEPTION, seL4_Fault_UserException);
#ifdef CONFIG_HARDWARE_DEBUG_API
SAME(CMICROKIT_DEBUG_EXCEPTION, seL4_Fault_DebugException);
#endif
SAME(CMICROKIT_TIMEOUT, seL4_Fault_Timeout);
SAME(CMICROKIT_MEMORY_FAULT, seL4_Fault_VMFault);
SAME(CMICROKIT_VCPU_FAULT, seL4_Fault_VCPUFault);

SAME(CMICROKIT_MESSAGE_CAPACITY, seL4_MsgMaxLength);
SAME(CMICROKIT_MESSAGE_START * sizeof(seL4_Word), __builtin_offsetof(seL4_IPCBuffer, msg));
SAME(0x1000, 1ul << seL4_PageBits);
