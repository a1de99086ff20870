#include "host/apps/config/config_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/apps/config/config_bank.h"
#include "host/apps/config/config_reader.h"
#include "host/apps/config/config_sections.h"
#include "host/apps/config/decimal.h"
#include "host/book/price_levels.h"

namespace twinpath {
namespace {

using config::BankDraft;
using config::Errors;
using config::Reader;
using config::SymbolNames;

// The bank in the file that `key` names, laid over `ground`.
std::optional<Bank> bank_of_file(Reader& reader, std::string_view key, const BankDraft& ground,
                                 const std::filesystem::path& base) {
  const auto name = reader.text(key, "the name of a TOML file");
  if (!name) return std::nullopt;
  const auto path = base / *name;
  const auto text = config::file_contents(path);
  if (!text) {
    reader.wrong(key, "a file that can be read", fmt::format("\"{}\"", path.string()),
                 "the name is relative to this file's folder");
    return std::nullopt;
  }
  const auto table = config::parse_toml(*text, path.string(), reader.errors());
  if (!table) return std::nullopt;
  BankDraft draft = ground;
  draft.read_overrides(Reader(*table, "", path.string(), reader.errors()));
  return draft.finish(path.string(), reader.errors());
}

// Window, tick and locate of a [[symbol]]; rules and limits are the draft's.
void read_symbol(Reader& reader, SymbolConfig& symbol) {
  if (const auto locate = reader.integer("locate", 0, 0xFFFF)) {
    symbol.locate = static_cast<std::uint16_t>(*locate);
    symbol.has_locate = true;
  }
  if (const auto tick = reader.dollars("tick", kUnitsPerDollar)) {
    symbol.cent_tick = *tick == 100;
    if (*tick != 100 && *tick != 1)
      reader.wrong("tick", "\"0.01\" or \"0.0001\"", "a book's window has steps of one of these");
  }
  const std::uint32_t step = symbol.cent_tick ? 100 : 1;
  const std::uint32_t span = kLevels * step;
  const auto base = reader.price("window_base");
  const auto center = reader.price("window_center");
  if (base && center) {
    reader.wrong("window_center", "window_base or window_center", "both", "keep one of them");
  } else if (!reader.has("window_base") && !reader.has("window_center")) {
    reader.missing("window_center", fmt::format("the middle of the book's {} prices, in dollars", kLevels),
                   "give a price near which the symbol trades");
  } else if (base) {
    symbol.window_base = *base;
  } else if (center) {
    symbol.window_base = *center < span / 2 ? 0 : (*center - span / 2) / step * step;
  }
  const char* key = base ? "window_base" : "window_center";
  if (symbol.window_base % step != 0)
    reader.wrong(key, "a multiple of the tick", "a price between ticks would make every level wrong");
  if (symbol.window_base > 0xFFFF'FFFF - span) {
    reader.wrong(key, fmt::format("a window that ends below ${}", dollars_text(0xFFFF'FFFF)), "choose a lower price");
  }
}

class Loader {
 public:
  Loader(const toml::table& table, const std::string& name, std::filesystem::path base, Errors& errors)
      : top_(table, "", name, errors), base_(std::move(base)), errors_(&errors) {}

  RunConfig load() {
    auto symbols = top_.tables("symbol");
    if (symbols.empty() && !top_.has("symbol"))
      top_.missing("symbol", "at least one [[symbol]]", "add the symbols to trade");
    if (symbols.size() > kSymbols) {
      errors_->add(top_.file(), symbols[kSymbols].line(), "symbol", fmt::format("at most {} symbols", kSymbols),
                   fmt::format("{}", symbols.size()), "remove the others");
      symbols.erase(symbols.begin() + kSymbols, symbols.end());
    }
    for (auto& symbol : symbols) name_symbol(symbol);

    BankDraft bank0(names_);
    if (auto defaults = top_.table("defaults")) bank0.read_defaults(*defaults);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      read_symbol(symbols[i], run_.core.symbols[i]);
      check_locate(symbols[i], i);
      bank0.read_symbol(static_cast<SymbolIndex>(i), symbols[i]);
      symbols[i].finish();
    }
    if (auto risk = top_.table("risk")) bank0.read_risk(*risk);
    run_.core.banks[0] = bank0.finish(top_.file(), *errors_);
    run_.core.banks[1] = run_.core.banks[0];
    read_alternate(bank0);
    read_commands(bank0);
    config::read_sections(top_, names_, run_);
    top_.finish();
    return std::move(run_);
  }

 private:
  void name_symbol(Reader& symbol) {
    SymbolConfig entry;
    const auto text = symbol.text("name", "a stock symbol of 1 to 8 characters", 8);
    if (!symbol.has("name")) symbol.missing("name", "a stock symbol of 1 to 8 characters", "name the symbol");
    std::string name = text.value_or("");
    if (text && (name.empty() || name.find(' ') != std::string::npos)) {
      symbol.wrong("name", "a stock symbol of 1 to 8 characters",
                   "write it without spaces, they are added on the wire");
    }
    if (!name.empty() && names_.find(name)) symbol.wrong("name", "each symbol once", "remove one of the two");
    entry.name.fill(' ');
    std::copy_n(name.begin(), std::min<std::size_t>(name.size(), 8), entry.name.begin());
    names_.add(std::move(name));
    run_.core.symbols.push_back(entry);
  }

  // Two symbols with one locate would be one book.
  void check_locate(Reader& reader, std::size_t index) {
    const auto& all = run_.core.symbols;
    if (!all[index].has_locate) return;
    for (std::size_t i = 0; i < index; ++i) {
      if (all[i].has_locate && all[i].locate == all[index].locate) {
        reader.wrong("locate", "a locate of its own", fmt::format("that of {}", names_[i]), "correct or remove it");
      }
    }
  }

  void read_alternate(const BankDraft& bank0) {
    if (top_.has("alternate") && top_.has("bank1")) {
      top_.wrong("alternate", "alternate or [bank1]", "both", "keep one of them");
    }
    if (const auto bank = bank_of_file(top_, "alternate", bank0, base_)) {
      run_.core.banks[1] = *bank;
      run_.has_alternate = true;
    }
    if (auto inline_bank = top_.table("bank1")) {
      BankDraft draft = bank0;
      draft.read_overrides(*inline_bank);
      run_.core.banks[1] = draft.finish(top_.file(), *errors_);
      run_.has_alternate = true;
    }
  }

  void read_commands(const BankDraft& bank0) {
    for (auto& reader : top_.tables("command")) {
      RunCommand command = config::read_command(reader, names_);
      if (command.command.op == CommandOp::swap) {
        if (const auto bank = bank_of_file(reader, "rules_file", bank0, base_))
          command.bank = std::make_shared<Bank>(*bank);
      }
      reader.finish();
      run_.commands.push_back(std::move(command));
    }
  }

  Reader top_;
  std::filesystem::path base_;
  Errors* errors_;
  SymbolNames names_;
  RunConfig run_;
};

}  // namespace

RunConfig parse_config(std::string_view text, const std::string& name, const std::filesystem::path& base) {
  Errors errors;
  const auto table = config::parse_toml(text, name, errors);
  errors.throw_if_any();
  RunConfig run = Loader(*table, name, base, errors).load();
  errors.throw_if_any();
  return run;
}

RunConfig load_config(const std::filesystem::path& file) {
  const auto text = config::file_contents(file);
  if (!text) {
    throw ConfigError({fmt::format("{}:1: cannot be read; check that the file exists and is readable", file.string())});
  }
  return parse_config(*text, file.string(), file.parent_path());
}

}  // namespace twinpath
