#include "host/apps/batch/margin_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "host/apps/config/decimal.h"

namespace twinpath {
namespace {

using batch::MarginInstrument;
using batch::MarginPosition;

struct PositionRow {
  std::string account, instrument;
  MarginPosition position;
  std::size_t line = 0;
};

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  NamedMarginBook read() {
    std::ifstream in(file_);
    if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", file_));
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      split(line);
      row();
    }
    return finish();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", file_, line_, what));
  }

  void split(std::string_view line) {
    fields_.clear();
    for (std::size_t from = 0;;) {
      const std::size_t comma = line.find(',', from);
      std::string_view field = line.substr(from, comma - from);
      while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
      while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
      fields_.emplace_back(field);
      if (comma == std::string_view::npos) return;
      from = comma + 1;
    }
  }

  void row() {
    const std::string& kind = fields_[0];
    if (kind == "instrument") {
      expect(5, "instrument,NAME,MARK,INITIAL %,MAINTENANCE %");
      MarginInstrument i;
      i.mark = price(2, "mark");
      i.initial_bp = rate(3, "initial");
      i.maintenance_bp = rate(4, "maintenance");
      if (i.maintenance_bp > i.initial_bp)
        fail(fmt::format("maintenance: expected at most the initial margin, {} %, found '{}'", fields_[3], fields_[4]));
      name(instruments_, instrument_names_, "instrument");
      if (instrument_names_.size() > batch::kMostInstruments)
        fail(fmt::format("expected at most {} instruments", batch::kMostInstruments));
      rates_.push_back(i);
    } else if (kind == "account") {
      expect(3, "account,NAME,CASH");
      name(accounts_, account_names_, "account");
      const bool minus = fields_[2].starts_with('-');
      const auto cash = parse_dollars(std::string_view(fields_[2]).substr(minus ? 1 : 0));
      if (!cash || *cash > static_cast<std::uint64_t>(batch::kMostCash))
        fail(fmt::format("cash: expected dollars of at most {} either way, up to four decimals, found '{}'",
                         dollars_text(static_cast<std::uint64_t>(batch::kMostCash)), fields_[2]));
      cash_.push_back(minus ? -static_cast<std::int64_t>(*cash) : static_cast<std::int64_t>(*cash));
    } else if (kind == "position") {
      expect(5, "position,ACCOUNT,INSTRUMENT,QUANTITY,ENTRY");
      PositionRow r{fields_[1], fields_[2], {}, line_};
      r.position.quantity = quantity(3);
      r.position.entry = price(4, "entry");
      positions_.push_back(std::move(r));
    } else {
      fail(fmt::format("field 1: expected instrument, account or position, found '{}'", kind));
    }
  }

  void expect(std::size_t n, const char* form) const {
    if (fields_.size() != n) fail(fmt::format("expected {} fields ({}), found {}", n, form, fields_.size()));
  }
  void name(std::unordered_map<std::string, std::uint32_t>& numbers, std::vector<std::string>& names,
            const char* kind) {
    if (fields_[1].empty()) fail(fmt::format("{}: expected a name, found nothing", kind));
    if (!numbers.emplace(fields_[1], static_cast<std::uint32_t>(names.size())).second)
      fail(fmt::format("{} '{}' is there already; name each once", kind, fields_[1]));
    names.push_back(fields_[1]);
  }
  std::uint32_t price(std::size_t i, const char* field) const {
    const auto units = parse_dollars(fields_[i]);
    if (!units || *units > UINT32_MAX)
      fail(fmt::format("{}: expected dollars of at most {}, up to four decimals, found '{}'", field,
                       dollars_text(UINT32_MAX), fields_[i]));
    return static_cast<std::uint32_t>(*units);
  }
  // Per cent with two decimals: basis points, which are what parse_dollars makes of it, over 100.
  std::uint16_t rate(std::size_t i, const char* field) const {
    const auto units = parse_dollars(fields_[i]);
    if (!units || *units % 100 != 0 || *units / 100 > batch::kWhole)
      fail(fmt::format("{}: expected per cent, 0 to 100 with up to two decimals, found '{}'", field, fields_[i]));
    return static_cast<std::uint16_t>(*units / 100);
  }
  std::int32_t quantity(std::size_t i) const {
    const std::string& text = fields_[i];
    std::int32_t v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (error != std::errc{} || end != text.data() + text.size() || v == INT32_MIN)
      fail(fmt::format("quantity: expected whole shares, -2147483647 to 2147483647, found '{}'", text));
    return v;
  }

  NamedMarginBook finish() {
    for (PositionRow& r : positions_) {
      line_ = r.line;
      const auto account = accounts_.find(r.account);
      if (account == accounts_.end())
        fail(fmt::format("account '{}' has no row 'account,{},CASH'", r.account, r.account));
      const auto instrument = instruments_.find(r.instrument);
      if (instrument == instruments_.end())
        fail(fmt::format("instrument '{}' has no row 'instrument,{},MARK,INITIAL %,MAINTENANCE %'", r.instrument,
                         r.instrument));
      r.position.account = account->second;
      r.position.instrument = static_cast<std::uint16_t>(instrument->second);
    }
    const auto key = [](const PositionRow& r) { return std::tuple(r.position.account, r.position.instrument, r.line); };
    std::sort(positions_.begin(), positions_.end(),
              [&](const PositionRow& a, const PositionRow& b) { return key(a) < key(b); });
    std::vector<MarginPosition> positions;
    for (const PositionRow& r : positions_) {
      line_ = r.line;
      if (!positions.empty() && positions.back().account == r.position.account &&
          positions.back().instrument == r.position.instrument)
        fail(fmt::format("account '{}' has a position in '{}' already; give their sum", r.account, r.instrument));
      positions.push_back(r.position);
    }
    if (account_names_.empty()) throw std::runtime_error(fmt::format("{}: has no account", file_));
    return {batch::MarginBook(std::move(rates_), std::move(cash_), std::move(positions)), std::move(instrument_names_),
            std::move(account_names_)};
  }

  std::string file_;
  std::size_t line_ = 0;
  std::vector<std::string> fields_;
  std::unordered_map<std::string, std::uint32_t> instruments_, accounts_;
  std::vector<std::string> instrument_names_, account_names_;
  std::vector<MarginInstrument> rates_;
  std::vector<std::int64_t> cash_;
  std::vector<PositionRow> positions_;
};

}  // namespace

NamedMarginBook read_margin_file(const std::string& file) { return Reader(file).read(); }

}  // namespace twinpath
