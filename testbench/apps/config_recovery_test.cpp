// [recovery]: where what both lines lost is had again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/apps/config_texts.h"

namespace twinpath {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string with(const std::string& recovery) {
  std::string text = kMinimal;
  text += "[recovery]\n";
  text += recovery;
  return text;
}

TEST(ConfigRecovery, ReadsWhereWhatWasLostIsHadAgain) {
  EXPECT_FALSE(parse(kMinimal).recovery);
  RecoveryOptions rerequest;
  rerequest.rerequest = {0x0A000001, 26402};
  EXPECT_EQ(parse(with("rerequest = \"10.0.0.1:26402\"\n")).recovery, rerequest);
  RecoveryOptions all = rerequest;
  all.glimpse = {0x0A000002, 26401};
  all.account = "A";
  all.password = "p";
  all.patience = Nanoseconds{100'000};
  all.retry = Nanoseconds{5'000'000};
  all.snapshot_timeout = Nanoseconds{7'000'000'000};
  all.snapshot_beyond = 0;
  all.same_session = false;
  EXPECT_EQ(parse(with(R"(rerequest = "10.0.0.1:26402"
glimpse = "10.0.0.2:26401"
account = "A"
password = "p"
patience_us = 100
retry_us = 5000
snapshot_timeout_s = 7
snapshot_beyond = 0
same_session = false
)"))
                .recovery,
            all);
}

TEST(ConfigRecovery, NamesWhatItLacksAndWhatHasNoUse) {
  EXPECT_THAT(errors_of(with("")), ElementsAre(HasSubstr("recovery.rerequest")));
  EXPECT_THAT(errors_of(with("glimpse = \"10.0.0.2:26401\"\naccount = \"A\"\n")),
              ElementsAre(HasSubstr("recovery.password")));
  EXPECT_THAT(errors_of(with("rerequest = \"10.0.0.1:26402\"\nsnapshot_beyond = 5\nsame_session = true\n")),
              ElementsAre(HasSubstr("key 'recovery.snapshot_beyond': expected glimpse beside it"),
                          HasSubstr("key 'recovery.same_session': expected glimpse beside it")));
}

}  // namespace
}  // namespace twinpath
