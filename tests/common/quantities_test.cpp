#include "common/quantities.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Duration = std::chrono::milliseconds;

using ::testing::Optional;

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

TEST(Quantities, ASizeIsBytesOrABinaryUnit) {
    EXPECT_THAT(parse_size("0"), Optional(0U));
    EXPECT_THAT(parse_size("1"), Optional(1U));
    EXPECT_THAT(parse_size("3KiB"), Optional(3072U));
    EXPECT_THAT(parse_size("100MiB"), Optional(104857600U));
    EXPECT_THAT(parse_size("2GiB"), Optional(2147483648U));
    EXPECT_THAT(parse_size("18446744073709551615"), Optional(largest));
}

TEST(Quantities, ASizeThatIsNoneIsRefused) {
    for (const char* text :
         {"", "MiB", "-1", "+1", "1.5GiB", "1 MiB", "1MB", "1mib", "1MiBx", " 1", "1 ", "010",
          "0x10", "1e6", "18446744073709551616", "17179869184GiB", "99999999999999999999MiB"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Quantities, ASizeIsPrintedInTheLargestUnitThatIsExact) {
    EXPECT_EQ(print_size(0), "0");
    EXPECT_EQ(print_size(1023), "1023");
    EXPECT_EQ(print_size(1024), "1KiB");
    EXPECT_EQ(print_size(1536), "1536");
    EXPECT_EQ(print_size(100U << 20), "100MiB");
    EXPECT_EQ(print_size(5ULL << 30), "5GiB");
}

TEST(Quantities, ACountHasBinaryUnitsWithoutTheB) {
    EXPECT_THAT(parse_count("128Mi"), Optional(134217728U));
    EXPECT_THAT(parse_count("4Gi"), Optional(4294967296U));
    EXPECT_THAT(parse_count("7"), Optional(7U));
    EXPECT_EQ(parse_count("128MiB"), std::nullopt);
    EXPECT_EQ(print_count(128U << 20), "128Mi");
    EXPECT_EQ(print_count(2048), "2Ki");
}

TEST(Quantities, ABitRateGoesInStepsOfAThousand) {
    EXPECT_THAT(parse_bit_rate("96k"), Optional(96000U));
    EXPECT_THAT(parse_bit_rate("1M"), Optional(1000000U));
    EXPECT_THAT(parse_bit_rate("6001"), Optional(6001U));
    EXPECT_EQ(parse_bit_rate("96K"), std::nullopt);
    EXPECT_EQ(parse_bit_rate("1m"), std::nullopt);
    EXPECT_EQ(print_bit_rate(96000), "96k");
    EXPECT_EQ(print_bit_rate(2000000), "2M");
    EXPECT_EQ(print_bit_rate(6001), "6001");
}

TEST(Quantities, ADurationHasUnitsFromLargeToSmall) {
    EXPECT_THAT(parse_duration("0s"), Optional(Duration(0)));
    EXPECT_THAT(parse_duration("500ms"), Optional(Duration(500ms)));
    EXPECT_THAT(parse_duration("15m"), Optional(Duration(15min)));
    EXPECT_THAT(parse_duration("1h30m"), Optional(Duration(90min)));
    EXPECT_THAT(parse_duration("2d3h4m5s6ms"), Optional(Duration(51h + 4min + 5s + 6ms)));
    EXPECT_THAT(parse_duration("90m"), Optional(Duration(90min)));
}

TEST(Quantities, ADurationThatIsNoneIsRefused) {
    for (const char* text :
         {"", "30", "s", "-1s", "1.5s", "30s1m", "1m1m", "1h 30m", "1h30", "1w", "01s", "36501d",
          "9223372036854775807ms", "99999999999999999999s", "213503982334602d"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Quantities, ADurationIsPrintedSoThatItIsReadBack) {
    EXPECT_EQ(print_duration(Duration(0)), "0s");
    EXPECT_EQ(print_duration(1500ms), "1s500ms");
    EXPECT_EQ(print_duration(90min), "1h30m");
    EXPECT_EQ(print_duration(24h), "1d");
    for (const Duration duration : {Duration(1ms), Duration(61s), Duration(1000h + 1ms)})
        EXPECT_THAT(parse_duration(print_duration(duration)), Optional(duration));
}

TEST(Quantities, APercentageNeedsItsSign) {
    EXPECT_THAT(parse_percent("10%"), Optional(10.0));
    EXPECT_THAT(parse_percent("12.5%"), Optional(12.5));
    EXPECT_THAT(parse_percent("0%"), Optional(0.0));
    for (const char* text :
         {"", "%", "10", "-1%", ".5%", "1.%", "1,5%", "1e2%", "nan%", "inf%", "10 %", "1.2345678%"})
        EXPECT_EQ(parse_percent(text), std::nullopt) << text;
    EXPECT_EQ(print_percent(85), "85%");
    EXPECT_EQ(print_percent(12.5), "12.5%");
}

TEST(Quantities, AWholeNumberMayBeNegativeAndHasNoLeadingZeros) {
    EXPECT_THAT(parse_integer("0"), Optional(0));
    EXPECT_THAT(parse_integer("-20"), Optional(-20));
    EXPECT_THAT(parse_integer("2147483647"), Optional(2147483647));
    for (const char* text : {"", "-", "010", "0x1f", "1.0", "+1", "--1", "2147483648", "1 ", "yes"})
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
}

} // namespace
} // namespace av1encd
