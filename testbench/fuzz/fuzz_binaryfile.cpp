// Any file, plain or gzip: messages until the end or one error.
#include "host/wire/binaryfile.h"
#include "testbench/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reader = twinpath::BinaryFileReader::from_memory({data, size});
  std::span<const std::uint8_t> message;
  try {
    std::uint64_t bytes = 0;
    unsigned sum = 0;
    while (reader->next(message)) {
      require(!message.empty() && message.size() <= 65'535);
      bytes += message.size() + 2;
      for (const std::uint8_t b : message) sum += b;  // every byte can be read
      require(reader->position() <= size);
    }
    require(reader->position() == size && sum + 1 != 0);
    require(reader->compressed() || bytes + (reader->end_of_session() ? 2 : 0) == size);
  } catch (const twinpath::BinaryFileError& e) {
    require(reader->compressed() || e.offset() <= size);
    require(!reader->next(message));
  }
  return 0;
}
