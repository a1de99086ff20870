// `twinpath scan`: findings in EVM bytecode.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include "host/apps/batch/code_text.h"
#include "host/apps/commands.h"
#include "host/batch/evm.h"
#include "host/batch/scan.h"

namespace twinpath {
namespace {

using batch::Finding;
using batch::FindingKind;

struct Options {
  std::string input, backend = "cpu";
  bool raw = false, jumps = false;
};

batch::CodeBatch load(const Options& o) {
  batch::CodeBatch code;
  // Bytecode can be longer than a name may be: that is no file, and no error.
  std::error_code error;
  if (!std::filesystem::exists(o.input, error)) {
    if (o.raw || o.input.find_first_of("/.") != std::string::npos)
      throw std::runtime_error(fmt::format("{}: no such file", o.input));
    code.add(parse_code(o.input, "bytecode on the command line (no file has that name)"));
    return code;
  }
  if (!o.raw) {
    for (const auto& contract : read_code_file(o.input)) code.add(contract);
    return code;
  }
  std::ifstream in(o.input, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in || bytes.empty()) throw std::runtime_error(fmt::format("{}: cannot be read, or is empty", o.input));
  code.add(bytes);
  return code;
}

std::string meaning(const batch::CodeBatch& code, const batch::ScanResult& result, const Finding& f) {
  switch (f.kind) {
    case FindingKind::call_unchecked:
      return fmt::format("its result is dropped at 0x{:x}", f.value);
    case FindingKind::call_leaves_block:
      return fmt::format("its result is still on the stack at 0x{:x}, where the block ends", f.value);
    case FindingKind::call_untracked:
      return "four results before it are still on the stack, so its own was not followed";
    case FindingKind::jump_static:
      if (f.value == batch::kNoTarget) return "to beyond any code";
      return fmt::format("to 0x{:x}{}", f.value,
                         batch::jump_target(code, result, f.contract, f.value) ? "" : ", which is no JUMPDEST");
    case FindingKind::jump_dynamic:
      return "to what is computed";
    case FindingKind::truncated_push:
      return fmt::format("{} of its bytes are behind the end", f.value);
    default:
      return {};
  }
}

int run(const Options& o, const batch::BatchRegistry& backends) {
  const batch::CodeBatch code = load(o);
  const auto backend = backends.make(o.backend);
  batch::ScanResult result;
  backend->scan(code, result);
  std::array<std::uint64_t, 11> counts{};
  for (const Finding& f : result.findings) {
    ++counts[static_cast<std::size_t>(f.kind)];
    const bool jump = f.kind == FindingKind::jump_static || f.kind == FindingKind::jump_dynamic;
    const bool astray = f.kind == FindingKind::jump_static && !batch::jump_target(code, result, f.contract, f.value);
    if (jump && !astray && !o.jumps) continue;
    const std::string what = meaning(code, result, f);
    fmt::print("contract {}  0x{:04x}  {:<18}{:<13}{}\n", f.contract, f.offset, batch::to_string(f.kind),
               evm::opcodes()[f.opcode].name, what);
  }
  std::uint64_t labels = 0;
  for (const std::uint16_t word : result.jump_map) labels += static_cast<std::uint64_t>(__builtin_popcount(word));
  fmt::print("{} contracts, {} bytes, {} jump destinations", code.size(), code.code_bytes(), labels);
  for (std::size_t k = 1; k < counts.size(); ++k)
    if (counts[k] != 0) fmt::print(", {} {}", counts[k], batch::to_string(static_cast<FindingKind>(k)));
  fmt::print("\n");
  return 0;
}

}  // namespace

Run add_scan(cli::App& app, const batch::BatchRegistry& backends) {
  auto o = std::make_shared<Options>();
  cli::App* sub =
      app.add_subcommand("scan", "Sweep EVM bytecode for what wants a look: findings at the level of opcodes");
  sub->add_option("input", o->input, "a file of hex, a contract a line; or hex")->required();
  sub->add_flag("--raw", o->raw, "the file is one contract's bytes");
  sub->add_flag("--jumps", o->jumps, "print every jump, not only those to no JUMPDEST");
  sub->add_option("--backend", o->backend, "cpu, opencl:<platform> or xrt:<card>")->capture_default_str();
  return [o, &backends] { return run(*o, backends); };
}

}  // namespace twinpath
