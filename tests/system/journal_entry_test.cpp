#include "daemon/system/journal_entry.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace av1encd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

Event event_about_a_segment() {
    Event event;
    event.kind = EventKind::segment_done;
    event.severity = Severity::info;
    event.message = "encoded";
    event.source = "sub/\xff\\ a.mp4";
    event.crf = 24;
    event.segment = 3;
    event.chunk = 7;
    return event;
}

TEST(JournalEntry, CarriesEverythingThatAppliesInFieldsOfItsOwn) {
    EXPECT_THAT(journal_fields(event_about_a_segment(), "m1"),
                ElementsAre("MESSAGE=sub/\\xff\\\\ a.mp4 [24] segment 3: encoded", "PRIORITY=6",
                            "AV1ENCD_SOURCE=sub/\\xff\\\\ a.mp4", "AV1ENCD_CRF=24",
                            "AV1ENCD_SEGMENT=3", "AV1ENCD_CHUNK=chunk07", "AV1ENCD_MACHINE=m1"));
}

TEST(JournalEntry, LeavesOutWhatDoesNotApply) {
    Event event;
    event.severity = Severity::notice;
    event.message = "av1encd starts";
    EXPECT_THAT(journal_fields(event, "m1"),
                ElementsAre("MESSAGE=av1encd starts", "PRIORITY=5", "AV1ENCD_MACHINE=m1"));
}

TEST(JournalEntry, SeveritiesAreSyslogsPriorities) {
    std::vector<std::string> priorities;
    for (const auto severity :
         {Severity::debug, Severity::info, Severity::notice, Severity::warning, Severity::error}) {
        Event event;
        event.severity = severity;
        priorities.push_back(journal_fields(event, "m1").at(1));
    }
    EXPECT_THAT(priorities,
                ElementsAre("PRIORITY=7", "PRIORITY=6", "PRIORITY=5", "PRIORITY=4", "PRIORITY=3"));
}

TEST(JournalEntry, WhatTheCatalogExplainsHasAnIdOfItsOwn) {
    std::set<std::string> ids;
    const auto kinds = {EventKind::source_done, EventKind::source_failed, EventKind::paused,
                        EventKind::resumed,     EventKind::share_lost,    EventKind::share_back,
                        EventKind::claim_lost};
    for (const auto kind : kinds) {
        Event event;
        event.kind = kind;
        const auto fields = journal_fields(event, "m1");
        EXPECT_THAT(fields, Contains(StartsWith("MESSAGE_ID="))) << static_cast<int>(kind);
        ids.insert(fields.at(2));
    }
    EXPECT_EQ(ids.size(), kinds.size());
    EXPECT_THAT(journal_fields(event_about_a_segment(), "m1"),
                Not(Contains(StartsWith("MESSAGE_ID="))));
}

TEST(JournalEntry, ALineIsSafeForATerminal) {
    Event event;
    event.source = "a\nb.mp4";
    event.message = "killed\x1b[31m\xff";
    EXPECT_EQ(log_line(event), "a\\x0ab.mp4: killed\\x1b[31m\xef\xbf\xbd");
}

TEST(JournalEntry, TheJournalsStreamIsKnownByDeviceAndInode) {
    struct stat here {};
    ASSERT_EQ(::fstat(STDERR_FILENO, &here), 0);
    const auto named = fmt::format("{}:{}", here.st_dev, here.st_ino);
    EXPECT_TRUE(is_journal_stream(STDERR_FILENO, named.c_str()));
    EXPECT_FALSE(is_journal_stream(STDERR_FILENO, (named + "0").c_str()));
    EXPECT_FALSE(is_journal_stream(STDERR_FILENO, "nonsense"));
    EXPECT_FALSE(is_journal_stream(STDERR_FILENO, nullptr));
    EXPECT_FALSE(is_journal_stream(-1, named.c_str()));
}

} // namespace
} // namespace av1encd
