#include "host/path/path_registry.h"

#include <stdexcept>
#include <utility>

#include "host/path/pipelined_path.h"
#include "host/path/software_path.h"
#include "host/path/switch_path.h"

namespace twinpath {
namespace {

constexpr std::string_view kSwitch = "switch:";

// The two of an address behind `switch:`. Throws std::invalid_argument that says what is wrong with it.
std::pair<std::string_view, std::string_view> split_switched(std::string_view rest) {
  const std::size_t bar = rest.find('|');
  const std::string found = "path 'switch:" + std::string(rest) + "': ";
  if (bar == std::string_view::npos || bar == 0 || bar + 1 == rest.size() ||
      rest.find('|', bar + 1) != std::string_view::npos)
    throw std::invalid_argument(found +
                                "expected two paths with one '|' between them; write switch:PRIMARY|sw:, in quotes "
                                "where a shell reads it");
  const auto primary = rest.substr(0, bar), shadow = rest.substr(bar + 1);
  if (primary.starts_with("switch:"))
    throw std::invalid_argument(found + "expected a primary that is no switched path itself; name one path");
  if (!shadow.starts_with("sw:"))
    throw std::invalid_argument(found + "expected a software path as the shadow, found '" + std::string(shadow) +
                                "'; write sw: behind the '|'");
  return {primary, shadow};
}

}  // namespace

PathRegistry::PathRegistry() {
  add("sw", [](std::string_view rest, const CoreConfig& config, PathSink& sink, const PathOptions& options) {
    SoftwareOptions software = options.software;
    if (rest == "fused") software.arrangement = Arrangement::fused;
    if (rest == "pipelined") software.arrangement = Arrangement::pipelined;
    if (!rest.empty() && rest != "fused" && rest != "pipelined")
      throw std::invalid_argument("path 'sw:' takes nothing, 'fused' or 'pipelined' behind the colon, found '" +
                                  std::string(rest) + "'");
    software.measure = options.measure;
    if (software.arrangement == Arrangement::pipelined && !config.strategy.rules())
      throw std::invalid_argument("path 'sw:pipelined': expected strategy 'rules', found '" + config.strategy.name +
                                  "'; run it on the path sw:");
    return software.arrangement == Arrangement::fused ? make_software_path(config, sink, software.measure)
                                                      : make_pipelined_path(config, sink, software);
  });
}

std::unique_ptr<Path> PathRegistry::make(std::string_view address, const CoreConfig& config, PathSink& sink,
                                         const PathOptions& options) const {
  if (address.starts_with(kSwitch)) return make_switched(address, config, sink, options);
  return factory(address)(address.substr(address.find(':') + 1), config, sink, options);
}

std::unique_ptr<Path> PathRegistry::make_switched(std::string_view address, const CoreConfig& config, PathSink& sink,
                                                  const PathOptions& options) const {
  check(address);
  const auto [primary, shadow] = split_switched(address.substr(kSwitch.size()));
  PathOptions each = options;
  each.software.run_ahead = false;
  const auto maker = [&](std::string_view of) {
    return [this, of = std::string(of), config, each](PathSink& to) { return make(of, config, to, each); };
  };
  return std::make_unique<SwitchPath>(std::string(address), config, maker(primary), maker(shadow), sink,
                                      options.switching);
}

void PathRegistry::check(std::string_view address) const {
  if (!address.starts_with(kSwitch)) {
    factory(address);
    return;
  }
  const auto [primary, shadow] = split_switched(address.substr(kSwitch.size()));
  factory(primary);
  factory(shadow);
}

const PathRegistry::Factory& PathRegistry::factory(std::string_view address) const {
  const std::size_t colon = address.find(':');
  const auto it = colon == std::string_view::npos ? factories_.end() : factories_.find(address.substr(0, colon));
  if (it == factories_.end()) {
    std::string known;
    for (const auto& [kind, factory] : factories_) known += kind + ":, ";
    throw std::invalid_argument("path '" + std::string(address) + "': expected one of " + known + "switch:PRIMARY|sw:");
  }
  return it->second;
}

}  // namespace twinpath
