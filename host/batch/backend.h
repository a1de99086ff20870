// Where batches are computed: the CPU, an OpenCL device, a card. All give the same results, bit by bit.
//
//   BatchRegistry registry;              // knows `cpu`
//   add_opencl(registry);                // and `opencl:<platform>` (drivers/opencl)
//   registry.make("opencl:0")->scan(batch, result);
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/batch/margin.h"
#include "host/batch/scan.h"
#include "host/core/types.h"

namespace twinpath::batch {

class Backend {
 public:
  virtual ~Backend() = default;
  // What computes, in words: platform, device.
  virtual std::string name() const = 0;
  // Both throw std::runtime_error that names what failed; the result is then not to be used.
  virtual void scan(const CodeBatch& batch, ScanResult& out) = 0;
  virtual void margin(const MarginBook& book, MarginResult& out) = 0;
  // Of the last call, what the computation itself took, without moving data; 0 where nothing is moved.
  virtual Nanoseconds kernel_time() const { return {}; }
};

class BatchRegistry {
 public:
  using Factory = std::function<std::unique_ptr<Backend>(std::string_view rest)>;
  // The addresses of a kind that are there on this machine.
  using Lister = std::function<std::vector<std::string>()>;

  BatchRegistry();
  void add(std::string kind, Factory factory, Lister lister);

  // "cpu", "opencl:<platform>", "xrt:<index>"; throws std::invalid_argument that names the known kinds, and what the
  // factory throws when it has no such platform or device.
  std::unique_ptr<Backend> make(std::string_view address) const;
  std::vector<std::string> available() const;

 private:
  struct Kind {
    Factory factory;
    Lister lister;
  };
  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace twinpath::batch
