// A journal of numbered events in a folder of its own.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "host/journal/journal.h"
#include "host/journal/journal_reader.h"
#include "testbench/ipc/ipc_fixture.h"

namespace twinpath::testing {

inline JournalOptions journal_in(const SegmentFolder& folder) {
  JournalOptions o;
  o.folder = (folder / "journal").string();
  o.sync = JournalOptions::Sync::none;
  o.batch_us = 50;
  return o;
}

inline Event numbered_event(std::uint64_t n) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::order);
  e.user_ref = static_cast<std::uint32_t>(n);
  e.sequence = n * 3;
  return e;
}

// Every record of a journal, as numbers; fails where one is not what it should be.
inline std::vector<std::uint64_t> events_in(const std::filesystem::path& path, std::string* tail = nullptr) {
  JournalReader reader(path);
  std::vector<std::uint64_t> numbers;
  while (const auto r = reader.next()) {
    const auto e = r->as<Event>();
    EXPECT_EQ(e.sequence, std::uint64_t{e.user_ref} * 3);
    EXPECT_EQ(r->header.kind, JournalKind::event);
    numbers.push_back(e.user_ref);
  }
  if (tail != nullptr) *tail = reader.tail().message;
  return numbers;
}

inline std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace twinpath::testing
