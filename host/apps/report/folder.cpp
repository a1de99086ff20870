#include "host/apps/report/folder.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

namespace twinpath::report {

void make_folder(const std::filesystem::path& folder, std::string_view option) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw std::runtime_error(fmt::format("{}: expected a folder that can be made, found: {}; give another one to {}",
                                         folder.string(), error.message(), option));
}

void save(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw std::runtime_error(file.string() + ": cannot be written; is the folder writable and the disk not full?");
}

}  // namespace twinpath::report
