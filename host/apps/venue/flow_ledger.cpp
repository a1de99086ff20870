#include "host/apps/venue/flow_ledger.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host/live/control_socket.h"

namespace twinpath {
namespace {

nlohmann::json ask(const VenueConfig& config, const std::string& what) {
  auto answer = nlohmann::json::parse(control_request(config.control, what, std::chrono::seconds(10)));
  if (answer.at("ok") != true)
    throw std::invalid_argument(fmt::format("{}: {}", config.control.string(), answer.at("errors").dump()));
  return answer;
}

}  // namespace

VenueWord ask_venue(const VenueConfig& config, const std::string& participant) {
  const auto answer = ask(config, "positions " + participant);
  VenueWord word;
  word.sequence = answer.at("sequence");
  for (const auto& [symbol, at] : answer.at("positions").items()) {
    session::OuchPosition& p = word.positions[make_text<8>(symbol)];
    p.shares = at.at("shares");
    p.cash = at.at("cash");
  }
  return word;
}

unsigned ask_day(const VenueConfig& config) { return ask(config, "status").at("day"); }

std::string differences(const FlowParticipant& p, VenueWord word, const VenueWord& before) {
  const session::OuchClient& client = p.client();
  std::string all;
  if (const std::uint64_t heard = client.soup().next_sequence() - 1; heard != word.sequence)
    all += fmt::format("{}: message {} is the last of its stream, and {} the last that it heard\n", p.name(),
                       word.sequence, heard);
  for (const auto& [symbol, at] : before.positions) {
    word.positions[symbol].shares -= at.shares;
    word.positions[symbol].cash -= at.cash;
  }
  if (const std::string d = client.orders().compare(word.positions); !d.empty())
    all += fmt::format("{}: {}", p.name(), d);
  if (const std::uint64_t n = client.orders().disagreements(); n != 0)
    all += fmt::format("{}: {} disagreements with what it was told, the first: {}\n", p.name(), n,
                       client.orders().first_disagreement());
  return all;
}

}  // namespace twinpath
