// The books of every symbol as a session leaves them.
#pragma once
#include <string>

#include "host/core/config.h"
#include "host/path/replay.h"

namespace twinpath {

// Plays the session's frames of the feed (both lines, each message once) into the books of all symbols and prints best
// bids and offers, or all levels of one symbol. Throws std::runtime_error when no message of the feed is there, when
// the symbol is none of the session's, or when orders were more than the books have room for.
void print_books(FrameSource& source, const FeedConfig& feed, const std::string& input, const std::string& symbol);

}  // namespace twinpath
