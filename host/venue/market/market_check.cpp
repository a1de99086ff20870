// The market as a whole: its snapshot for late joiners, its hash, and what must always hold.
#include <cstring>
#include <string>

#include "host/venue/market/market.h"
#include "host/venue/matching/word_hash.h"

namespace twinpath::market {
namespace {

class StateHash {
 public:
  void word(std::uint64_t w) noexcept { hash_.word(w); }
  // Of a whole number of words.
  void bytes(const void* p, std::size_t size) noexcept {
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
      std::uint64_t w;
      std::memcpy(&w, static_cast<const std::byte*>(p) + at, sizeof w);
      hash_.word(w);
    }
  }
  std::uint64_t hash() const noexcept { return hash_.hash(); }

 private:
  matching::WordHash hash_;
};

}  // namespace

std::shared_ptr<MessageStore> Market::snapshot() const {
  const std::uint64_t messages = 3 * options_.instruments.size() + engine_.open_orders() + 1;
  Tape tape(options_.instruments);
  tape.begin(std::make_shared<MessageStore>(tape_.store()->session(), messages));
  tape.set_time(now());
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) {
    tape.directory(book);
    const BookRecord& b = book_records_[book];
    tape.trading_action(book, b.state, {b.reason.data(), b.reason.size()});
  }
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book)
    for (const Side side : {Side::buy, Side::sell})
      engine_.for_each_resting(book, side, [&](std::uint64_t id, matching::Ticks, Quantity) {
        tape.add(book, shown(orders_[static_cast<std::uint32_t>(id)]));
      });
  tape.end_of_snapshot(tape_.store()->next_sequence());
  tape.store()->end();
  return tape.store();
}

std::uint64_t Market::state_hash() const {
  StateHash h;
  h.word(options_.fingerprint());
  h.word(engine_.state_hash());
  h.word(sequence_);
  h.word(requests_);
  h.word(next_reference_);
  h.word(std::uint64_t{day_} << 1 | static_cast<std::uint64_t>(open_));
  for (const BookRecord& b : book_records_) {
    h.word(std::uint64_t{b.last} << 8 | static_cast<std::uint64_t>(b.state));
    std::uint32_t reason;
    std::memcpy(&reason, b.reason.data(), sizeof reason);
    h.word(reason);
  }
  for (const Account& a : accounts_) {
    h.word(std::uint64_t{a.state.last_ref} << 32 | a.state.open_orders);
    h.word(a.state.executions);
    h.word(static_cast<std::uint64_t>(a.state.fees));
    h.word(a.throttle.next << 1 | static_cast<std::uint64_t>(a.state.enabled));
    for (std::uint32_t slot = a.first; slot != kNoOrder; slot = orders_[slot].next) {
      const Order& o = orders_[slot];
      h.bytes(&o.terms, sizeof o.terms);
      h.word(o.reference);
      h.word(o.traded_value);
      h.word(std::uint64_t{o.price} << 32 | o.stop_price);
      h.word(std::uint64_t{o.user_ref_num} << 32 | o.open);
      h.word(std::uint64_t{o.shown} << 32 | o.display);
      h.word(std::uint64_t{o.traded} << 1 | static_cast<std::uint64_t>(o.waiting));
    }
  }
  for (std::size_t n = 0; n < options_.participants.size() * options_.instruments.size(); ++n) {
    h.word(static_cast<std::uint64_t>(positions_[n].shares));
    h.word(static_cast<std::uint64_t>(positions_[n].cash));
  }
  if (const MessageStore* store = tape_.store().get()) {
    for (std::uint64_t sequence = 1; sequence < store->next_sequence(); ++sequence) {
      const std::span<const std::uint8_t> message = store->at(sequence);
      std::uint64_t words[8] = {};
      std::memcpy(words, message.data(), message.size() < sizeof words ? message.size() : sizeof words);
      h.bytes(words, sizeof words);
    }
  }
  return h.hash();
}

std::string Market::check() const {
  if (std::string wrong = engine_.check(); !wrong.empty()) return "engine: " + wrong;
  std::uint64_t fees = 0;
  for (const Account& a : accounts_) fees += static_cast<std::uint64_t>(a.state.fees);
  if (fees != 0) return "fees of participants and venue do not add up to 0, but " + std::to_string(fees);
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) {
    std::uint64_t shares = 0, cash = 0;
    for (std::size_t p = 0; p < options_.participants.size(); ++p) {
      const Position& position = positions_[p * options_.instruments.size() + book];
      shares += static_cast<std::uint64_t>(position.shares);
      cash += static_cast<std::uint64_t>(position.cash);
    }
    if (shares != 0 || cash != 0) return options_.instruments[book].symbol + ": positions or cash do not add up to 0";
  }
  return check_orders();
}

std::string Market::check_orders() const {
  std::uint64_t orders = 0, on_tape = 0, resting = 0;
  for (std::uint32_t p = 0; p < accounts_.size(); ++p) {
    std::uint64_t own = 0;
    for (std::uint32_t slot = accounts_[p].first; slot != kNoOrder; slot = orders_[slot].next) {
      const Order& o = orders_[slot];
      ++own;
      on_tape += o.shown != 0;
      if (o.participant != p || find(p, o.user_ref_num) != slot || o.open == 0)
        return "order " + std::to_string(o.user_ref_num) + " of participant " + std::to_string(p) +
               " is not in the index, or has nothing open";
    }
    if (own != accounts_[p].state.open_orders)
      return "participant " + std::to_string(p) + " has " + std::to_string(own) + " orders, not " +
             std::to_string(accounts_[p].state.open_orders);
    orders += own;
  }
  if (orders != engine_.open_orders())
    return std::to_string(orders) + " orders, in the engine " + std::to_string(engine_.open_orders());
  std::string wrong;
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book)
    for (const Side side : {Side::buy, Side::sell})
      engine_.for_each_resting(book, side, [&](std::uint64_t id, matching::Ticks price, Quantity shown) {
        const Order& o = orders_[static_cast<std::uint32_t>(id)];
        ++resting;
        if (o.book != book || o.terms.side != side || o.price != price_of(book, price) || o.shown != shown.value)
          wrong = options_.instruments[book].symbol + ": the engine shows " + std::to_string(shown.value) +
                  " of order reference " + std::to_string(o.reference) + ", the tape " + std::to_string(o.shown);
      });
  if (wrong.empty() && resting != on_tape)
    wrong = std::to_string(on_tape) + " orders on the tape, " + std::to_string(resting) + " in the books";
  return wrong;
}

}  // namespace twinpath::market
