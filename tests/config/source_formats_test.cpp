#include "daemon/config/source_formats.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(SourceFormats, HaveADemuxerForEachExtension) {
    EXPECT_EQ("mov", demuxers_for({"mp4", "m4v", "mov"}));
    EXPECT_EQ("mov,matroska,mpegts", demuxers_for({"ts", "webm", "mp4", "mkv"}));
    EXPECT_EQ("", demuxers_for({"txt", ""}));
}

TEST(SourceFormats, AreNotPlaylists) {
    EXPECT_TRUE(is_readable_extension("mkv"));
    for (const auto* extension : {"m3u8", "mpd", "txt", "", "mp", " "})
        EXPECT_FALSE(is_readable_extension(extension)) << extension;
}

} // namespace
} // namespace av1encd
