/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026, the Serval authors */

/*
 * How the two ends of a link begin again: Sources/Core/Rings/QueueLink.swift, with a client that sends (FrameTransmitter.swift) and the
 * transmit virtualiser (NetVirtTx.swift) with its device. Either end dies at any step, RESTARTS times, also both at once; each access
 * to shared memory is one step.
 *
 * Checked: the client never gets a buffer that the device still has, and the device never one that it has already; no deadlock; and
 * on every fair run each buffer is sent again and again, so that none is lost and neither end sleeps forever.
 *
 * Negative controls, which must fail:
 *   NO_LEAVING   the client resets the queues without waiting until the server has left them
 *   LEAVE_EARLY  the server leaves while the device has buffers
 *   NO_EPOCH     words do not tell of which server they are
 *   NO_SIGNAL    the supervisor does not signal the peers of a domain that it restarts
 */

#ifndef RESTARTS
#define RESTARTS 1
#endif
/* One buffer, so that all states fit: Spin's reduction is not made for `unless`. Its queues have two indices, as they can be full. */
#ifndef BUFFERS
#define BUFFERS 1
#endif
#define NEXT(index) index = (index + 1) % (2 * BUFFERS)

/* Epochs, which the supervisor counts. */
byte server_epoch = 0, client_epoch = 0;
bit server_dies = 0, client_dies = 0;

/* The words: own epoch and the peer's, as one. */
#define WORD(own, peer) (16 * (own) + (peer))
byte server_word = 0, client_word = 0;

/* The queues: active from client to server, free back. */
byte active_tail = 0, active_head = 0, free_tail = BUFFERS, free_head = 0;
byte active_slot[BUFFERS], free_slot[BUFFERS];

/* What the device has. A restart of the server resets the device first. */
bit in_flight[BUFFERS];
/* Changes with each buffer that is sent. */
bit last[BUFFERS];

bit to_server = 0, to_client = 0;

#if BUFFERS > 1
#define IDLE (!in_flight[0] && !in_flight[1])
#else
#define IDLE (!in_flight[0])
#endif
#ifdef NO_EPOCH
#define SERVER_WORD(own, peer) WORD(0, peer)
#else
#define SERVER_WORD(own, peer) WORD(own, peer)
#endif

active proctype supervisor() {
  do
  :: atomic { server_epoch < RESTARTS && !server_dies -> server_epoch++; server_dies = 1; }
#ifndef NO_SIGNAL
    to_client = 1;
#endif
  :: atomic { client_epoch < RESTARTS && !client_dies -> client_epoch++; client_dies = 1; }
#ifndef NO_SIGNAL
    to_server = 1;
#endif
  :: break;
  od;
}

/* The device sends the buffers that it has; the server collects them. */
bit sent[BUFFERS];

active proctype device() {
  do
  :: atomic { in_flight[0] && !sent[0] -> sent[0] = 1; last[0] = !last[0]; to_server = 1; }
#if BUFFERS > 1
  :: atomic { in_flight[1] && !sent[1] -> sent[1] = 1; last[1] = !last[1]; to_server = 1; }
#endif
  od;
}

/* Takes a buffer that was sent back from the device, and returns it unless the client is away. */
inline collect(buffer) {
  if
  :: atomic { sent[buffer] -> sent[buffer] = 0; in_flight[buffer] = 0; }
    if
    :: connected ->
      free_slot[free_place % BUFFERS] = buffer;
      NEXT(free_place);
      free_tail = free_place;
      to_client = 1;
    :: else -> skip;
    fi;
  :: else -> skip;
  fi;
}

active proctype server() {
  byte own, peer, now, buffer, active_place, free_place;
  bit connected;

  do
  :: {
    own = server_epoch;
    connected = 0;
    do
    ::
      now = client_epoch;
      if
      :: connected && now != peer -> connected = 0;
      :: else -> skip;
      fi;
      if
      :: !connected ->
        if
        :: client_word == WORD(now, own) ->
          connected = 1;
          peer = now;
          active_place = 0;
          free_place = BUFFERS;
        :: else ->
#ifndef LEAVE_EARLY
          if
          :: IDLE ->
#endif
            if
            :: server_word != SERVER_WORD(own, now) ->
              server_word = SERVER_WORD(own, now);
              to_client = 1;
            :: else -> skip;
            fi;
#ifndef LEAVE_EARLY
          :: else -> skip;
          fi;
#endif
        fi;
      :: else -> skip;
      fi;
      collect(0);
#if BUFFERS > 1
      collect(1);
#endif
      do
      :: connected && active_tail != active_place ->
        buffer = active_slot[active_place % BUFFERS];
        assert(!in_flight[buffer]);
        in_flight[buffer] = 1;
        NEXT(active_place);
        active_head = active_place;
      :: else -> break;
      od;
      /* A client that went while we collected its last buffer is told at once. */
      if
      :: !connected && IDLE && server_word != SERVER_WORD(own, client_epoch) -> skip;
      :: else -> atomic { to_server == 1 -> to_server = 0; }
      fi;
    od;
  } unless {
    atomic {
      server_dies ->
      server_dies = 0;
      in_flight[0] = 0; sent[0] = 0;
#if BUFFERS > 1
      in_flight[1] = 0; sent[1] = 0;
#endif
      to_server = 1;
    }
  }
  od;
}

active proctype client() {
  byte own, peer, now, buffer, active_place, free_place;
  bit connected;

  free_slot[0] = 0;
#if BUFFERS > 1
  free_slot[1] = 1;
#endif
  do
  :: {
    own = client_epoch;
    peer = server_epoch;
    connected = own == 0 && peer == 0;
    active_place = 0;
    free_place = 0;
    do
    ::
      now = server_epoch;
      if
      :: connected && now != peer -> connected = 0;
      :: else -> skip;
      fi;
      if
#ifdef NO_LEAVING
      :: !connected ->
#else
      :: !connected && server_word == SERVER_WORD(now, own) ->
#endif
        active_tail = 0;
        active_head = 0;
        free_tail = 0;
        free_head = 0;
        free_slot[0] = 0;
#if BUFFERS > 1
        free_slot[1] = 1;
#endif
        free_tail = BUFFERS;
        active_place = 0;
        free_place = 0;
        client_word = WORD(own, now);
        peer = now;
        connected = 1;
        to_server = 1;
      :: else -> skip;
      fi;
      do
      :: connected && free_tail != free_place ->
        buffer = free_slot[free_place % BUFFERS];
        NEXT(free_place);
        free_head = free_place;
        /* Here the frame is written. */
        assert(!in_flight[buffer]);
        active_slot[active_place % BUFFERS] = buffer;
        NEXT(active_place);
        active_tail = active_place;
        to_server = 1;
      :: else -> break;
      od;
      atomic { to_client == 1 -> to_client = 0; }
    od;
  } unless {
    atomic { client_dies -> client_dies = 0; to_client = 1; }
  }
  od;
}

ltl everything_arrives { ([] <> last[0]) && ([] <> !last[0]) }
