#include "host/apps/session/message_text.h"

#include <fmt/format.h>

#include "host/wire/itch50.h"

namespace twinpath {

std::string price_text(std::uint64_t price) { return fmt::format("{}.{:04}", price / 10'000, price % 10'000); }

std::string time_of_day_text(std::uint64_t ns) {
  const std::uint64_t s = ns / 1'000'000'000;
  return fmt::format("{:02}:{:02}:{:02}.{:09}", s / 3600, s / 60 % 60, s % 60, ns % 1'000'000'000);
}

std::string message_text(std::span<const std::uint8_t> message) {
  std::string text;
  const itch::DecodeError error = itch::check(message);
  if (error != itch::DecodeError::none) {
    text = fmt::format("{}:", itch::to_string(error));
    for (std::uint8_t b : message) text += fmt::format(" {:02x}", b);
    return text;
  }
  itch::visit(message, [&](const auto& m) {
    text = std::string(itch::type_name(message[0]));
    for_each_field(m, [&](std::string_view name, const FieldValue& v) {
      switch (v.kind) {
        case FieldKind::price4:
          text += fmt::format(" {}={}", name, price_text(v.number));
          break;
        case FieldKind::price8:
          text += fmt::format(" {}={}.{:08}", name, v.number / 100'000'000, v.number % 100'000'000);
          break;
        case FieldKind::timestamp:
          text += fmt::format(" {}={}", name, time_of_day_text(v.number));
          break;
        case FieldKind::character:
          text += fmt::format(" {}={}", name, static_cast<char>(v.number));
          break;
        case FieldKind::text: {
          std::string_view t = v.text;
          while (!t.empty() && t.back() == ' ') t.remove_suffix(1);
          text += fmt::format(" {}='{}'", name, t);
          break;
        }
        case FieldKind::number:
          text += fmt::format(" {}={}", name, v.number);
          break;
      }
    });
  });
  return text;
}

}  // namespace twinpath
