#include "daemon/system/logging.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <regex>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Every line's time replaced by a letter.
std::string without_times(const std::string& text) {
    static const std::regex time(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})");
    return std::regex_replace(text, time, "T");
}

class Logging : public ::testing::Test {
protected:
    static std::string stderr_of(const std::function<void()>& action) {
        ::testing::internal::CaptureStderr();
        action();
        return without_times(::testing::internal::GetCapturedStderr());
    }
    /// The files' contents with their names' times left out, in name order.
    std::vector<std::string> rotated_files() {
        std::vector<std::string> contents;
        for (const std::string& name : log_.rotate())
            contents.push_back(without_times(folder_.read("logs/" + name)));
        return contents;
    }

    const int no_journal_ = ::unsetenv("JOURNAL_STREAM"); ///< of whoever runs the tests
    TemporaryFolder folder_;
    EventLog log_{folder_.path() / "logs", "m1", LogLevel::info};
};

Event failure_with_details(std::size_t lines) {
    Event event;
    event.kind = EventKind::attempt_failed;
    event.severity = Severity::warning;
    event.source = "a.mp4";
    event.crf = 24;
    event.message = "exit status 1";
    for (std::size_t i = 1; i <= lines; ++i)
        event.details.push_back("line " + std::to_string(i));
    return event;
}

TEST_F(Logging, ALineHasItsTimeLevelAndSource) {
    Event event;
    event.source = "sub/a.mp4";
    event.message = "claimed";
    const auto shown = stderr_of([&] {
        log_.publish(event);
        log_.log(Severity::notice, "paused");
        log_.log(Severity::error, "broken");
    });
    EXPECT_EQ(shown, "T info    sub/a.mp4: claimed\n"
                     "T info    paused\n"
                     "T error   broken\n");
    EXPECT_THAT(rotated_files(), ElementsAre(shown, "T error   broken\n"));
}

TEST_F(Logging, WhatIsBelowTheLevelIsNotSaid) {
    EXPECT_EQ(stderr_of([&] { log_.log(Severity::debug, "detail"); }), "");
    log_.set_level(LogLevel::debug);
    EXPECT_EQ(stderr_of([&] { log_.log(Severity::debug, "detail"); }), "T debug   detail\n");
    log_.set_level(LogLevel::error);
    EXPECT_EQ(stderr_of([&] { log_.log(Severity::warning, "slow"); }), "");
    EXPECT_THAT(rotated_files(), ElementsAre("T debug   detail\n"));
}

TEST_F(Logging, ProgressIsNeverLogged) {
    log_.set_level(LogLevel::debug);
    Event event;
    event.kind = EventKind::progress;
    event.severity = Severity::error;
    EXPECT_EQ(stderr_of([&] { log_.publish(event); }), "");
    EXPECT_THAT(rotated_files(), IsEmpty());
}

TEST_F(Logging, AnEncodersWholeOutputIsInTheFilesAndItsEndOnStderr) {
    std::string all = "T warning a.mp4 [24]: exit status 1\n";
    std::string end = all;
    for (int i = 1; i <= 12; ++i) {
        all += "T warning   | line " + std::to_string(i) + "\n";
        if (i > 2)
            end += "T warning a.mp4 [24]:   | line " + std::to_string(i) + "\n";
    }
    EXPECT_EQ(stderr_of([&] { log_.publish(failure_with_details(12)); }), end);
    EXPECT_THAT(rotated_files(), ElementsAre(all, all));
}

TEST_F(Logging, AnEncodersOutputIsMadeSafe) {
    Event event = failure_with_details(0);
    event.details = {"\x1b[2Jx"};
    EXPECT_EQ(stderr_of([&] { log_.publish(event); }), "T warning a.mp4 [24]: exit status 1\n"
                                                       "T warning a.mp4 [24]:   | \\x1b[2Jx\n");
    EXPECT_THAT(rotated_files(), ElementsAre("T warning a.mp4 [24]: exit status 1\n"
                                             "T warning   | \\x1b[2Jx\n",
                                             testing::_));
}

TEST_F(Logging, FilesThatCannotBeWrittenAreComplainedOfOnceUntilTheyWorkAgain) {
    folder_.write("logs", "in the way");
    const auto logs = (folder_.path() / "logs").string();
    const auto complaint = "T warning cannot make " + logs +
                           ": File exists; lines are missing from the log files until that "
                           "works again\n";
    EXPECT_EQ(stderr_of([&] {
                  log_.log(Severity::info, "one");
                  log_.log(Severity::info, "two");
              }),
              "T info    one\n" + complaint + "T info    two\n");

    std::filesystem::remove(logs);
    EXPECT_EQ(stderr_of([&] { log_.log(Severity::info, "three"); }), "T info    three\n");
    EXPECT_THAT(rotated_files(), ElementsAre("T info    three\n"));

    std::filesystem::remove_all(logs);
    folder_.write("logs", "in the way again");
    EXPECT_EQ(stderr_of([&] { log_.log(Severity::info, "four"); }), "T info    four\n" + complaint);
}

TEST_F(Logging, WhatCannotBeHandedOverIsComplainedOfOnceUntilItWorksAgain) {
    folder_.write("logs", "in the way");
    const auto fail = [this] {
        EXPECT_THAT(log_.rotate(), IsEmpty());
        log_.remove("a.log");
    };
    EXPECT_NE(stderr_of(fail), "");
    EXPECT_EQ(stderr_of(fail), "");
    std::filesystem::remove(folder_.path() / "logs");
    EXPECT_EQ(stderr_of(fail), "");
    folder_.write("logs", "in the way again");
    EXPECT_NE(stderr_of(fail), "");
}

TEST_F(Logging, RemovedFilesAreGoneAndThePathIsThatOfTheFolder) {
    stderr_of([&] { log_.log(Severity::info, "one"); });
    const auto names = log_.rotate();
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(log_.path_of(names[0]), (folder_.path() / "logs" / names[0]).string());
    log_.remove(names[0]);
    EXPECT_THAT(log_.rotate(), IsEmpty());
}

} // namespace
} // namespace av1encd
