// A report's folder and the files in it. Failures are std::runtime_error that names folder or file and what to do.
#pragma once
#include <filesystem>
#include <string_view>

namespace twinpath::report {

// Made with all above it when it is not there. `option`: that which named it.
void make_folder(const std::filesystem::path& folder, std::string_view option = "--report");
void save(const std::filesystem::path& file, std::string_view text);

}  // namespace twinpath::report
