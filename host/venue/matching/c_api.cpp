#include "host/venue/matching/c_api.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <vector>

#include "host/venue/matching/engine.h"

struct tp_matching {
  twinpath::matching::Engine engine;
};

namespace {

namespace tm = twinpath::matching;

// The C records are the C++ ones: a pointer to one is a pointer to the other.
static_assert(sizeof(tp_command) == sizeof(tm::Command) && sizeof(tp_report) == sizeof(tm::Report));
static_assert(offsetof(tp_command, price) == offsetof(tm::Command, price) &&
              offsetof(tp_command, stop_price) == offsetof(tm::Command, stop_price) &&
              offsetof(tp_command, quantity) == offsetof(tm::Command, quantity) &&
              offsetof(tp_command, display) == offsetof(tm::Command, display) &&
              offsetof(tp_command, book) == offsetof(tm::Command, book) &&
              offsetof(tp_command, owner) == offsetof(tm::Command, owner) &&
              offsetof(tp_command, type) == offsetof(tm::Command, type) &&
              offsetof(tp_command, side) == offsetof(tm::Command, side) &&
              offsetof(tp_command, kind) == offsetof(tm::Command, kind) &&
              offsetof(tp_command, tif) == offsetof(tm::Command, tif) &&
              offsetof(tp_command, post_only) == offsetof(tm::Command, post_only) &&
              offsetof(tp_command, self_trade) == offsetof(tm::Command, self_trade) &&
              offsetof(tp_command, state) == offsetof(tm::Command, state));
static_assert(offsetof(tp_report, other_id) == offsetof(tm::Report, other_id) &&
              offsetof(tp_report, price) == offsetof(tm::Report, price) &&
              offsetof(tp_report, trade_id) == offsetof(tm::Report, trade_id) &&
              offsetof(tp_report, quantity) == offsetof(tm::Report, quantity) &&
              offsetof(tp_report, leaves) == offsetof(tm::Report, leaves) &&
              offsetof(tp_report, book) == offsetof(tm::Report, book) &&
              offsetof(tp_report, owner) == offsetof(tm::Report, owner) &&
              offsetof(tp_report, other_owner) == offsetof(tm::Report, other_owner) &&
              offsetof(tp_report, type) == offsetof(tm::Report, type) &&
              offsetof(tp_report, side) == offsetof(tm::Report, side) &&
              offsetof(tp_report, reason) == offsetof(tm::Report, reason) &&
              offsetof(tp_report, flags) == offsetof(tm::Report, flags));

const tm::Command& command(const tp_command* c) noexcept { return *reinterpret_cast<const tm::Command*>(c); }

}  // namespace

tp_matching* tp_matching_create(uint64_t expected_orders, size_t ring_reports, int ids_once_a_day) {
  tm::EngineOptions o;
  if (expected_orders != 0) o.expected_orders = expected_orders;
  if (ring_reports != 0) o.ring_reports = ring_reports;
  o.ids_once_a_day = ids_once_a_day != 0;
  try {
    return new tp_matching{tm::Engine(o)};
  } catch (const std::exception&) {
    return nullptr;
  }
}
void tp_matching_destroy(tp_matching* engine) { delete engine; }

int tp_matching_submit(tp_matching* engine, const tp_command* c) {
  try {
    engine->engine.submit(command(c));
    return 0;
  } catch (const std::bad_alloc&) {
    return 1;
  }
}
void tp_matching_prefetch(const tp_matching* engine, const tp_command* c) { engine->engine.prefetch(command(c)); }
size_t tp_matching_publish(tp_matching* engine) {
  engine->engine.reports().publish();
  return engine->engine.reports().waiting();
}

size_t tp_matching_peek(tp_matching* engine, const tp_report** first, size_t wanted) {
  const std::span<const tm::Report> some = engine->engine.reports().peek(wanted);
  *first = reinterpret_cast<const tp_report*>(some.data());
  return some.size();
}
void tp_matching_release(tp_matching* engine, size_t count) { engine->engine.reports().release(count); }

int tp_matching_best(const tp_matching* engine, uint32_t book, uint8_t side, int64_t* price) {
  if (side > 1) return 0;
  const auto best = engine->engine.best(book, static_cast<twinpath::Side>(side));
  if (!best) return 0;
  *price = best->value;
  return 1;
}
uint64_t tp_matching_depth(const tp_matching* engine, uint32_t book, uint8_t side, int64_t price) {
  return side > 1 ? 0 : engine->engine.depth(book, static_cast<twinpath::Side>(side), {price});
}
uint64_t tp_matching_open_orders(const tp_matching* engine) { return engine->engine.open_orders(); }
uint64_t tp_matching_state_hash(const tp_matching* engine) { return engine->engine.state_hash(); }

size_t tp_matching_snapshot(const tp_matching* engine, void* bytes, size_t room) {
  const std::vector<std::byte> all = engine->engine.snapshot();
  if (bytes != nullptr) std::memcpy(bytes, all.data(), std::min(room, all.size()));
  return all.size();
}
int tp_matching_restore(tp_matching* engine, const void* bytes, size_t count, char* why, size_t room) {
  try {
    engine->engine.restore({static_cast<const std::byte*>(bytes), count});
    return 0;
  } catch (const std::exception& e) {
    if (why != nullptr && room != 0) {
      const size_t n = std::min(room - 1, std::strlen(e.what()));
      std::memcpy(why, e.what(), n);
      why[n] = 0;
    }
    return 1;
  }
}
