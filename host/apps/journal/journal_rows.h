// Records of a journal as rows that are asked for, printed and exported.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/journal/journal_reader.h"
#include "host/live/order_journal.h"

namespace twinpath {

// Fields that a kind does not have are empty.
struct JournalRow {
  std::uint64_t number = 0;
  std::uint64_t time = 0;  // nanoseconds UTC: when it was appended
  std::string kind;        // as journal_row_kinds()
  std::string source, symbol, side, reason;
  std::optional<std::uint64_t> cycles, user_ref, quantity, price;  // price in 1/10,000 dollar
  std::optional<std::int64_t> position;

  std::string text() const;
  std::string csv() const;
  static std::string_view csv_header();
  // ISO 8601, nine decimals, Z.
  std::string time_text() const;
};

const std::vector<std::string>& journal_row_kinds();
std::string journal_dollars(std::uint64_t price);
// Throws std::runtime_error that names `option`.
std::uint64_t parse_journal_time(const std::string& text, std::string_view option);

struct JournalFilter {
  std::set<std::string> kinds;  // empty: all
  std::string symbol, source;
  std::optional<std::uint32_t> user_ref;
  std::uint64_t from = 0, to = UINT64_MAX;

  bool takes(const JournalRow& row) const;
};

// Knows the names that the last start record had; before one, and in a later segment alone, indices stand for them.
class JournalRows {
 public:
  std::optional<JournalRow> take(const JournalRecord& record);

 private:
  void event(JournalRow& row, const Event& e) const;
  std::string symbol(std::size_t index) const;

  JournalNames names_;
};

}  // namespace twinpath
