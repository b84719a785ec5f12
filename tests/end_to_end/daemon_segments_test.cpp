// Segments of the real daemon: what a crash costs of a rendition, and what is used again.

#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sys/stat.h>
#include <utility>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

/// A source of four segments, encoded one after the other; the third waits at a gate.
class DaemonSegments : public Fleet {
protected:
    DaemonSegments() {
        machine().configure("workers: 1\nencode: { segment: 1s }\n");
        close_gate_for("3");
        drop("a.mp4", clip({"96x64", 4, 0, 25}));
    }

    /// The shell's pattern of those that wait, counted from 1.
    void close_gate_for(const std::string& numbers) {
        machine().before_every_encode(
            fmt::format("echo . >> '{0}'; case $(wc -l < '{0}') in {1}) until [ -e '{2}' ]; do "
                        "sleep 0.05; done ;; esac",
                        encodes().native(), numbers, gate().native()));
    }

    fs::path encodes() const { return folder() / "encodes"; }
    fs::path gate() const { return folder() / "gate"; }
    Files kept() {
        Files files;
        const auto all = machine().work_dir() / "jobs/1/50";
        if (fs::exists(all))
            for (const auto& entry : fs::directory_iterator(all))
                if (entry.path().extension() != ".part")
                    files.insert(entry.path().filename());
        return files;
    }
    /// Their names, and what another file of the same name would have otherwise.
    std::map<std::string, std::pair<ino_t, fs::file_time_type>> identities() {
        std::map<std::string, std::pair<ino_t, fs::file_time_type>> all;
        for (const auto& name : kept()) {
            const auto file = machine().work_dir() / "jobs/1/50" / name;
            struct stat facts {};
            ::stat(file.c_str(), &facts);
            all[name] = {facts.st_ino, fs::last_write_time(file)};
        }
        return all;
    }
    void kill_it_in_the_third() {
        machine().serve();
        ASSERT_TRUE(eventually([&] { return read_file(encodes()) == ".\n.\n.\n"; }))
            << machine().said();
        // Two answers of the ledger later it has recorded what it was told before them.
        machine().list();
        machine().list();
        machine().kill();
        ASSERT_EQ(kept().size(), 2U);
        write_file(gate(), {});
    }
    std::ptrdiff_t encodes_so_far() const {
        const auto text = read_file(encodes());
        return std::ranges::count(text, '.');
    }
    void finish_and_expect_encodes(std::ptrdiff_t count) {
        EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
        EXPECT_EQ(encodes_so_far(), count);
        EXPECT_TRUE(is_done("a.mp4"));
        EXPECT_EQ(probed(rendition(50, "a.mp4"), "v:0", "stream=nb_frames"), "100");
        EXPECT_THAT(leftovers(), IsEmpty());
    }
};

TEST_F(DaemonSegments, ThatAreFinishedAreNotLostByACrash) {
    kill_it_in_the_third();
    finish_and_expect_encodes(5); // four, and the one that ran
}

TEST_F(DaemonSegments, AreMadeAnewWhereTheirFileIsNotWhole) {
    kill_it_in_the_third();
    const auto first = machine().work_dir() / "jobs/1/50" / *kept().begin();
    fs::resize_file(first, fs::file_size(first) - 1);
    finish_and_expect_encodes(6);
}

TEST_F(DaemonSegments, OfAJobUnderWayKeepThePlanThatItBeganWith) {
    kill_it_in_the_third();
    machine().configure(
        "workers: 1\nencode: { crf: [60], segment: 30s, encoder: libaom-av1, preset: 8 }\n");
    finish_and_expect_encodes(5);
    EXPECT_FALSE(fs::exists(rendition(60, "a.mp4")));
}

TEST_F(DaemonSegments, ThatAreFinishedAreKeptByACleanUp) {
    close_gate_for("3|5");
    machine().configure("workers: 1\nencode: { segment: 1s }\npause: { on_hold: cleanup }\n");
    machine().serve();
    ASSERT_TRUE(eventually([&] { return encodes_so_far() == 3; })) << machine().said();
    ASSERT_TRUE(eventually([&] { return kept().size() == 2; })) << machine().said();
    const auto first_two = identities();
    EXPECT_EQ(machine().ctl({"pause"}).outcome.exit_status, 0);
    ASSERT_TRUE(eventually([&] {
        return machine().said().find("cleaned up (") != std::string::npos;
    })) << machine().said();
    EXPECT_EQ(machine().ctl({"resume"}).outcome.exit_status, 0);
    ASSERT_TRUE(eventually([&] { return encodes_so_far() == 5; })) << machine().said();
    auto now = identities();
    std::erase_if(now, [&](const auto& file) { return !first_two.contains(file.first); });
    EXPECT_EQ(now, first_two);
    write_file(gate(), {});
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_EQ(encodes_so_far(), 5); // four, and the one that was ended
}

TEST_F(DaemonSegments, ShowHowFarTheyAreTogetherAndNeverRunBackwards) {
    write_file(gate(), {});
    machine().configure("workers: 2\nencode: { segment: 1s, preset: 8 }\n");
    machine().serve();
    double last = 0;
    int most_segments = 0;
    ASSERT_TRUE(eventually([&] {
        for (const auto& job : machine().list()) {
            for (const auto& rendition : job.renditions) { // none before it is planned
                EXPECT_GE(rendition.fraction, last);
                last = rendition.fraction;
                most_segments = std::max(most_segments, rendition.segments);
            }
        }
        return is_done("a.mp4");
    })) << machine().said();
    EXPECT_EQ(most_segments, 4);
}

} // namespace
} // namespace av1encd
