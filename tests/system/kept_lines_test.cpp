#include "daemon/system/kept_lines.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KeptLines, PutsPiecesTogetherAndKeepsTheUnfinishedLine) {
    KeptLines lines;
    lines.add("on");
    lines.add("e\ntwo\nth");
    lines.add("ree");
    EXPECT_THAT(lines.take(), ElementsAre("one", "two", "three"));
    EXPECT_THAT(lines.take(), IsEmpty());
}

TEST(KeptLines, ACarriageReturnEndsALineAndEmptyLinesAreNotKept) {
    KeptLines lines;
    lines.add("frame=1\rframe=2\r\n\nend");
    EXPECT_THAT(lines.take(), ElementsAre("frame=1", "frame=2", "end"));
}

TEST(KeptLines, CutsALongLine) {
    KeptLines lines;
    for (int i = 0; i < 100; ++i)
        lines.add(std::string(1'000, 'a'));
    lines.add("\nnext");
    EXPECT_THAT(lines.take(), ElementsAre(std::string(4'096, 'a'), "next"));
}

TEST(KeptLines, KeepsTheBeginningAndTheEndOfManyLines) {
    KeptLines lines;
    for (int i = 0; i < 5'000; ++i)
        lines.add(std::to_string(i) + "\n");
    const auto kept = lines.take();
    ASSERT_EQ(kept.size(), 2'201U);
    EXPECT_EQ(kept[1'999], "1999");
    EXPECT_EQ(kept[2'000], "... 2800 lines left out ...");
    EXPECT_EQ(kept[2'001], "4800");
    EXPECT_EQ(kept.back(), "4999");
}

TEST(KeptLines, BoundsTheBytesOfTheBeginning) {
    KeptLines lines;
    for (int i = 0; i < 2'000; ++i)
        lines.add(std::string(4'096, 'a') + "\n");
    EXPECT_EQ(lines.take().size(), 256U + 1 + 200);
}

} // namespace
} // namespace av1encd
