#include "host/wire/itch50.h"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <map>
#include <set>

#include "host/wire/binaryfile.h"
#include "testbench/wire/support.h"

namespace twinpath::itch {
namespace {

using twinpath::testing::Bytes;

std::map<std::string, FieldValue> fields_of(std::span<const std::uint8_t> message, std::vector<Bytes>& keep) {
  std::map<std::string, FieldValue> fields;
  const bool ok = visit(message, [&](const auto& m) {
    for_each_field(m, [&](std::string_view name, const FieldValue& value) {
      FieldValue copy = value;
      if (value.kind == FieldKind::text) {
        keep.emplace_back(value.text.begin(), value.text.end());
        copy.text = {reinterpret_cast<const char*>(keep.back().data()), keep.back().size()};
      }
      fields.emplace(name, copy);
    });
  });
  EXPECT_TRUE(ok);
  return fields;
}

Bytes rewritten(std::span<const std::uint8_t> message) {
  Bytes out;
  visit(message, [&](const auto& m) {
    out.resize(m.kLength);
    m.write(out.data());
  });
  return out;
}

TEST(Itch50, EveryGoldenDecodesFieldByFieldAndEncodesToItself) {
  const auto folder = testing::shared_data("itch50_goldens");
  TP_NEED_DATA(folder);
  std::set<char> types;
  for (const auto& file : testing::files_in(folder, ".toml")) {
    SCOPED_TRACE(file.filename().string());
    const toml::table golden = toml::parse_file(file.string());
    const Bytes raw = testing::from_hex(golden["raw_hex"].value<std::string>().value());
    ASSERT_EQ(static_cast<std::int64_t>(raw.size()), golden["raw_size"].value<std::int64_t>().value());
    ASSERT_EQ(check(raw), DecodeError::none) << to_string(check(raw));
    EXPECT_EQ(message_length(raw[0]), raw.size());
    EXPECT_EQ(type_name(raw[0]), golden["message_name"].value<std::string>().value());
    EXPECT_EQ(rewritten(raw), raw);
    types.insert(static_cast<char>(raw[0]));

    std::vector<Bytes> keep;
    keep.reserve(8);
    const auto fields = fields_of(raw, keep);
    const toml::table& expected = *golden["expected_fields"].as_table();
    EXPECT_EQ(fields.size() + 1, expected.size());
    for (const auto& [key, node] : expected) {
      const std::string name(key.str());
      SCOPED_TRACE(name);
      if (name == "message_type") {
        EXPECT_EQ(node.value<std::string>().value()[0], static_cast<char>(raw[0]));
        continue;
      }
      ASSERT_TRUE(fields.contains(name));
      const FieldValue& value = fields.at(name);
      if (value.kind == FieldKind::text) {
        EXPECT_EQ(value.text, node.value<std::string>().value());
      } else if (value.kind == FieldKind::character) {
        EXPECT_EQ(std::string(1, static_cast<char>(value.number)), node.value<std::string>().value());
      } else {
        EXPECT_EQ(static_cast<std::int64_t>(value.number), node.value<std::int64_t>().value());
      }
    }

    const auto expect_bad_size = [&](const Bytes& bytes) {
      DecodeError error = DecodeError::none;
      bool called = false;
      EXPECT_FALSE(visit(bytes, [&](const auto&) { called = true; }, &error));
      EXPECT_EQ(error, DecodeError::bad_length) << bytes.size() << " bytes";
      EXPECT_FALSE(called);
    };
    expect_bad_size(Bytes(raw.begin(), raw.end() - 1));
    Bytes longer = raw;
    longer.push_back(0);
    expect_bad_size(longer);
  }
  EXPECT_EQ(types.size(), 23U);
}

TEST(Itch50, EveryTypeRoundTripsAnyBytes) {
  std::mt19937_64 random(50);
  int types = 0;
  for (int type = 0; type < 256; ++type) {
    const std::uint8_t length = message_length(static_cast<std::uint8_t>(type));
    if (length == 0) continue;
    ++types;
    for (int i = 0; i < 200; ++i) {
      Bytes message = testing::random_bytes(random, length);
      message[0] = static_cast<std::uint8_t>(type);
      EXPECT_EQ(rewritten(message), message) << "type " << static_cast<char>(type);
    }
  }
  EXPECT_EQ(types, 23);
}

TEST(Itch50, AnAddOrderIsReadFromItsOffsets) {
  const Bytes raw =
      testing::from_hex("41 2141 0000 0000001f1ace 0000000166b53e42 53 00000640 49564f4f20202020 000d55ac");
  const AddOrder m = AddOrder::read(raw.data());
  EXPECT_EQ(m.stock_locate, 0x2141);
  EXPECT_EQ(m.timestamp, 0x1f1aceU);
  EXPECT_EQ(m.order_reference_number, 0x166b53e42U);
  EXPECT_EQ(m.buy_sell_indicator, 'S');
  EXPECT_EQ(m.shares, 1600U);
  EXPECT_EQ(trimmed(m.stock), "IVOO");
  EXPECT_EQ(m.price, 873'900U);
}

TEST(Itch50, UnknownTypesAndEmptyMessagesAreErrorsWithoutACall) {
  DecodeError error = DecodeError::none;
  const auto fail = [](const auto&) { FAIL(); };
  EXPECT_FALSE(visit({}, fail, &error));
  EXPECT_EQ(error, DecodeError::empty);
  const Bytes z(36, 'Z');
  EXPECT_FALSE(visit(z, fail, &error));
  EXPECT_EQ(error, DecodeError::unknown_type);
  EXPECT_EQ(message_length('Z'), 0);
  EXPECT_EQ(type_name('Z'), "unknown");
}

std::map<char, int> count_types(const std::filesystem::path& path, std::set<std::uint16_t>& locates) {
  std::map<char, int> counts;
  const auto reader = BinaryFileReader::open(path);
  std::span<const std::uint8_t> message;
  while (reader->next(message)) {
    DecodeError error = DecodeError::none;
    EXPECT_TRUE(visit(
        message,
        [&](const auto& m) {
          ++counts[static_cast<char>(m.kType)];
          locates.insert(m.stock_locate);
        },
        &error))
        << to_string(error);
    EXPECT_EQ(rewritten(message), testing::to_bytes(message));
  }
  return counts;
}

TEST(Itch50, TheFirstThousandMessagesOfARealDayAllDecode) {
  const auto path = testing::shared_data("itch50/nasdaq_20191230_first1000.itch");
  TP_NEED_DATA(path);
  std::set<std::uint16_t> locates;
  EXPECT_EQ(count_types(path, locates), (std::map<char, int>{{'S', 1}, {'R', 993}, {'H', 3}, {'Y', 3}}));
  EXPECT_EQ(locates.size(), 994U);
}

TEST(Itch50, ACompressedSessionDecodesToItsPublishedCounts) {
  const auto path = testing::shared_data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz");
  TP_NEED_DATA(path);
  std::set<std::uint16_t> locates;
  const auto counts = count_types(path, locates);
  EXPECT_EQ(counts, (std::map<char, int>{{'P', 5000},
                                         {'A', 4997},
                                         {'D', 1745},
                                         {'E', 198},
                                         {'X', 45},
                                         {'U', 12},
                                         {'S', 6},
                                         {'F', 3},
                                         {'R', 3},
                                         {'H', 3}}));
}

}  // namespace
}  // namespace twinpath::itch
