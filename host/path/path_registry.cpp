#include "host/path/path_registry.h"

#include <stdexcept>

#include "host/path/pipelined_path.h"
#include "host/path/software_path.h"

namespace twinpath {

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
  return factory(address)(address.substr(address.find(':') + 1), config, sink, options);
}

const PathRegistry::Factory& PathRegistry::factory(std::string_view address) const {
  const std::size_t colon = address.find(':');
  const auto it = colon == std::string_view::npos ? factories_.end() : factories_.find(address.substr(0, colon));
  if (it == factories_.end()) {
    std::string known;
    for (const auto& [kind, factory] : factories_) known += (known.empty() ? "" : ", ") + kind + ":";
    throw std::invalid_argument("path '" + std::string(address) + "': expected one of " + known);
  }
  return it->second;
}

}  // namespace twinpath
