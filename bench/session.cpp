#include "bench/session.h"

#include <memory>

#include "host/path/software_path.h"

namespace twinpath::bench {

// Keeps what it is given on its way to the software path, which leads the replay.
class Session::Recorder final : public Path {
 public:
  Recorder(Session& session, const CoreConfig& config, PathSink& sink)
      : session_(session), path_(make_software_path(config, sink, false)) {}

  std::string_view name() const noexcept override { return path_->name(); }
  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      session_.inputs_.push_back(input);
      session_.bytes_.insert(session_.bytes_.end(), input.frame.begin(), input.frame.end());
    }
    path_->submit(inputs);
  }
  void advance(Cycles time) override { path_->advance(time); }
  void finish() override { path_->finish(); }
  CounterValues counters() override { return path_->counters(); }
  void load_inactive_bank(const Bank& bank) override {
    session_.banks_.emplace_back(session_.inputs_.size(), bank);
    path_->load_inactive_bank(bank);
  }

 private:
  Session& session_;
  std::unique_ptr<Path> path_;
};

Session::Session(FrameSource& source, const CoreConfig& config, const ReplayOptions& options) {
  bytes_.reserve(source.size());
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(std::make_unique<Recorder>(*this, config, *recorders[0]));
  const ReplayResult result = replay(source, paths, recorders, options);
  frames_ = result.frames;
  const auto count = [&](Counter c) { return result.counters[0][static_cast<std::size_t>(c)]; };
  messages_ = count(Counter::messages);
  orders_ = count(Counter::orders) + count(Counter::cancels);
  // The bytes have come to rest.
  const std::uint8_t* at = bytes_.data();
  for (TimedInput& input : inputs_) {
    input.frame = {at, input.frame.size()};
    at += input.frame.size();
  }
}

}  // namespace twinpath::bench
