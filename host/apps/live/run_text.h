// What a live run says of itself: status and answers of the control socket as JSON, and the closing report.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/live/mailbox.h"

namespace twinpath {

// One line of the control protocol: "arm", "trust AAPL", "position AAPL -300", ...
struct ControlLine {
  enum class Verb : std::uint8_t { status, stop, reload, take_over, hand_back, cancel, command };
  Verb verb = Verb::status;
  Command command;  // of Verb::command; of Verb::cancel: the order's user_ref
};
// Throws std::invalid_argument that says what is wrong with the line.
ControlLine parse_control(std::string_view line, const CoreConfig& config);

std::string control_ok();
std::string control_error(const std::vector<std::string>& errors);
std::string status_json(const LiveStatus& status, const CoreConfig& config, const std::vector<std::string>& inputs);

// What a client, an exchange or a file name had of bytes that are not UTF-8 must not end the run.
std::string dumped(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const ExchangeStatus& status);
nlohmann::ordered_json to_json(const RecoveryStatus& status);
nlohmann::ordered_json to_json(const std::string& address, const ReceiveCounters& received);
nlohmann::ordered_json to_json(const SendCounters& sent);
nlohmann::ordered_json rejections_json(std::span<const std::uint64_t> rejects);  // by Reason
// Of a session that has not become ready in time.
std::string not_ready(const ExchangeOptions& options, const ExchangeStatus& status);
// Two or three lines about the session.
std::string to_text(const ExchangeStatus& status);

// Positions, orders that are still open, and every counter that is not 0.
std::string closing_report(const LiveEngine& engine, const CoreConfig& config, const CounterValues& counters);

}  // namespace twinpath
