// The journal: what is appended is what is read; a cut end is mended, damage is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <numeric>

#include "host/journal/crc32c.h"
#include "host/wire/file_error.h"
#include "testbench/journal/journal_fixture.h"

namespace twinpath {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::uint64_t> up_to(std::uint64_t n) {
  std::vector<std::uint64_t> all(n);
  std::iota(all.begin(), all.end(), 1);
  return all;
}

void write_events(const JournalOptions& o, std::uint64_t from, std::uint64_t to) {
  Journal j(o);
  for (std::uint64_t n = from; n <= to; ++n) EXPECT_EQ(j.append(JournalKind::event, numbered_event(n)), n);
}

// RFC 3720, B.4: 32 bytes of zeros, of ones, and ascending.
TEST(Crc32c, IsCastagnolis) {
  std::array<std::byte, 32> bytes{};
  EXPECT_EQ(crc32c(bytes), 0x8A9136AAu);
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(crc32c(bytes), 0x62A8AB43u);
  for (std::size_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(crc32c(bytes), 0x46DD794Eu);
  // Not a multiple of 8.
  const std::string_view digits = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xE3069283u);
}

TEST(Journal, GivesBackWhatWasAppendedAcrossSegmentsAndOpenings) {
  const SegmentFolder folder;
  JournalOptions o = journal_in(folder);
  o.segment_bytes = 5'000;
  write_events(o, 1, 200);
  write_events(o, 201, 300);
  EXPECT_EQ(events_in(o.folder), up_to(300));
  const auto files = journal_segments(o.folder);
  EXPECT_GT(files.size(), 8u);
  for (const auto& f : files) EXPECT_LE(std::filesystem::file_size(f), 5'000u);
  EXPECT_EQ(events_in(files.front()).front(), 1u);
  EXPECT_EQ(events_in(files.back()).back(), 300u);
  EXPECT_THAT(Journal(o).messages(), ElementsAre());
}

TEST(Journal, KeepsPayloadsOfAnySizeAndWhoseTheyAre) {
  const SegmentFolder folder;
  const JournalOptions o = journal_in(folder);
  std::vector<std::byte> bytes(300'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  {
    Journal j(o);
    // More than the stage holds at once, so that records go around its end.
    for (std::size_t i = 0; i < 60; ++i)
      j.append(JournalKind::bank, std::span(bytes).first(i * 4'999), static_cast<std::uint16_t>(i), 7);
  }
  JournalReader reader(o.folder);
  std::size_t i = 0;
  while (const auto r = reader.next()) {
    ASSERT_EQ(r->header.source, i);
    ASSERT_EQ(r->header.intent, 7u);
    ASSERT_TRUE(std::ranges::equal(r->payload, std::span(bytes).first(i * 4'999))) << i;
    ++i;
  }
  EXPECT_EQ(i, 60u);
}

// A process may have been killed, or the disk may have ended, at any byte.
TEST(Journal, EndCutAtAnyByteIsMendedAndToldAndTheRestIsKept) {
  const SegmentFolder folder;
  const JournalOptions o = journal_in(folder);
  write_events(o, 1, 3);
  const auto file = journal_segments(o.folder).back();
  const std::string whole = contents(file);
  const std::size_t header = sizeof(JournalSegmentHeader), record = journal_record_bytes(sizeof(Event));
  ASSERT_EQ(whole.size(), header + 3 * record);
  // Every byte of a record and what is around its ends.
  for (std::size_t cut = header; cut < whole.size(); cut += cut < header + record + 2 ? 1 : 7) {
    put(file, whole.substr(0, cut));
    const std::uint64_t kept = (cut - header) / record;
    const bool torn = (cut - header) % record != 0;
    std::string tail;
    ASSERT_EQ(events_in(o.folder, &tail).size(), kept);
    ASSERT_EQ(!tail.empty(), torn) << cut;
    {
      Journal j(o);
      ASSERT_EQ(j.messages().size(), torn ? 1u : 0u) << cut;
      if (torn) {
        ASSERT_THAT(j.messages()[0],
                    AllOf(HasSubstr(file.string() + ": byte " + std::to_string(header + kept * record)),
                          HasSubstr("not finished"), HasSubstr("cut off there")));
      }
      j.append(JournalKind::event, numbered_event(kept + 1));
    }
    ASSERT_EQ(events_in(o.folder), up_to(kept + 1));
  }
}

TEST(Journal, DamageAnywhereInTheMiddleIsNamedByItsByteAndNothingIsChanged) {
  const SegmentFolder folder;
  const JournalOptions o = journal_in(folder);
  write_events(o, 1, 4);
  const auto file = journal_segments(o.folder).back();
  const std::string whole = contents(file);
  const std::size_t header = sizeof(JournalSegmentHeader), record = journal_record_bytes(sizeof(Event));
  for (std::size_t at = 0; at < whole.size() - record; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    put(file, damaged);
    const std::size_t expected = at < 8        ? 0
                                 : at < header ? offsetof(JournalSegmentHeader, crc)
                                               : header + (at - header) / record * record;
    ASSERT_THAT([&] { Journal j(o); },
                ThrowsMessage<FileError>(AllOf(
                    HasSubstr(file.string() + ": byte " + std::to_string(expected) + ": expected"), HasSubstr("; "))))
        << at;
    ASSERT_EQ(contents(file), damaged);
  }
  // Zeros in place of a record, as a disk may give them.
  std::string damaged = whole;
  std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(header), record, '\0');
  put(file, damaged);
  ASSERT_THAT([&] { events_in(o.folder); }, ThrowsMessage<FileError>(HasSubstr("damage up to record 2")));
}

TEST(Journal, ASegmentThatIsMissingOrCutInTheMiddleIsNamed) {
  const SegmentFolder folder;
  JournalOptions o = journal_in(folder);
  o.segment_bytes = 1'000;
  write_events(o, 1, 40);
  const auto files = journal_segments(o.folder);
  ASSERT_GT(files.size(), 4u);
  const std::string whole = contents(files[2]);
  put(files[2], whole.substr(0, whole.size() - 3));
  EXPECT_THAT([&] { events_in(o.folder); }, ThrowsMessage<FileError>(AllOf(HasSubstr(files[2].filename().string()),
                                                                           HasSubstr("the segment cut off"))));
  put(files[2], whole.substr(0, whole.size() - journal_record_bytes(sizeof(Event))));
  EXPECT_THAT([&] { events_in(o.folder); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(files[3].filename().string()), HasSubstr("to be the first"))));
  std::filesystem::remove(files[2]);
  EXPECT_THAT([&] { Journal j(o); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(files[2].filename().string()), HasSubstr("no file"))));
}

TEST(Journal, HasOneWriter) {
  const SegmentFolder folder;
  const JournalOptions o = journal_in(folder);
  const Journal j(o);
  EXPECT_THROW(Journal second(o), ipc::SegmentError);
}

TEST(Journal, WhatIsNoneIsNamed) {
  const SegmentFolder folder;
  std::filesystem::create_directory(folder / "empty");
  EXPECT_THAT([&] { JournalReader r(folder / "empty"); },
              ThrowsMessage<FileError>(HasSubstr("the first segment of a journal")));
  put(folder / "00000001.journal", "text");
  EXPECT_THAT([&] { JournalReader r(folder / "00000001.journal"); },
              ThrowsMessage<FileError>(HasSubstr("a header of 64 bytes, found 4 bytes")));
  put(folder / "00000001.journal", std::string(200, 'x'));
  EXPECT_THAT([&] { JournalReader r(folder / "00000001.journal"); }, ThrowsMessage<FileError>(HasSubstr("TWNJRNL1")));
  EXPECT_THROW(JournalReader r(folder / "absent"), std::system_error);
}

// The disk's end: told, nothing more is written, and what was whole before is read.
TEST(Journal, DiskThatFailsIsToldAndWhatWasWholeIsKept) {
  const SegmentFolder folder;
  const JournalOptions o = journal_in(folder);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  {
    Journal j(o);
    rlimit small = before;
    small.rlim_cur = 20'000;
    ::setrlimit(RLIMIT_FSIZE, &small);
    // Far more than the stage holds: nobody waits for a disk that has failed.
    for (std::uint64_t n = 1; n <= 100'000; ++n) j.append(JournalKind::event, numbered_event(n));
    j.flush();
    EXPECT_FALSE(j.good());
    EXPECT_THAT(j.failed(), AllOf(HasSubstr("00000001.journal"), HasSubstr("cannot be written")));
    ::setrlimit(RLIMIT_FSIZE, &before);
  }
  std::string tail;
  const auto kept = events_in(o.folder, &tail);
  EXPECT_EQ(kept, up_to(kept.size()));
  EXPECT_GT(kept.size(), 50u);
  // The next one goes on with what had not been written.
  {
    const Journal j(o);
    EXPECT_TRUE(j.good());
    EXPECT_GT(j.records(), kept.size());
  }
  const auto all = events_in(o.folder);
  EXPECT_EQ(all, up_to(all.size()));
}

TEST(Journal, OrderSyncReturnsWhenTheRecordIsInTheFile) {
  const SegmentFolder folder;
  JournalOptions o = journal_in(folder);
  o.sync = JournalOptions::Sync::order;
  Journal j(o);
  for (std::uint64_t n = 1; n <= 20; ++n) {
    j.settle(j.append(JournalKind::event, numbered_event(n)));
    ASSERT_EQ(events_in(o.folder).size(), n);
  }
}

}  // namespace
}  // namespace twinpath
