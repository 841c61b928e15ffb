/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * How receive buffers come back to the card: Sources/Components/Network/VirtRx/NetVirtRx.swift (publishAll, askForReturns),
 * EthernetDriver.swift and NetCopier.swift, each on a core of its own.
 *
 * A client (its copier) returns buffers without a signal, unless the virtualiser has requested one; the virtualiser
 * collects them with the next frame. If no frame can come because the card has no buffer, everything sleeps forever.
 * So the virtualiser requests signals when it sees that the driver has requested buffers, or when clients hold COMMON or
 * more of them. Its view of the driver's request may be stale: the driver hands frames over before it requests buffers,
 * and the virtualiser may finish with the frames in between.
 *
 * Each access to shared memory is one step. Queues are modelled as counts; signalling.pml covers their indices and flags.
 *
 * Checked: no deadlock, and frames are received again and again on every fair run.
 *
 * Negative control, which must deadlock:
 *   ONLY_WANTED  request signals only if the driver is seen to request buffers
 */

#ifndef BUFFERS
#define BUFFERS 2
#endif
#define COMMON (BUFFERS - BUFFERS / 4)

byte card = 0;             /* Empty buffers that the card has */
byte filled = 0;           /* and buffers that it has filled. */
byte received = 0;         /* Queues: from driver to virtualiser, */
byte spare = BUFFERS;      /* back to the driver, */
byte delivered = 0;        /* to the client, */
byte returned = 0;         /* and back from it. */
bit driver_asks = 1;       /* Requests a signal about empty buffers, as a zeroed queue does. */
bit virtualiser_asks = 1;  /* Requests one about received frames. */
bit client_asked = 1;      /* The virtualiser has requested one about returned buffers. */

bit to_driver = 1;         /* Notifications. */
bit to_virtualiser = 0;
bit to_client = 0;

/* There is always one more frame. */
active proctype network() {
  do
  :: atomic { card > 0 -> card--; filled++; to_driver = 1; }
  od;
}

active proctype driver() {
  byte taken = 0;
  bit wakes;

  do
  :: atomic { to_driver == 1 -> to_driver = 0; }
    wakes = 0;
    do
    :: atomic { filled > 0 -> filled--; taken++; }
    :: else -> break;
    od;
    if
    :: taken > 0 ->
      atomic { received = received + taken; taken = 0; }
      if
      :: virtualiser_asks == 1 -> virtualiser_asks = 0; wakes = 1;
      :: else -> skip;
      fi;
    :: else -> skip;
    fi;
    do
    :: atomic { spare > 0 -> spare--; card++; }
    :: else ->
      driver_asks = 1;
      if
      :: spare > 0 -> driver_asks = 0;
      :: else -> break;
      fi;
    od;
    if
    :: wakes -> to_virtualiser = 1;
    :: else -> skip;
    fi;
  od;
}

inline collect() {
  atomic { out = out - returned; given = given + returned; returned = 0; }
}

inline give() {
  if
  :: given > 0 ->
    atomic { spare = spare + given; given = 0; }
    if
    :: driver_asks == 1 -> driver_asks = 0; to_driver = 1;
    :: else -> skip;
    fi;
  :: else -> skip;
  fi;
}

active proctype virtualiser() {
  byte out = 0;
  byte handed = 0;
  byte given = 0;
  bit wanted;

  do
  :: atomic { to_virtualiser == 1 -> to_virtualiser = 0; }
    collect();
    do
    :: atomic { received > 0 -> received--; handed++; out++; }
    :: else ->
      virtualiser_asks = 1;
      if
      :: received > 0 -> virtualiser_asks = 0;
      :: else -> break;
      fi;
    od;
    if
    :: handed > 0 ->
      atomic { delivered = delivered + handed; handed = 0; }
      to_client = 1;
    :: else -> skip;
    fi;
    give();
    wanted = driver_asks;
#ifndef ONLY_WANTED
    wanted = wanted || out >= COMMON;
#endif
    if
    :: wanted -> client_asked = 1; collect(); give();
    :: else -> client_asked = 0;
    fi;
  od;
}

active proctype client() {
  do
  :: atomic { to_client == 1 -> to_client = 0; }
    do
    :: atomic { delivered > 0 -> delivered--; returned++; }
    :: else -> break;
    od;
    if
    :: client_asked == 1 -> client_asked = 0; to_virtualiser = 1;
    :: else -> skip;
    fi;
  od;
}

ltl everything_arrives { [] <> (filled > 0) }
