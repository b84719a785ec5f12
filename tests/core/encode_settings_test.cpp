#include "daemon/core/encode_settings.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

TEST(EncodeSettings, AreTheSameWhenTheyComeBack) {
    EncodeConfig settings;
    settings.crf = {20, 40, 63};
    settings.encoder = Encoder::librav1e;
    settings.preset = 9;
    settings.threads = 3;
    settings.segment = 1500ms;
    settings.damaged = OnDamaged::keep;
    settings.container = Container::mkv;
    settings.audio = {"libopus", 64'000};
    settings.extra_args = {"-g", "\"quoted\" ü"};
    EXPECT_EQ(encode_settings_from(to_text(settings)), settings);
    settings.threads.reset();
    settings.segment.reset();
    EXPECT_EQ(encode_settings_from(to_text(settings)), settings);
}

TEST(EncodeSettings, AreNoneWhereTheTextIsNone) {
    EXPECT_EQ(encode_settings_from(""), std::nullopt);
    EXPECT_EQ(encode_settings_from("{"), std::nullopt);
    EXPECT_EQ(encode_settings_from("[1]"), std::nullopt);
    EXPECT_EQ(encode_settings_from(R"({"crf":[24]})"), std::nullopt);
    EXPECT_EQ(encode_settings_from(R"({"crf":"24"})"), std::nullopt);
    auto newer = to_text(EncodeConfig{});
    const std::string encoder = "libsvtav1";
    newer.replace(newer.find(encoder), encoder.size(), "libnewav1");
    EXPECT_EQ(encode_settings_from(newer), std::nullopt);
}

} // namespace
} // namespace av1encd
