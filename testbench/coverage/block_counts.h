// Leaves the coverage counts of a block's model behind when it ends: a file of each in the folder TP_COVERAGE_OUT.
// The class that a block test drives (testbench/icarus/recorded.py) has this as its first base.
#pragma once
#include <verilated.h>
#include <verilated_cov.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace twinpath {

class BlockCounts {
 protected:
  // A context for a model that was given none: counts of models in one context cannot be told apart, nor outlive them.
  VerilatedContext* own_context() {
    own_ = std::make_unique<VerilatedContext>();
    return own_.get();
  }
  // While the model that counted is alive.
  static void leave_counts(const char* block, VerilatedContext* context) {
    static int number = 0;
    const char* folder = std::getenv("TP_COVERAGE_OUT");
    if (folder == nullptr) return;
    context->coveragep()->write((std::string(folder) + "/" + block + "_" + std::to_string(number++) + ".dat").c_str());
  }

 private:
  std::unique_ptr<VerilatedContext> own_;
};

}  // namespace twinpath
