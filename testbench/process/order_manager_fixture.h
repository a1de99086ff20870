// The order manager between a real feed, a ring of intents that the test fills as a strategy's process does, and an
// exchange that the test speaks for.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/journal/journal_reader.h"
#include "host/process/order_manager.h"
#include "host/wire/bytes.h"
#include "testbench/process/process_fixture.h"

namespace twinpath::testing {

class OrderManagerTest : public ProcessTest {
 protected:
  // A strategy's process: owns the ring, and numbers its intents.
  struct Strategy {
    Strategy(const ProcessOptions& options, const std::string& name)
        : segment(ipc::Segment::own(std::filesystem::path(options.folder) / intents_file(name), intents_kind())),
          ring(own_intents(segment)) {}
    ipc::Segment segment;
    IntentRing& ring;
  };

  void begin() {
    begin_feed();
    quote_a();
    strategy_ = std::make_unique<Strategy>(options_, "first");
    begin_orders();
    orders_->round();
  }
  void put(const Intent& i, std::uint32_t generation, std::uint64_t made) {
    IntentRecord* const r = strategy_->ring.claim();
    ASSERT_NE(r, nullptr);
    *r = {};
    r->made = made;
    r->number = static_cast<std::uint32_t>(strategy_->ring.published() + 1);
    r->incarnation = static_cast<std::uint32_t>(strategy_->segment.generation());
    r->generation = generation;
    r->sequence = 7;
    r->msg_type = 'A';
    r->intent = i;
    strategy_->ring.publish();
  }
  void ask(const Intent& i) {
    put(i, feed_->status().generation, wall_ns());
    orders_->round();
  }
  static Intent buy(std::uint32_t quantity = 10, std::uint32_t price = kBasePrice, std::uint32_t tag = 5) {
    Intents ask;
    ask.enter(0, Side::buy, Price{price}, Quantity{quantity}, tag);
    return ask[0];
  }
  static Intent cancel(std::uint32_t user_ref) {
    Intents ask;
    ask.cancel(0, user_ref);
    return ask[0];
  }
  std::vector<Refusal> refusals() {
    journal_->flush();
    std::vector<Refusal> all;
    JournalReader reader(journal_->folder());
    while (const auto r = reader.next()) {
      if (r->header.kind == JournalKind::refused) all.push_back(r->as<JournalRefused>().why);
    }
    return all;
  }
  static std::uint32_t user_ref_of(const Frame& f) { return load_be32(f.data() + 43); }
  static char kind_of(const Frame& f) { return static_cast<char>(f[42]); }

  std::unique_ptr<Strategy> strategy_;
};

}  // namespace twinpath::testing
