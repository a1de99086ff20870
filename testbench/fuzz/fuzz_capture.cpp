// Any file: frames until the end or one error that points into the file; a synthesized header is the only added data.
#include "host/wire/capture.h"
#include "testbench/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::unique_ptr<twinpath::CaptureReader> reader;
  twinpath::CapturedFrame frame;
  try {
    reader = twinpath::CaptureReader::from_memory({data, size});
    std::uint64_t position = 0;
    unsigned sum = 0;
    while (reader->next(frame)) {
      require(reader->position() > position && reader->position() <= size);
      require(frame.data.size() <= reader->position() - position + 14);
      require(frame.data.size() <= frame.original_length);
      position = reader->position();
      for (const std::uint8_t b : frame.data) sum += b;  // every byte can be read
    }
    require(reader->position() == size && sum + 1 != 0);
  } catch (const twinpath::CaptureError& e) {
    require(e.offset() <= size);
    require(!reader || !reader->next(frame));
  }
  return 0;
}
