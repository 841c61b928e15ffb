/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * How the two sides of a ring wait for each other: Sources/Core/Rings/Drain.swift and SignalFlag.
 *
 * A producer hands CONTENTS elements to a consumer through a ring of CAPACITY. A side that cannot
 * continue requests a notification through its flag (0 is a request, so a zeroed ring holds one),
 * checks again, and sleeps on its notification. That is one bit: several notifications cause one
 * wake-up. Each access to shared memory is one step, so every interleaving is tried. The model assumes
 * sequential consistency. One place depends on it: storing the flag before loading the index, against
 * storing the index before loading the flag. The fences in SignalFlag provide it there.
 *
 * Both sides of this model use a flag. In sDDF's network queues only the consumer does, and in its serial
 * queues only the producer; the other side is notified after every batch. ALWAYS_NOTIFY_CONSUMER and
 * ALWAYS_NOTIFY_PRODUCER select that.
 *
 * Checked: no deadlock, every element arrives once and in order, and everything arrives on every
 * fair run.
 *
 * Negative controls, each of which must fail:
 *   NO_RECHECK      sleep without a check after the request
 *   CHECK_THEN_ASK  check before the request, which is how a processor may order it without the fence
 *   PUBLISH_LATE    request room before the elements are published
 */

#ifndef CAPACITY
#define CAPACITY 2
#endif
#ifndef CONTENTS
#define CONTENTS 5
#endif
/* Indices run freely and wrap; a multiple of CAPACITY. */
#define WRAP (4 * CAPACITY)
#define DISTANCE(from, to) ((to + WRAP - from) % WRAP)

byte tail = WRAP - 1;  /* Producer's index; starts just before the wrap. */
byte head = WRAP - 1;  /* Consumer's index. */
byte slots[CAPACITY];
bit consumer_signalled = 0;
bit producer_signalled = 0;

bit to_producer = 0;  /* Notifications. */
bit to_consumer = 0;

bool sent_all = false;
byte received = 0;

inline look_for_room() {
  atomic { seen = DISTANCE(head, position); assert(seen <= CAPACITY); }
}

inline look_for_elements() {
  atomic { seen = DISTANCE(position, tail); assert(seen <= CAPACITY); }
}

inline notify_consumer() {
#ifdef ALWAYS_NOTIFY_CONSUMER
  to_consumer = 1;
#else
  if
  :: consumer_signalled == 0 -> consumer_signalled = 1; to_consumer = 1;
  :: else -> skip;
  fi
#endif
}

inline notify_producer() {
#ifdef ALWAYS_NOTIFY_PRODUCER
  to_producer = 1;
#else
  if
  :: producer_signalled == 0 -> producer_signalled = 1; to_producer = 1;
  :: else -> skip;
  fi
#endif
}

active proctype producer() {
  byte position = WRAP - 1;
  byte next = 0;
  byte seen;

  do
  :: next < CONTENTS ->
    /* drain: perform steps while there is room. */
    do
    :: true ->
      look_for_room();
      if
      :: seen < CAPACITY && next < CONTENTS ->
        slots[position % CAPACITY] = next;
        position = (position + 1) % WRAP;
        next++;
      :: next == CONTENTS -> break;
      :: else ->
#ifdef CHECK_THEN_ASK
        tail = position;
        look_for_room();
        producer_signalled = 0;
        if
        :: seen < CAPACITY -> producer_signalled = 1;
        :: else -> break;
        fi
#else
#ifndef PUBLISH_LATE
        tail = position;
#endif
        producer_signalled = 0;
#ifdef NO_RECHECK
        break;
#else
        look_for_room();
        if
        :: seen < CAPACITY -> producer_signalled = 1;
        :: else -> break;
        fi
#endif
#endif
      fi
    od;
#ifndef PUBLISH_LATE
    tail = position;
    notify_consumer();
#else
    if
    :: next == CONTENTS -> tail = position; notify_consumer();
    :: else -> skip;
    fi
#endif
    if
    :: next < CONTENTS -> atomic { to_producer == 1 -> to_producer = 0; }
    :: else -> skip;
    fi
  :: next == CONTENTS -> break;
  od;
  sent_all = true;
}

active proctype consumer() {
  byte position = WRAP - 1;
  byte seen;

  do
  :: received < CONTENTS ->
    do
    :: true ->
      look_for_elements();
      if
      :: seen > 0 ->
        assert(slots[position % CAPACITY] == received);
        position = (position + 1) % WRAP;
        received++;
      :: else ->
        head = position;
#ifdef CHECK_THEN_ASK
        look_for_elements();
        consumer_signalled = 0;
        if
        :: seen > 0 -> consumer_signalled = 1;
        :: else -> break;
        fi
#else
        consumer_signalled = 0;
#ifdef NO_RECHECK
        break;
#else
        look_for_elements();
        if
        :: seen > 0 -> consumer_signalled = 1;
        :: else -> break;
        fi
#endif
#endif
      fi
    od;
    notify_producer();
    if
    :: received < CONTENTS -> atomic { to_consumer == 1 -> to_consumer = 0; }
    :: else -> skip;
    fi
  :: received == CONTENTS -> break;
  od;
}

ltl everything_arrives { <> (sent_all && received == CONTENTS) }
