// Bytecode from the command line or a file.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath {

// Hex digits, after an optional 0x. Throws std::runtime_error that names `where` and the character that is no hex digit
// (an address that was never linked in looks like that), or half a byte at the end.
std::vector<std::uint8_t> parse_code(std::string_view text, const std::string& where);

// A contract a line, empty lines and what follows a # left out; names file and line in errors, as above. Throws when
// there is no contract.
std::vector<std::vector<std::uint8_t>> read_code_file(const std::string& file);

}  // namespace twinpath
