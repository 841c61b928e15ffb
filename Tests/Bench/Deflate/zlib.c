// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// zlib without an operating system, for Bench.swift. The interface is declared here because the headers of the target's zlib need
// a C library.

struct z_stream {
  const unsigned char *next_in;
  unsigned avail_in;
  unsigned long total_in;
  unsigned char *next_out;
  unsigned avail_out;
  unsigned long total_out;
  const char *msg;
  void *state;
  void *(*zalloc)(void *, unsigned, unsigned);
  void (*zfree)(void *, void *);
  void *opaque;
  int data_type;
  unsigned long adler, reserved;
};

int deflateInit2_(struct z_stream *, int level, int method, int window_bits, int memory_level, int strategy,
                  const char *version, int size);
int deflate(struct z_stream *, int flush);
unsigned long crc32(unsigned long, const unsigned char *, unsigned);

static unsigned char memory[1 << 20] __attribute__((aligned(16)));
static unsigned long used;

static void *allocate(void *opaque, unsigned count, unsigned size) {
  (void)opaque;
  void *result = memory + used;
  used += ((unsigned long)count * size + 15) & ~15ul;
  return result;
}

static void release(void *opaque, void *address) { (void)opaque, (void)address; }

// zutil.o refers to it, but `allocate` is used.
void *malloc(unsigned long size) { return allocate(0, 1, size); }

static struct z_stream stream;

void zlib_begin(int level) {
  used = 0;
  stream = (struct z_stream){.zalloc = allocate, .zfree = release};
  deflateInit2_(&stream, level, 8, -15, 8, 0, "1.2.13", sizeof stream);
}

// Compresses all input; returns the output's size.
unsigned long zlib_compress(const unsigned char *input, unsigned long count, unsigned char *output, unsigned long room) {
  stream.next_in = input;
  stream.avail_in = count;
  do {
    stream.next_out = output;
    stream.avail_out = room;
  } while (deflate(&stream, 4) == 0);
  return stream.total_out;
}

unsigned zlib_crc32(const unsigned char *input, unsigned long count) { return crc32(0, input, count); }
