/* The matching engine for C, and for whatever can call C: build/release/host/venue/matching/libtwinpath_matching.so.
 *
 * One call a message; its reports are in the ring when the call returns. One thread submits, one thread (it may be the
 * same, or another) reads reports. What the fields mean is in messages.h and README.md.
 */
#ifndef TWINPATH_MATCHING_C_API_H
#define TWINPATH_MATCHING_C_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TP_MATCHING_API __attribute__((visibility("default")))

typedef struct tp_command {
  uint64_t sequence;
  uint64_t order_id;
  uint64_t new_order_id;
  int64_t price;
  int64_t stop_price;
  uint32_t quantity;
  uint32_t display;
  uint32_t book;
  uint32_t owner;
  uint8_t type;
  uint8_t side;
  uint8_t kind;
  uint8_t tif;
  uint8_t post_only;
  uint8_t self_trade;
  uint8_t state;
  uint8_t reserved;
} tp_command;

typedef struct tp_report {
  uint64_t sequence;
  uint64_t order_id;
  uint64_t other_id;
  int64_t price;
  uint64_t trade_id;
  uint32_t quantity;
  uint32_t leaves;
  uint32_t book;
  uint32_t owner;
  uint32_t other_owner;
  uint8_t type;
  uint8_t side;
  uint8_t reason;
  uint8_t flags;
} tp_report;

typedef struct tp_matching tp_matching;

/* expected_orders: orders for which memory is there from the start, 0 for the default; ring_reports: a power of two, 0
 * for the default; ids_once_a_day: not 0 when an order id may be used once a day. NULL when it cannot be had. */
TP_MATCHING_API tp_matching* tp_matching_create(uint64_t expected_orders, size_t ring_reports, int ids_once_a_day);
TP_MATCHING_API void tp_matching_destroy(tp_matching* engine);

/* ---- the submitting thread ---- */
/* Returns 0, or 1 when there was no memory for it: then the engine is not to be used any more. */
TP_MATCHING_API int tp_matching_submit(tp_matching* engine, const tp_command* command);
/* A hint that the command will come soon. */
TP_MATCHING_API void tp_matching_prefetch(const tp_matching* engine, const tp_command* command);
/* Moves reports for which the ring had no room; returns how many still wait. Of use where the reader is slow and no
 * command comes. */
TP_MATCHING_API size_t tp_matching_publish(tp_matching* engine);

/* ---- the reading thread ---- */
/* Points `first` at up to `wanted` reports, oldest first, and returns how many; they stay until released. */
TP_MATCHING_API size_t tp_matching_peek(tp_matching* engine, const tp_report** first, size_t wanted);
TP_MATCHING_API void tp_matching_release(tp_matching* engine, size_t count);

/* ---- the submitting thread, between two commands ---- */
/* Returns 1 and sets `price`, or 0 when the side is empty. */
TP_MATCHING_API int tp_matching_best(const tp_matching* engine, uint32_t book, uint8_t side, int64_t* price);
TP_MATCHING_API uint64_t tp_matching_depth(const tp_matching* engine, uint32_t book, uint8_t side, int64_t price);
TP_MATCHING_API uint64_t tp_matching_open_orders(const tp_matching* engine);
TP_MATCHING_API uint64_t tp_matching_state_hash(const tp_matching* engine);
/* Writes up to `room` bytes of a snapshot and returns how many it has. */
TP_MATCHING_API size_t tp_matching_snapshot(const tp_matching* engine, void* bytes, size_t room);
/* Into an engine without commands. Returns 0, or 1 and writes why (zero-terminated) into `why`. */
TP_MATCHING_API int tp_matching_restore(tp_matching* engine, const void* bytes, size_t count, char* why, size_t room);

#ifdef __cplusplus
}
#endif
#endif
