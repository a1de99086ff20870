// Rows of a journal into a table of PostgreSQL, through libpq.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "host/apps/journal/journal_rows.h"

namespace twinpath {

class JournalSql {
 public:
  // Connects and makes the table if need be. Throws std::runtime_error with the server's own words, and one that says
  // so when this build has no libpq.
  JournalSql(const std::string& connection, const std::string& table);
  ~JournalSql();

  void put(const JournalRow& row);
  // All or nothing: what put() was given is in the table from now on, each record once however often it is exported.
  // Returns how many were not there before.
  std::uint64_t finish();

 private:
  struct Connection;
  std::unique_ptr<Connection> c_;
};

}  // namespace twinpath
