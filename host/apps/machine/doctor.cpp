// `twinpath doctor`: whether this machine is fit for live packet I/O, and what to do where it is not.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/machine/machine_checks.h"

namespace twinpath {
namespace {

struct Options {
  MachineNeeds needs;
  bool strict = false;
  bool json = false;
  std::string root = "/";
};

void print(const std::vector<MachineCheck>& checks) {
  std::size_t width = 0;
  for (const MachineCheck& c : checks) width = std::max(width, c.name.size());
  for (const MachineCheck& c : checks) {
    fmt::print("{:<8}  {:<{}}  ", to_string(c.verdict), c.name, width);
    if (c.verdict == CheckVerdict::ok || c.verdict == CheckVerdict::skipped) {
      fmt::print("{}\n", c.found);
    } else {
      fmt::print("expected {}, found {}\n{:<{}}{}\n", c.expected, c.found, "", width + 12, c.fix);
    }
  }
}

void print_json(const std::vector<MachineCheck>& checks, bool fit) {
  auto rows = nlohmann::ordered_json::array();
  for (const MachineCheck& c : checks) {
    rows.push_back({{"name", c.name},
                    {"verdict", to_string(c.verdict)},
                    {"expected", c.expected},
                    {"found", c.found},
                    {"fix", c.fix}});
  }
  const nlohmann::ordered_json all{{"fit", fit}, {"checks", rows}};
  fmt::print("{}\n", all.dump(2));
}

int run(const Options& o) {
  const std::vector<MachineCheck> checks = check_machine(o.root, o.needs);
  const auto count = [&](CheckVerdict v) { return std::ranges::count(checks, v, &MachineCheck::verdict); };
  const auto missing = count(CheckVerdict::missing);
  const auto advised = count(CheckVerdict::advised);
  const bool fit = missing == 0 && (!o.strict || advised == 0);
  if (o.json) {
    print_json(checks, fit);
  } else {
    print(checks);
    fmt::print("{}: {} checks, missing {}, advised {}\n", fit ? "fit" : "not fit", checks.size(), missing, advised);
  }
  return fit ? 0 : kExitDiffer;
}

}  // namespace

Run add_doctor(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand(
      "doctor", "Check this machine for live packet I/O; exit status 1 when something needed is missing");
  sub->add_option("--for", o->needs.addresses, "packet I/O to be opened (udp:, af_packet:, dpdk:); may be given again")
      ->expected(1)
      ->take_all();
  sub->add_option("--cores", o->needs.cores, "cores that will poll, e.g. 2,3")->delimiter(',');
  sub->add_option("--max-frame", o->needs.max_frame, "bytes of the largest frame, without FCS")
      ->capture_default_str()
      ->check(cli::Range(64, 9'600));
  sub->add_flag("--strict", o->strict, "what is only advised is needed, too");
  sub->add_flag("--json", o->json, "the checks as JSON");
  sub->add_option("--root", o->root, "folder with another machine's /proc and /sys")->check(cli::ExistingDirectory);
  return [o] { return run(*o); };
}

}  // namespace twinpath
