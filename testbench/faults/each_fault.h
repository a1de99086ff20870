// A test for each fault of a list, and one without: `try_all` says what is wrong, or nothing.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "twinpath_fault.h"

namespace twinpath::fault {

class EachFault : public testing::Test {
 public:
  using TryAll = std::string (*)();

  EachFault(const Fault& fault, TryAll try_all) : fault_(fault), try_all_(try_all) {}

  void TestBody() override {
    selected = fault_.number;
    const std::string how = try_all_();
    selected = 0;
    if (fault_.number == 0) {
      EXPECT_EQ(how, "");
      return;
    }
    EXPECT_NE(how, "") << fault_.name << " (" << fault_.what << ") went unseen";
    std::cout << fault_.name << ": caught: " << how << '\n';
    RecordProperty("caught", how);
  }

  // To be called before main(): <suite>.IsCaught/<fault>, and <suite>.NoneIsSeenWithoutAFault.
  static bool register_all(const char* suite, TryAll try_all) {
    const auto add = [&](const std::string& name, const Fault& f) {
      testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [f, try_all]() -> EachFault* { return new EachFault(f, try_all); });
    };
    add("NothingIsSeenWithoutAFault", {0, "", "", ""});
    for (const Fault& f : kFaults) {
      std::string name = std::string("IsCaught/") + f.name;
      std::replace(name.begin(), name.end(), '-', '_');
      add(name, f);
    }
    return true;
  }

 private:
  Fault fault_;
  TryAll try_all_;
};

}  // namespace twinpath::fault
