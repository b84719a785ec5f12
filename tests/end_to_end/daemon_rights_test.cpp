// Files and folders that the daemon's user may not read.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DaemonRights : public Fleet {
protected:
    DaemonRights() { machine().rights = Rights::of_an_ordinary_user; }
    ~DaemonRights() override {
        for (const auto& folder : closed_)
            fs::permissions(folder, fs::perms::owner_all);
    }
    void close(const fs::path& path) {
        fs::permissions(path, fs::perms::none);
        closed_.push_back(path);
    }
    void open(const fs::path& path) const { fs::permissions(path, fs::perms::owner_all); }
    bool has_said(const std::string& text) {
        return machine().said().find(text) != std::string::npos;
    }

private:
    std::vector<fs::path> closed_;
};

TEST_F(DaemonRights, AreMissingForAFileWhichStaysAndIsTakenOnceItIsMended) {
    drop("closed.mp4");
    drop("open.mp4");
    fs::permissions(place("to_assign/closed.mp4"), fs::perms::none);
    machine().serve();
    EXPECT_TRUE(eventually([&] { return is_done("open.mp4"); })) << machine().said();
    EXPECT_EQ(machine().status()->jobs.unreadable, 1U);
    EXPECT_TRUE(has_said("closed.mp4: left in to_assign: ")) << machine().said();
    EXPECT_TRUE(has_said("chmod")) << machine().said();
    fs::permissions(place("to_assign/closed.mp4"), fs::perms::owner_all);
    EXPECT_TRUE(eventually([&] { return is_done("closed.mp4"); })) << machine().said();
    EXPECT_EQ(machine().status()->jobs.unreadable, 0U);
}

TEST_F(DaemonRights, AreMissingForAFolderWhichIsSaidAndTheRestGoesOn) {
    drop("closed/a.mp4");
    drop("open.mp4");
    close(place("to_assign/closed"));
    machine().serve();
    EXPECT_TRUE(eventually([&] { return is_done("open.mp4"); })) << machine().said();
    EXPECT_TRUE(has_said("closed: left in to_assign: ")) << machine().said();
    open(place("to_assign/closed"));
    EXPECT_TRUE(eventually([&] { return is_done("closed/a.mp4"); })) << machine().said();
}

TEST_F(DaemonRights, AreMissingForToAssignWhichIsAHoldAndNotNoWork) {
    drop("a.mp4");
    close(place("to_assign"));
    machine().start({"--once"});
    EXPECT_TRUE(eventually([&] { return machine().holds() == std::vector<std::string>{"share"}; }))
        << machine().said();
    EXPECT_THAT(machine().status()->holds[0].text, HasSubstr("to_assign"));
    open(place("to_assign"));
    EXPECT_EQ(machine().end().exit_status, 0) << machine().said();
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonRights, DoNotHelpWhereToAssignIsGoneWhichIsAHoldToo) {
    drop("a.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    fs::rename(place("to_assign"), folder() / "elsewhere");
    machine().start({"--once"});
    EXPECT_TRUE(eventually([&] { return machine().holds() == std::vector<std::string>{"share"}; }))
        << machine().said();
    fs::rename(folder() / "elsewhere", place("to_assign"));
    EXPECT_EQ(machine().end().exit_status, 0) << machine().said();
}

} // namespace
} // namespace av1encd
