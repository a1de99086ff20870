// `twinpath control`: one request to a live run, and its answer.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/live/control_socket.h"

namespace twinpath {
namespace {

struct Options {
  std::string socket;
  std::vector<std::string> words;
  double timeout = 10;
};

int run(const Options& o) {
  std::string line;
  for (const std::string& word : o.words) line += (line.empty() ? "" : " ") + word;
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(o.timeout * 1000));
  const std::string answer = control_request(o.socket, line, timeout);
  nlohmann::ordered_json j;
  try {
    j = nlohmann::ordered_json::parse(answer);
    if (j.at("ok") == true) {
      if (j.size() > 1) fmt::print("{}\n", j.dump(2));
      return 0;
    }
    for (const auto& error : j.at("errors")) fmt::print(stderr, "twinpath control: {}\n", error.get<std::string>());
  } catch (const nlohmann::json::exception&) {
    fmt::print(stderr, "twinpath control: {}: expected an answer in JSON, found '{}'; is it the socket of a run?\n",
               o.socket, answer.substr(0, 80));
  }
  return kExitError;
}

}  // namespace

Run add_control(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("control", "Ask or tell a live run, or a venue, something");
  sub->add_option("socket", o->socket, "the run's control socket")->required();
  sub->add_option(
         "request", o->words,
         "of a run: status, arm, disarm, kill, release, resume, trust [SYMBOL], position SYMBOL N, "
         "cancel ORDER, take-over, hand-back, reload or stop; of a venue: host/apps/CONFIG.md, [venue] control")
      ->required();
  sub->add_option("--timeout", o->timeout, "seconds to wait for the answer")
      ->capture_default_str()
      ->check(cli::Range(0.001, 3600.0));
  return [o] { return run(*o); };
}

}  // namespace twinpath
