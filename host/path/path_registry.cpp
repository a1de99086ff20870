#include "host/path/path_registry.h"

#include <stdexcept>

#include "host/path/software_path.h"

namespace twinpath {

PathRegistry::PathRegistry() {
  add("sw", [](std::string_view rest, const CoreConfig& config, PathSink& sink, const PathOptions& options) {
    if (!rest.empty())
      throw std::invalid_argument("path 'sw:' takes nothing behind the colon, found '" + std::string(rest) + "'");
    return make_software_path(config, sink, options.measure);
  });
}

std::unique_ptr<Path> PathRegistry::make(std::string_view address, const CoreConfig& config, PathSink& sink,
                                         const PathOptions& options) const {
  const std::size_t colon = address.find(':');
  const auto it = colon == std::string_view::npos ? factories_.end() : factories_.find(address.substr(0, colon));
  if (it == factories_.end()) {
    std::string known;
    for (const auto& [kind, factory] : factories_) known += (known.empty() ? "" : ", ") + kind + ":";
    throw std::invalid_argument("path '" + std::string(address) + "': expected one of " + known);
  }
  return it->second(address.substr(colon + 1), config, sink, options);
}

}  // namespace twinpath
