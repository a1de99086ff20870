#include "host/journal/journal_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "host/ipc/shared_segment.h"
#include "host/journal/crc32c.h"
#include "host/wire/file_error.h"

namespace twinpath {

std::uint64_t journal_layout() noexcept {
  return ipc::layout_hash("journal 1", {sizeof(Bank), sizeof(RuleRecord), sizeof(LimitRecord), sizeof(Event),
                                        sizeof(JournalStart), sizeof(JournalSent), sizeof(JournalRefused)});
}

std::string journal_segment_name(std::uint64_t segment) { return fmt::format("{:08}.journal", segment); }

std::vector<std::filesystem::path> journal_segments(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.size() == 16 && name.ends_with(".journal") && name.find_first_not_of("0123456789") == 8)
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (std::size_t i = 1; i < files.size(); ++i) {
    const std::uint64_t expected = std::stoull(files[i - 1].stem().string()) + 1;
    if (files[i].filename() != journal_segment_name(expected))
      throw FileError((folder / journal_segment_name(expected)).string(), 0, "a segment between two others", "no file",
                      "put it back, or read the segments one by one");
  }
  return files;
}

void JournalRecord::copy(void* to, std::size_t bytes) const {
  if (payload.size() < bytes)
    throw std::length_error(fmt::format("record {}: byte {}: expected {} bytes of {}, found {}", header.number, at,
                                        bytes, to_string(header.kind), payload.size()));
  std::memcpy(to, payload.data(), bytes);
}

JournalReader::JournalReader(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    files_ = journal_segments(path);
    if (files_.empty())
      throw FileError((path / journal_segment_name(1)).string(), 0, "the first segment of a journal", "no file",
                      "give the folder that a run wrote its journal to");
  } else {
    files_.push_back(path);
  }
  open(0);
}

void JournalReader::fail(std::uint64_t at, const std::string& expected, const std::string& found,
                         const std::string& advice) const {
  throw FileError(file().string(), at, expected, found, advice);
}

void JournalReader::open(std::size_t index) {
  file_ = index;
  mapped_.emplace(file());
  bytes_ = std::as_bytes(mapped_->bytes());
  const char* const advice = "give a journal that this program wrote";
  if (bytes_.size() < sizeof header_)
    fail(0, fmt::format("a header of {} bytes", sizeof header_), fmt::format("{} bytes", bytes_.size()), advice);
  JournalSegmentHeader h;
  std::memcpy(&h, bytes_.data(), sizeof h);
  if (h.magic != JournalSegmentHeader::kMagic) fail(0, "TWNJRNL1", "something else", advice);
  if (const auto crc = crc32c(bytes_.first(offsetof(JournalSegmentHeader, crc))); crc != h.crc)
    fail(offsetof(JournalSegmentHeader, crc), fmt::format("checksum {:08x} of the header", crc),
         fmt::format("{:08x}", h.crc), "restore the file from a copy");
  if (h.layout != journal_layout())
    fail(offsetof(JournalSegmentHeader, layout), fmt::format("layout {:016x}", journal_layout()),
         fmt::format("{:016x}", h.layout), "read it with the build that wrote it");
  if (index == 0) {
    next_number_ = h.first_record;
  } else if (h.first_record != next_number_) {
    fail(offsetof(JournalSegmentHeader, first_record), fmt::format("record {} to be the first", next_number_),
         fmt::format("{}", h.first_record), "the segment before was cut off: restore it from a copy");
  }
  if (index != 0 && h.id != header_.id)
    fail(offsetof(JournalSegmentHeader, id), fmt::format("journal {:016x}", header_.id), fmt::format("{:016x}", h.id),
         "keep each journal in a folder of its own");
  header_ = h;
  at_ = sizeof h;
}

bool JournalReader::whole(std::uint64_t at, std::uint64_t most, JournalRecordHeader& h) const noexcept {
  if (at + sizeof h > bytes_.size()) return false;
  std::memcpy(&h, &bytes_[at], sizeof h);
  if (h.number < next_number_ || h.number > most || h.bytes > kMaxJournalPayload) return false;
  const std::size_t size = journal_record_bytes(h.bytes);
  if (at + size > bytes_.size()) return false;
  return crc32c(bytes_.subspan(at + 4, size - 4)) == h.crc;
}

std::optional<JournalRecord> JournalReader::next() {
  while (at_ == bytes_.size() && file_ + 1 < files_.size()) open(file_ + 1);
  tail_ = {at_, bytes_.size(), {}};
  if (at_ == bytes_.size()) return std::nullopt;
  JournalRecordHeader h;
  if (whole(at_, next_number_, h)) {
    const JournalRecord record{h, bytes_.subspan(at_ + sizeof h, h.bytes), at_};
    at_ += journal_record_bytes(h.bytes);
    ++next_number_;
    return record;
  }
  // Damage, or the end of what a process wrote before it was cut off. Whole records behind it tell.
  const std::string expected = fmt::format("record {} with a right checksum", next_number_);
  JournalRecordHeader later;
  const std::uint64_t most = next_number_ + bytes_.size() / sizeof later;
  for (std::uint64_t at = at_ + 8; at + sizeof later <= bytes_.size(); at += 8) {
    if (whole(at, most, later))
      fail(at_, expected, fmt::format("damage up to record {} at byte {}", later.number, at),
           "restore the file from a copy");
  }
  if (file_ + 1 < files_.size()) fail(at_, expected, "the segment cut off", "restore the file from a copy");
  tail_.message = fmt::format("{}: byte {}: expected {}, found {} bytes of a record that was not finished",
                              file().string(), at_, expected, bytes_.size() - at_);
  return std::nullopt;
}

}  // namespace twinpath
