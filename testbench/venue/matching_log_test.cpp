// The command log: what a process that was killed had submitted is there again, whatever it was doing.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include "host/venue/matching/command_log.h"
#include "host/wire/file_error.h"
#include "testbench/venue/matching_streams.h"

namespace twinpath::matching {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "twinpath-log-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

CommandLogOptions in_folder(const Folder& folder, std::uint64_t commands_a_file = 100) {
  CommandLogOptions o;
  o.folder = folder.path();
  o.engine = {.expected_orders = 64, .ring_reports = 1024};
  o.commands_a_file = commands_a_file;
  return o;
}
void drain(Engine& engine) {
  engine.reports().release(engine.reports().peek(1024).size());
  engine.reports().publish();
}
std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void overwrite(const std::filesystem::path& file, std::size_t at, const std::string& bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(at));
  out << bytes;
}

TEST(MatchingLog, CommandsOfAnEarlierRunAreThereAgain) {
  Folder folder;
  CommandStream stream({.seed = 3});
  Engine whole;
  std::vector<Report> expected, replayed;
  std::uint64_t hash = 0;
  {
    LoggedEngine logged(in_folder(folder));
    for (int n = 0; n < 350; ++n) {
      const Command c = stream.next();
      logged.submit(c);
      drain(logged.engine());
      for (const Report& r : reports_of(whole, c)) expected.push_back(r);
    }
    hash = logged.engine().state_hash();
  }
  CommandLogOptions again = in_folder(folder);
  again.on_replayed = [&](const Report& r) { replayed.push_back(r); };
  LoggedEngine recovered(again);
  EXPECT_EQ(recovered.recovery().replayed, 350u);
  EXPECT_FALSE(recovered.recovery().torn);
  EXPECT_EQ(recovered.engine().state_hash(), hash);
  EXPECT_EQ(whole.state_hash(), hash);
  EXPECT_EQ(replayed, expected);
}

TEST(MatchingLog, ASnapshotReplacesTheCommandsBeforeIt) {
  Folder folder;
  CommandStream stream({.seed = 4});
  std::uint64_t hash = 0;
  {
    LoggedEngine logged(in_folder(folder));
    for (int n = 0; n < 330; ++n) {
      logged.submit(stream.next());
      drain(logged.engine());
      if (n == 120 || n == 290) logged.snapshot();
    }
    hash = logged.engine().state_hash();
  }
  std::vector<std::string> names;
  for (const auto& e : std::filesystem::directory_iterator(folder.path())) names.push_back(e.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"commands-5", "lock", "snapshot-5"}));
  LoggedEngine recovered(in_folder(folder));
  EXPECT_EQ(recovered.recovery().snapshot, 5u);
  EXPECT_EQ(recovered.recovery().replayed, 39u);
  EXPECT_EQ(recovered.engine().state_hash(), hash);
}

TEST(MatchingLog, ACommandThatWasBeingWrittenIsLeftOut) {
  constexpr std::size_t kRecord = 72, kHeader = 32;
  for (const std::size_t kept : {1u, 63u, 64u, 71u}) {
    Folder folder;
    CommandStream stream({.seed = 5});
    {
      LoggedEngine logged(in_folder(folder));
      for (int n = 0; n < 51; ++n) {
        logged.submit(stream.next());
        drain(logged.engine());
      }
    }
    // The last record as if its writing had stopped.
    overwrite(folder.path() / "commands-1", kHeader + 50 * kRecord + kept, std::string(kRecord - kept, '\0'));
    {
      LoggedEngine recovered(in_folder(folder));
      EXPECT_EQ(recovered.recovery().replayed, 50u) << kept << " bytes kept";
      EXPECT_TRUE(recovered.recovery().torn) << kept << " bytes kept";
    }
    LoggedEngine again(in_folder(folder));
    EXPECT_FALSE(again.recovery().torn) << "was not mended";
  }
}

TEST(MatchingLog, DamageIsAnErrorThatNamesFileAndByte) {
  Folder folder;
  CommandStream stream({.seed = 6});
  {
    LoggedEngine logged(in_folder(folder));
    for (int n = 0; n < 150; ++n) {
      logged.submit(stream.next());
      drain(logged.engine());
    }
  }
  const auto error = [&]() -> std::string {
    try {
      LoggedEngine recovered(in_folder(folder));
      return "";
    } catch (const std::exception& e) {
      return e.what();
    }
  };
  const std::filesystem::path second = folder.path() / "commands-2";
  const std::string before = contents(second);
  overwrite(second, 32 + 10 * 72 + 3, "x");
  EXPECT_NE(error().find("commands-2: byte 752: expected"), std::string::npos) << error();
  overwrite(second, 0, before);
  overwrite(second, 8, "x");
  EXPECT_NE(error().find("commands-2: byte 0: expected"), std::string::npos) << error();
  overwrite(second, 0, before);
  EXPECT_EQ(error(), "");
  std::filesystem::resize_file(second, before.size() - 1);
  EXPECT_NE(error().find("commands-2: byte " + std::to_string(before.size() - 1)), std::string::npos) << error();
  std::filesystem::resize_file(second, 10);
  EXPECT_NE(error().find("commands-2: byte 10: expected a header"), std::string::npos) << error();
  std::filesystem::remove(folder.path() / "commands-1");
  EXPECT_NE(error().find("commands-1"), std::string::npos) << error();
}

TEST(MatchingLog, AFolderIsOneProcesss) {
  Folder folder;
  LoggedEngine first(in_folder(folder));
  EXPECT_THROW(LoggedEngine second(in_folder(folder)), std::runtime_error);
}

// Commands whose submit() had returned, for the parent to see.
struct Progress {
  std::atomic<std::uint64_t> submitted;
};

TEST(MatchingLog, AProcessKilledAnywhereLosesNothingThatItHadSubmitted) {
  Folder folder;
  void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* progress = new (shared) Progress{};
  venue::Random random(11);
  const StreamOptions stream_options{.seed = 12, .ids = 300};
  std::uint64_t mid_work = 0;
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t before = progress->submitted;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      // Goes on where the log ends.
      LoggedEngine logged(in_folder(folder, 1'000));
      CommandStream stream(stream_options);
      for (std::uint64_t n = 0; n < before; ++n) stream.next();
      for (std::uint64_t n = before;; ++n) {
        logged.submit(stream.next());
        progress->submitted.store(n + 1);
        drain(logged.engine());
        if (n % 700 == 699) logged.snapshot();
      }
    }
    // Some work first, then at any moment of it.
    while (progress->submitted.load() < before + random.below(1'500)) usleep(50);
    usleep(random.below(3'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";

    LoggedEngine recovered(in_folder(folder, 1'000));
    ASSERT_EQ(recovered.engine().check(), "") << "round " << round;
    Engine expected({.expected_orders = 64, .ring_reports = 1024});
    CommandStream stream(stream_options);
    const std::uint64_t submitted = progress->submitted;
    for (std::uint64_t n = 0; n < submitted; ++n) reports_of(expected, stream.next());
    if (expected.state_hash() != recovered.engine().state_hash()) {
      // One command may be in the log whose submit() had not returned.
      ++mid_work;
      progress->submitted = submitted + 1;
      reports_of(expected, stream.next());
    }
    ASSERT_EQ(expected.state_hash(), recovered.engine().state_hash()) << "round " << round << ", " << submitted;
  }
  RecordProperty("killed_inside_a_command", static_cast<int>(mid_work));
  EXPECT_GT(progress->submitted, 1'000u);
  munmap(shared, 4096);
}

}  // namespace
}  // namespace twinpath::matching
