// Shared-memory segments: what is checked before one is used, and what an owner finds.
#include "host/ipc/shared_segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "testbench/ipc/ipc_fixture.h"

namespace twinpath::ipc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::SegmentFolder;
using ::testing::ThrowsMessage;

constexpr Segment::Kind kBooks{"books", layout_hash("book", {64, 256}), 10'000};

TEST(Segment, IsZeroWhenFreshAndKeptWhenTakenOver) {
  const SegmentFolder folder;
  {
    Segment s = Segment::own(folder / "books", kBooks);
    EXPECT_TRUE(s.fresh());
    EXPECT_EQ(s.generation(), 1u);
    for (std::size_t i = 0; i < kBooks.bytes; ++i) ASSERT_EQ(s.memory()[i], std::byte{0}) << i;
    std::memcpy(s.memory() + 100, "twin", 4);
    EXPECT_TRUE(s.owned());
  }
  Segment s = Segment::own(folder / "books", kBooks);
  EXPECT_FALSE(s.fresh());
  EXPECT_EQ(s.generation(), 2u);
  EXPECT_EQ(std::memcmp(s.memory() + 100, "twin", 4), 0);
}

TEST(Segment, ReaderSeesWhatTheOwnerWritesAndWhetherThereIsOne) {
  const SegmentFolder folder;
  EXPECT_FALSE(Segment::attach(folder / "books", kBooks));
  auto owner = std::make_unique<Segment>(Segment::own(folder / "books", kBooks));
  const auto reader = Segment::attach(folder / "books", kBooks);
  ASSERT_TRUE(reader);
  owner->at<std::uint64_t>(8) = 77;
  EXPECT_EQ(reader->at<std::uint64_t>(8), 77u);
  EXPECT_TRUE(reader->owned());
  EXPECT_EQ(reader->owner_pid(), static_cast<std::uint32_t>(::getpid()));
  owner.reset();
  EXPECT_FALSE(reader->owned());
  EXPECT_FALSE(reader->replaced());
}

TEST(Segment, HasOneOwner) {
  const SegmentFolder folder;
  const Segment owner = Segment::own(folder / "books", kBooks);
  EXPECT_THAT(
      [&] { Segment::own(folder / "books", kBooks); },
      ThrowsMessage<SegmentError>(AllOf(HasSubstr("books"), HasSubstr("that nobody owns"),
                                        HasSubstr("process " + std::to_string(::getpid())), HasSubstr("stop"))));
}

TEST(Segment, OfAnotherLayoutIsReplacedAndItsReadersAreTold) {
  const SegmentFolder folder;
  {
    const Segment owner = Segment::own(folder / "books", kBooks);
  }
  const auto reader = Segment::attach(folder / "books", kBooks);
  Segment::Kind other = kBooks;
  other.layout = layout_hash("book", {64, 257});
  const Segment owner = Segment::own(folder / "books", other);
  EXPECT_TRUE(owner.fresh());
  EXPECT_EQ(owner.generation(), 2u);
  EXPECT_TRUE(reader->replaced());
  EXPECT_TRUE(Segment::attach(folder / "books", other));
}

TEST(Segment, WhatIsNotTheSameIsNamed) {
  const SegmentFolder folder;
  const Segment owner = Segment::own(folder / "books", kBooks);
  const auto refuses = [&](Segment::Kind kind, const char* field) {
    EXPECT_THAT([&] { Segment::attach(folder / "books", kind); },
                ThrowsMessage<SegmentError>(AllOf(HasSubstr("books: expected "), HasSubstr(field), HasSubstr("(byte "),
                                                  HasSubstr("restart it"))));
  };
  Segment::Kind kind = kBooks;
  kind.name = "orders";
  refuses(kind, "kind orders");
  kind = kBooks;
  kind.layout += 1;
  refuses(kind, "layout ");
  kind = kBooks;
  kind.bytes += 1;
  refuses(kind, "size ");
}

TEST(Segment, AFileThatIsNoneIsLeftAlone) {
  const SegmentFolder folder;
  std::ofstream(folder / "text") << std::string(5000, 'x');
  EXPECT_THAT([&] { Segment::own(folder / "text", kBooks); },
              ThrowsMessage<SegmentError>(AllOf(HasSubstr("text"), HasSubstr("a file that is none"))));
  EXPECT_THAT([&] { Segment::attach(folder / "text", kBooks); }, ThrowsMessage<SegmentError>(HasSubstr("TWINSEG")));
  std::ifstream in(folder / "text");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), std::string(5000, 'x'));
  std::ofstream(folder / "short") << "x";
  EXPECT_THAT([&] { Segment::attach(folder / "short", kBooks); },
              ThrowsMessage<SegmentError>(HasSubstr("found 1 bytes")));
  EXPECT_THROW(Segment::own("/proc/none/books", kBooks), SegmentError);
}

}  // namespace
}  // namespace twinpath::ipc
