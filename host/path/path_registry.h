// Which kinds of path this program was built with, by the word before the colon of a path address.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "host/path/device_options.h"
#include "host/path/path.h"
#include "host/path/software_options.h"
#include "host/path/switch_options.h"

namespace twinpath {

struct PathOptions {
  bool measure = false;                      // stage stamps in software
  SoftwareOptions software;                  // of `sw:`; its own `measure` is not looked at
  SwitchOptions switching;                   // of `switch:`
  DeviceOptions card;                        // of `xrt:`
  std::string wave_file;                     // FST waveform, paths that simulate
  std::uint64_t wave_from_frame = 0;         // frames whose processing is in the waveform: first
  std::uint64_t wave_to_frame = UINT64_MAX;  // and last
};

class PathRegistry {
 public:
  using Factory =
      std::function<std::unique_ptr<Path>(std::string_view rest, const CoreConfig&, PathSink&, const PathOptions&)>;

  // Knows `sw:` from the start, arranged as the options say; `sw:fused` and `sw:pipelined` say it themselves.
  PathRegistry();
  void add(std::string kind, Factory factory) { factories_[std::move(kind)] = std::move(factory); }

  // "sw:", "verilator:", ...; throws std::invalid_argument that names the known kinds. "switch:PRIMARY|SHADOW" is two
  // of them behind one (switch_path.h), and uses this registry as long as it lives.
  std::unique_ptr<Path> make(std::string_view address, const CoreConfig& config, PathSink& sink,
                             const PathOptions& options = {}) const;
  // The same error for an address whose kind is not known, without making a path.
  void check(std::string_view address) const;

 private:
  const Factory& factory(std::string_view address) const;
  std::unique_ptr<Path> make_switched(std::string_view address, const CoreConfig& config, PathSink& sink,
                                      const PathOptions& options) const;

  std::map<std::string, Factory, std::less<>> factories_;
};

}  // namespace twinpath
