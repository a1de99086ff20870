#include "host/batch/backend.h"

#include <stdexcept>
#include <utility>

namespace twinpath::batch {
namespace {

class CpuBackend final : public Backend {
 public:
  std::string name() const override { return "this CPU, one thread"; }
  void scan(const CodeBatch& batch, ScanResult& out) override { batch::scan(batch, out); }
  void margin(const MarginBook& book, MarginResult& out) override { margin_sweep(book, out); }
};

}  // namespace

BatchRegistry::BatchRegistry() {
  add(
      "cpu",
      [](std::string_view rest) {
        if (!rest.empty())
          throw std::invalid_argument("batch backend 'cpu' takes nothing behind a colon, found '" + std::string(rest) +
                                      "'");
        return std::make_unique<CpuBackend>();
      },
      [] { return std::vector<std::string>{"cpu"}; });
}

void BatchRegistry::add(std::string kind, Factory factory, Lister lister) {
  kinds_[std::move(kind)] = {std::move(factory), std::move(lister)};
}

std::unique_ptr<Backend> BatchRegistry::make(std::string_view address) const {
  const std::size_t colon = address.find(':');
  const auto it = kinds_.find(address.substr(0, colon));
  if (it == kinds_.end()) {
    std::string known;
    for (const auto& [kind, unused] : kinds_) known += (known.empty() ? "" : ", ") + kind + (kind == "cpu" ? "" : ":");
    throw std::invalid_argument("batch backend '" + std::string(address) + "': expected one of " + known);
  }
  return it->second.factory(colon == std::string_view::npos ? std::string_view{} : address.substr(colon + 1));
}

std::vector<std::string> BatchRegistry::available() const {
  std::vector<std::string> all;
  for (const auto& [kind, k] : kinds_)
    for (std::string& address : k.lister()) all.push_back(std::move(address));
  return all;
}

}  // namespace twinpath::batch
