#include "host/session/ouch_journal.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "host/journal/journal_reader.h"
#include "host/wire/file_error.h"

namespace twinpath::session {
namespace {

// A record's payload: this, then the bytes.
struct Header {
  std::uint64_t sequence;
  std::uint8_t record;
  std::uint8_t reserved[7];
};
static_assert(sizeof(Header) == 16);

}  // namespace

void OuchJournal::recall(OuchClient& client) {
  journal_.flush();
  JournalReader reader(journal_.folder());
  while (const auto r = reader.next()) {
    const auto refuse = [&](const std::string& found) {
      throw FileError(reader.file().string(), r->at, "a record of an OUCH session", found,
                      "give the folder of this session's journal");
    };
    if (r->header.kind != JournalKind::session || r->payload.size() < sizeof(Header))
      refuse("one of kind " + std::string(to_string(r->header.kind)) + " with " + std::to_string(r->payload.size()) +
             " bytes");
    const Header h = r->as<Header>();
    const auto bytes = r->payload.subspan(sizeof h);
    client.recall(static_cast<OuchRecord>(h.record), h.sequence,
                  {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
}

void OuchJournal::keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) {
  const Header h{.sequence = sequence, .record = static_cast<std::uint8_t>(record), .reserved = {}};
  payload_.resize(sizeof h + bytes.size());
  std::memcpy(payload_.data(), &h, sizeof h);
  if (!bytes.empty()) std::memcpy(payload_.data() + sizeof h, bytes.data(), bytes.size());
  const std::uint64_t number = journal_.append(JournalKind::session, payload_);
  journal_.settle(number);
  if (!journal_.good()) throw std::runtime_error(journal_.failed());
}

}  // namespace twinpath::session
