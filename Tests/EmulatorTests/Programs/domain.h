/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/* A protection domain in C for the emulator's tests: entry, event loop and system calls, written
 * against seL4's interface, so that the tests need no SDK. DOMAIN_SDK is the version as a number: 10401,
 * 20001, 20300. */

typedef unsigned long word;
typedef unsigned char byte;

struct message { word info, badge, mr[4]; };

__attribute__((section(".data"))) char microkit_name[64];
__attribute__((section(".data"))) byte microkit_passive;
__attribute__((section(".data"))) word microkit_irqs, microkit_notifications, microkit_pps,
    microkit_ioports;
extern char __sel4_ipc_buffer_obj[];

#if DOMAIN_SDK < 20300
#define IPC_BUFFER ((volatile word *)__sel4_ipc_buffer_obj)
#else
#define IPC_BUFFER ((volatile word *)0xfffffff000ul)
#endif
#define ACK_LABEL (DOMAIN_SDK < 20100 ? 26 : DOMAIN_SDK < 20300 ? 27 : 31)

enum { CALL = -1, REPLY_RECV = -2, NBSEND_RECV = -3, SEND = -5, NBSEND = -6, RECV = -7, YIELD = -11,
       PUTC = -12 };

static inline struct message syscall(long number, word x0, struct message m, word reply, word dest) {
  register word r0 __asm__("x0") = x0;
  register word r1 __asm__("x1") = m.info;
  register word r2 __asm__("x2") = m.mr[0];
  register word r3 __asm__("x3") = m.mr[1];
  register word r4 __asm__("x4") = m.mr[2];
  register word r5 __asm__("x5") = m.mr[3];
  register word r6 __asm__("x6") = reply;
  register long r7 __asm__("x7") = number;
  register word r8 __asm__("x8") = dest;
  __asm__ volatile("svc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6),
                   "+r"(r7), "+r"(r8) :: "memory");
  struct message result = {r1, r0, {r2, r3, r4, r5}};
  return result;
}

static inline word info(word label, word length) { return label << 12 | length; }
static inline struct message message(word label, word length) {
  struct message m = {info(label, length), 0, {0, 0, 0, 0}};
  return m;
}
static inline void putc(char c) { syscall(PUTC, (byte)c, message(0, 0), 0, 0); }
static inline void puts(const char *s) { while (*s) putc(*s++); }
static inline void puthex(word value) {
  char text[19] = "0x";
  int n = 2;
  for (int shift = 60; shift >= 0; shift -= 4) {
    int digit = value >> shift & 15;
    if (n > 2 || digit || !shift) text[n++] = digit < 10 ? '0' + digit : 'a' + digit - 10;
  }
  text[n] = 0;
  puts(text);
}
static inline void say(const char *what) { puts(microkit_name); puts(": "); puts(what); puts("\n"); }
static inline void notify(word channel) { syscall(SEND, 10 + channel, message(0, 0), 0, 0); }
static inline struct message call(word channel, struct message m) {
  return syscall(CALL, 74 + channel, m, 0, 0);
}
static inline void ack(word channel) { syscall(SEND, 138 + channel, message(ACK_LABEL, 0), 0, 0); }
static inline word counter(void) {
  word value;
  __asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(value));
  return value;
}

void init(void);
void notified(word channel);
struct message protected(word channel, struct message m) __attribute__((weak));
int fault(word child, struct message m) __attribute__((weak));

static word deferred;
static struct message deferred_message;

__attribute__((section(".text.start"), used)) void _start(void) {
  init();
  if (microkit_passive) { deferred = 5; deferred_message = message(0, 0); }
  struct message m = message(0, 0);
  int answers = 0;
  for (;;) {
    if (answers) {
      m = syscall(REPLY_RECV, 1, m, 4, 0);
    } else if (deferred) {
      word dest = deferred;
      deferred = 0;
      m = syscall(NBSEND_RECV, 1, deferred_message, 4, dest);
    } else {
      m = syscall(RECV, 1, message(0, 0), 4, 0);
    }
    answers = 0;
    if (m.badge >> 62 & 1) {
      answers = fault(m.badge & 0xff, m);
      m = message(0, 0);
    } else if (m.badge >> 63) {
      answers = 1;
      m = protected(m.badge & 0x3f, m);
    } else {
      for (word id = 0; id < 62; id++) if (m.badge >> id & 1) notified(id);
    }
  }
}
