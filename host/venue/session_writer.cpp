#include "host/venue/session_writer.h"

#include <memory>
#include <sstream>
#include <stdexcept>

#include "host/wire/pcap_writer.h"

namespace twinpath::venue {
namespace {

class PcapSink final : public FrameSink {
 public:
  explicit PcapSink(const SessionFiles& files) : midnight_(files.midnight_ns) {
    if (!files.merged.empty()) {
      files_[0] = std::make_unique<PcapWriter>(files.merged);
      writers_ = {files_[0].get(), files_[0].get()};
    } else if (!files.line_a.empty() && !files.line_b.empty()) {
      files_[0] = std::make_unique<PcapWriter>(files.line_a);
      files_[1] = std::make_unique<PcapWriter>(files.line_b);
      writers_ = {files_[0].get(), files_[1].get()};
    } else {
      throw std::invalid_argument("session files: expected one for both lines, or one for each");
    }
  }

  void on_frame(const LineFrame& frame) override {
    if (frame.fcs_error) {
      ++not_written_;
    } else {
      writers_[frame.line]->write(midnight_ + frame.timestamp_ns, frame.bytes);
    }
  }

  void close(GenerateSummary& summary) {
    for (const auto& file : files_) {
      if (file == nullptr) continue;
      file->close();
      summary.frames_written += file->frames();
      summary.bytes_written += file->bytes();
    }
    summary.frames_not_written = not_written_;
  }

 private:
  std::uint64_t midnight_;
  std::array<std::unique_ptr<PcapWriter>, 2> files_;
  std::array<PcapWriter*, 2> writers_{};
  std::uint64_t not_written_ = 0;
};

}  // namespace

GenerateSummary write_session(MarketGenerator& generator, const GeneratorOptions& options, const SessionFiles& files) {
  PcapSink sink(files);
  LinePublisher publisher(options.publisher, options.seed, sink);
  GeneratedMessage message;
  while (generator.next(message)) publisher.publish(message);
  publisher.finish();
  GenerateSummary summary;
  summary.messages_by_type = generator.counts();
  summary.live_orders = generator.live_orders();
  summary.session_start_ns = generator.session_start_ns();
  summary.market_open_ns = generator.market_open_ns();
  summary.market_close_ns = generator.market_close_ns();
  summary.session_end_ns = generator.session_end_ns();
  summary.publisher = publisher.summary();
  sink.close(summary);
  return summary;
}

GenerateSummary write_session(const GeneratorOptions& options, const SessionFiles& files) {
  MarketGenerator generator(options);
  return write_session(generator, options, files);
}

std::string to_string(const GenerateSummary& s) {
  std::ostringstream text;
  const PublisherSummary& p = s.publisher;
  text << p.messages << " messages in " << p.packets << " packets, " << s.frames_written << " frames, "
       << s.bytes_written << " bytes; " << s.live_orders << " orders live at the end\n";
  for (unsigned type = 0; type < 256; ++type) {
    if (s.messages_by_type[type] == 0) continue;
    text << "  " << static_cast<char>(type) << ' ' << s.messages_by_type[type] << ' '
         << itch::type_name(static_cast<std::uint8_t>(type)) << '\n';
  }
  for (unsigned i = 0; i < 2; ++i) {
    const LineSummary& l = p.lines[i];
    text << "line " << "AB"[i] << ": " << l.frames << " frames, " << l.lost << " lost, " << l.duplicated
         << " duplicated, " << l.reordered << " reordered, " << l.tagged << " tagged, " << l.heartbeats
         << " heartbeats, " << l.end_of_session << " ends of session, " << l.damaged << " damaged\n";
    for (unsigned kind = 0; kind < kDamageKinds; ++kind) {
      if (l.damage[kind] != 0) text << "  " << l.damage[kind] << ' ' << to_string(static_cast<Damage>(kind)) << '\n';
    }
  }
  text << "on neither line: " << p.gaps << " packets, " << p.messages_in_gaps << " messages\n";
  return text.str();
}

}  // namespace twinpath::venue
