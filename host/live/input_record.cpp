#include "host/live/input_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "host/core/registers.h"

namespace twinpath {
namespace {

std::string dollars(std::uint32_t price) { return fmt::format("\"{}.{:04}\"", price / 10'000, price % 10'000); }

}  // namespace

InputRecord::InputRecord(const std::filesystem::path& file, const CoreConfig& config,
                         std::function<std::string(const Bank&)> bank_text)
    : file_(file), frames_(file), commands_(commands_file(file)), bank_text_(std::move(bank_text)) {
  for (const SymbolConfig& s : config.symbols) names_.emplace_back(s.name.data(), std::ranges::find(s.name, ' '));
  commands_ << "# Host commands of the run recorded in " << file.filename().string()
            << ". A replay needs them: put them at the end of its configuration.\n";
  if (!commands_.flush()) failed(commands_file(file_));
}

void InputRecord::begins(std::uint32_t first_user_ref, std::uint64_t first_sequence) {
  commands_ << fmt::format("\n[recorded]\nfirst_user_ref = {}\nfirst_sequence = {}\n", first_user_ref, first_sequence);
  if (!commands_.flush()) failed(commands_file(file_));
}

void InputRecord::command(Cycles offset, const Command& c, const Bank* bank) {
  frames_.flush();  // a run that is killed leaves no command without the frames before it
  commands_ << fmt::format("\n[[command]]\noffset_cycles = {}\nop = \"{}\"\n", offset.value, name(c.op));
  const auto symbol = [&] { return fmt::format("symbol = \"{}\"\n", names_[c.symbol]); };
  switch (c.op) {
    case CommandOp::ack:
    case CommandOp::done:
      commands_ << fmt::format("user_ref = {}\n", c.user_ref);
      break;
    case CommandOp::fill:
      commands_ << fmt::format("user_ref = {}\nquantity = {}\nprice = {}\n", c.user_ref, c.quantity, dollars(c.price));
      break;
    case CommandOp::trust:
      if (c.symbol != 0xFFFF) commands_ << symbol();
      break;
    case CommandOp::position:
      commands_ << symbol() << fmt::format("position = {}\n", static_cast<std::int32_t>(c.price));
      break;
    default:
      break;
  }
  if (bank != nullptr) {
    const std::filesystem::path file = fmt::format("{}.bank-{}.toml", file_.string(), ++banks_);
    std::ofstream out(file);
    out << bank_text_(*bank);
    if (!out.flush()) failed(file);
    commands_ << fmt::format("rules_file = \"{}\"\n", std::filesystem::absolute(file).string());
  }
  if (!commands_.flush()) failed(commands_file(file_));
  ++count_;
}

void InputRecord::close() {
  frames_.close();
  commands_.close();
  if (!commands_) failed(commands_file(file_));
}

void InputRecord::failed(const std::filesystem::path& file) const {
  throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), file.string() + ": cannot write");
}

}  // namespace twinpath
