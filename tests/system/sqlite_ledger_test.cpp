#include "daemon/system/sqlite_ledger.hpp"

#include "common/error.hpp"
#include "tests/support/awaited.hpp"
#include "tests/support/temporary_folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <chrono>

namespace av1encd {

bool operator==(const JobDetails& a, const JobDetails& b) {
    return a.job == b.job && a.renditions == b.renditions && a.segments == b.segments &&
           a.attempts == b.attempts;
}

bool operator==(const JobCounts& a, const JobCounts& b) {
    return a.done == b.done && a.failed == b.failed && a.skipped == b.skipped &&
           a.source_bytes == b.source_bytes;
}

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr WallTime at(std::int64_t milliseconds) {
    return WallTime(std::chrono::milliseconds(milliseconds));
}

// Bytes that no text column would survive: not UTF-8, quotes, a newline, a zero.
const std::string strange = std::string("a\0b", 3) + "\xff\xfe'\"\n\\n%03d;--";

Job full_job() {
    Job job;
    job.source = "folder/" + strange + ".mp4";
    job.claimed_path = "folder/" + strange + " (2).mp4";
    job.chunk = 3;
    job.file = {std::uint64_t{1} << 62, -1'700'000'000'123'456'789};
    job.sha256 = std::string(64, 'a');
    job.output_name = strange + ".mkv";
    job.settings = "settings " + strange;
    job.plan = "fingerprint " + strange;
    job.state = JobState::publishing;
    job.error = "cannot decode " + strange;
    job.retired_path = strange;
    job.notes = {"one", "", "two\nlines\\n", strange};
    job.claimed_at = at(1'700'000'000'123);
    job.ended_at = at(-1);
    return job;
}

Rendition full_rendition(JobId job, int crf) {
    return {job, crf,  RenditionState::checking, 7, 123'456'789'012, std::string(64, 'b'), strange,
            1.1, at(5)};
}

KeptSegment segment(JobId job, SegmentRange range, double seconds) {
    return {job, 24, range, "fingerprint " + strange, 1'000, seconds};
}

class Ledgers : public testing::Test {
protected:
    Ledgers() { open(); }

    void open() {
        ledger_.reset();
        ledger_.emplace(file_, disk_);
    }
    template <typename T>
    T get(Awaitable<T> call) {
        return awaited(loop_, std::move(call));
    }
    JobId add(const std::string& source, JobState state = JobState::claimed) {
        Job job;
        job.source = source;
        job.state = state;
        job.file.bytes = 100;
        return get(ledger_->add_job(job));
    }
    std::vector<std::string> sources(const std::vector<JobDetails>& jobs) const {
        std::vector<std::string> names;
        for (const auto& details : jobs)
            names.push_back(details.job.source);
        return names;
    }

    const TemporaryFolder folder_;
    const fs::path file_ = folder_.path() / "ledger.db";
    asio::io_context loop_;
    DiskThread disk_;
    std::optional<SqliteLedger> ledger_;
};

using SqliteLedgerTest = Ledgers;

TEST_F(SqliteLedgerTest, GivesBackAWholeJobAfterItWasOpenedAgain) {
    JobDetails expected;
    expected.job = full_job();
    const auto id = expected.job.id = get(ledger_->add_job(full_job()));
    expected.renditions = {full_rendition(id, 24), {}};
    expected.renditions[1].job = id;
    expected.renditions[1].crf = 60;
    expected.segments = {segment(id, {-5, 1'000}, 0.1), segment(id, {1'000, std::nullopt}, 1e300)};
    expected.attempts = {{id, TaskKind::probe, 0, {}, 1, strange, {}, at(1)},
                         {id, TaskKind::segment, 24, {1'000, 2'000}, 2, "", {"", strange}, at(2)}};
    for (const auto& rendition : expected.renditions)
        get(ledger_->save_rendition(rendition));
    for (const auto& kept : expected.segments)
        get(ledger_->keep_segment(kept));
    for (const auto& attempt : expected.attempts)
        get(ledger_->add_attempt(attempt));
    expected.renditions[0].attempts = 1; // counted, not saved

    open();

    EXPECT_EQ(get(ledger_->job_of(expected.job.source)), expected);
    EXPECT_THAT(get(ledger_->open_jobs()), ElementsAre(expected));
}

TEST_F(SqliteLedgerTest, GivesBackAJobThatKnowsNothingYet) {
    JobDetails expected;
    expected.job.id = get(ledger_->add_job({}));
    EXPECT_THAT(get(ledger_->open_jobs()), ElementsAre(expected));
}

TEST_F(SqliteLedgerTest, EveryStateAndTaskComesBackAsItWas) {
    for (const auto state : {JobState::claimed, JobState::encoding, JobState::publishing,
                             JobState::done, JobState::failed, JobState::skipped}) {
        const auto job = add("a.mp4", state);
        for (const auto rendition :
             {RenditionState::waiting, RenditionState::encoding, RenditionState::checking,
              RenditionState::publishing, RenditionState::done, RenditionState::failed}) {
            Rendition wanted;
            wanted.job = job;
            wanted.state = rendition;
            get(ledger_->save_rendition(wanted));
            EXPECT_THAT(get(ledger_->job_of("a.mp4"))->renditions, ElementsAre(wanted));
        }
        for (const auto task : {TaskKind::probe, TaskKind::decode, TaskKind::audio,
                                TaskKind::segment, TaskKind::join, TaskKind::check}) {
            Attempt wanted;
            wanted.job = job;
            wanted.task = task;
            get(ledger_->add_attempt(wanted));
            EXPECT_EQ(get(ledger_->job_of("a.mp4"))->attempts.back(), wanted);
        }
        EXPECT_EQ(get(ledger_->job_of("a.mp4"))->job.state, state);
    }
}

TEST_F(SqliteLedgerTest, SaveJobReplacesWhatIsRecorded) {
    auto job = full_job();
    job.id = add("before.mp4");
    get(ledger_->save_job(job));
    EXPECT_EQ(get(ledger_->job_of(job.source))->job, job);
    EXPECT_EQ(get(ledger_->job_of("before.mp4")), std::nullopt);
    job.id.value += 1;
    EXPECT_THROW(get(ledger_->save_job(job)), Error);
}

TEST_F(SqliteLedgerTest, SaveRenditionReplacesByJobAndCrf) {
    const auto job = add("a.mp4");
    auto rendition = full_rendition(job, 24);
    get(ledger_->save_rendition(rendition));
    rendition.state = RenditionState::done;
    get(ledger_->save_rendition(rendition));
    EXPECT_THAT(get(ledger_->job_of("a.mp4"))->renditions, ElementsAre(rendition));
}

TEST_F(SqliteLedgerTest, AListCountsTheFailedAttemptsOfEachRendition) {
    const auto job = add("a.mp4");
    for (const int crf : {0, 60})
        get(ledger_->save_rendition(full_rendition(job, crf)));
    for (const int number : {1, 2})
        get(ledger_->add_attempt({job, TaskKind::segment, 60, {}, number, "", {}, {}}));
    get(ledger_->add_attempt({job, TaskKind::audio, std::nullopt, {}, 1, "", {}, {}}));
    const auto list = get(ledger_->jobs(std::nullopt, 10));
    EXPECT_EQ(list.at(0).renditions.at(0).attempts, 0);
    EXPECT_EQ(list.at(0).renditions.at(1).attempts, 2);
}

TEST_F(SqliteLedgerTest, KeepSegmentReplacesByRangeTheOpenEndIncluded) {
    const auto job = add("a.mp4");
    for (const double seconds : {1.0, 2.0}) {
        get(ledger_->keep_segment(segment(job, {0, 10}, seconds)));
        get(ledger_->keep_segment(segment(job, {0, std::nullopt}, seconds)));
    }
    EXPECT_THAT(get(ledger_->job_of("a.mp4"))->segments,
                ElementsAre(segment(job, {0, 10}, 2), segment(job, {0, std::nullopt}, 2)));
}

TEST_F(SqliteLedgerTest, DropsTheSegmentsOfOneJob) {
    const auto first = add("a.mp4"), second = add("b.mp4");
    get(ledger_->keep_segment(segment(first, {0, 10}, 1)));
    get(ledger_->keep_segment(segment(second, {0, 10}, 1)));
    get(ledger_->drop_segments(first));
    EXPECT_THAT(get(ledger_->job_of("a.mp4"))->segments, IsEmpty());
    EXPECT_THAT(get(ledger_->job_of("b.mp4"))->segments, SizeIs(1));
}

TEST_F(SqliteLedgerTest, ForgetsAJobWithAllThatIsItsAndNeverUsesItsIdAgain) {
    const auto job = add("a.mp4");
    get(ledger_->save_rendition(full_rendition(job, 24)));
    get(ledger_->keep_segment(segment(job, {0, 10}, 1)));
    get(ledger_->add_attempt({job, TaskKind::join, 24, {}, 1, "", {}, {}}));
    get(ledger_->forget_job(job));
    open();
    EXPECT_EQ(get(ledger_->job_of("a.mp4")), std::nullopt);
    EXPECT_GT(add("a.mp4"), job);
    EXPECT_THAT(get(ledger_->job_of("a.mp4"))->renditions, IsEmpty());
    SQLite::Database database(file_.string());
    for (const auto* table : {"renditions", "segments", "attempts"})
        EXPECT_EQ(database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0);
}

TEST_F(SqliteLedgerTest, NothingIsKeptOfAJobThatIsNotThere) {
    EXPECT_THROW(get(ledger_->save_rendition(full_rendition({77}, 24))), Error);
    EXPECT_THROW(get(ledger_->keep_segment(segment({77}, {0, 1}, 1))), Error);
}

TEST_F(SqliteLedgerTest, OpenJobsAreThoseNotYetEndedOldestFirst) {
    add("1", JobState::publishing);
    add("2", JobState::done);
    add("3", JobState::claimed);
    add("4", JobState::failed);
    add("5", JobState::skipped);
    add("6", JobState::encoding);
    EXPECT_THAT(sources(get(ledger_->open_jobs())), ElementsAre("1", "3", "6"));
}

TEST_F(SqliteLedgerTest, JobsComeNewestFirstByStateAndNumber) {
    for (const auto* source : {"1", "2", "3"}) {
        const auto job = add(source, JobState::done);
        get(ledger_->save_rendition(full_rendition(job, 24)));
        get(ledger_->keep_segment(segment(job, {0, 10}, 1)));
        add(source + std::string("f"), JobState::failed);
    }
    EXPECT_THAT(sources(get(ledger_->jobs(std::nullopt, 4))), ElementsAre("3f", "3", "2f", "2"));
    EXPECT_THAT(sources(get(ledger_->jobs(JobState::done, 2))), ElementsAre("3", "2"));
    EXPECT_THAT(get(ledger_->jobs(JobState::skipped, 2)), IsEmpty());
    const auto all = get(ledger_->jobs(std::nullopt, static_cast<std::size_t>(-1)));
    ASSERT_THAT(all, SizeIs(6));
    EXPECT_THAT(all[1].renditions, ElementsAre(full_rendition(all[1].job.id, 24)));
    EXPECT_THAT(all[1].segments, IsEmpty());
}

TEST_F(SqliteLedgerTest, TheNewestJobOfASourceCounts) {
    add("a.mp4", JobState::failed);
    const auto second = add("a.mp4");
    EXPECT_EQ(get(ledger_->job_of("a.mp4"))->job.id, second);
}

TEST_F(SqliteLedgerTest, CountsEndedJobsAndTheirSourceBytes) {
    for (const int renditions : {1, 2}) {
        const auto done = add("a", JobState::done), skipped = add("b", JobState::skipped);
        for (int crf = 0; crf < renditions; ++crf) {
            get(ledger_->save_rendition(full_rendition(done, crf)));
            get(ledger_->save_rendition(full_rendition(skipped, crf)));
        }
    }
    get(ledger_->save_rendition(full_rendition(add("c", JobState::failed), 1)));
    get(ledger_->save_rendition(full_rendition(add("d"), 1)));
    const JobCounts expected{2, 1, 2, 600};
    EXPECT_EQ(get(ledger_->counts()), expected);
}

TEST_F(SqliteLedgerTest, HistoryOutlivesItsJobAndComesOldestFirst) {
    const HistoryEntry later{strange, 24, 1'000, 100, 1.5, 2.5, at(20), "av1_crf24/" + strange};
    auto earlier = later;
    earlier.finished_at = at(10);
    const auto job = add(strange);
    get(ledger_->add_history(later));
    get(ledger_->add_history(earlier));
    get(ledger_->forget_job(job));
    open();
    EXPECT_THAT(get(ledger_->history(std::nullopt)), ElementsAre(earlier, later));
    EXPECT_THAT(get(ledger_->history(at(11))), ElementsAre(later));
    EXPECT_THAT(get(ledger_->history(at(21))), IsEmpty());
}

TEST_F(SqliteLedgerTest, KnowsTheHashOfAnOutputThatWasPublished) {
    const auto publish = [&](const std::string& hash, const std::string& output) {
        auto rendition = full_rendition(add("a.mp4"), 24);
        rendition.output_sha256 = hash;
        get(ledger_->save_rendition(rendition));
        get(ledger_->add_history({"a.mp4", 24, 1, 1, 1, 1, at(1), output}));
        get(ledger_->forget_job(rendition.job));
    };
    publish("1111", "av1_crf24/a.mp4");
    publish("2222", "av1_crf24/a (2).mp4");
    EXPECT_EQ(get(ledger_->known_output("av1_crf24/a.mp4")), "1111");
    EXPECT_EQ(get(ledger_->known_output("av1_crf24/a (2).mp4")), "2222");
    EXPECT_EQ(get(ledger_->known_output("av1_crf60/a.mp4")), std::nullopt);
    publish("3333", "av1_crf24/a.mp4");
    EXPECT_EQ(get(ledger_->known_output("av1_crf24/a.mp4")), "3333");
}

TEST_F(SqliteLedgerTest, RemembersDeclinedSources) {
    get(ledger_->decline({"a.mp4", {1, 2}, "first"}));
    get(ledger_->decline({strange, {3, 4}, strange}));
    get(ledger_->decline({"a.mp4", {5, 6}, "again"}));
    open();
    const Declined expected[] = {{"a.mp4", {5, 6}, "again"}, {strange, {3, 4}, strange}};
    EXPECT_THAT(get(ledger_->declined()), testing::UnorderedElementsAreArray(expected));
    get(ledger_->undecline(strange));
    get(ledger_->undecline("never"));
    EXPECT_THAT(get(ledger_->declined()), ElementsAre(expected[0]));
}

TEST_F(SqliteLedgerTest, RemembersTheOperatorsHold) {
    EXPECT_EQ(get(ledger_->operator_hold()), std::nullopt);
    OperatorHold hold{strange, at(1), std::nullopt, false};
    get(ledger_->save_operator_hold(hold));
    hold = {"backup (anna)", at(2), at(3), true};
    get(ledger_->save_operator_hold(hold));
    open();
    EXPECT_EQ(get(ledger_->operator_hold()), hold);
    get(ledger_->save_operator_hold(std::nullopt));
    EXPECT_EQ(get(ledger_->operator_hold()), std::nullopt);
}

TEST_F(SqliteLedgerTest, RemembersFactsByName) {
    get(ledger_->remember("marker " + strange, strange));
    get(ledger_->remember("chunk", "1"));
    get(ledger_->remember("chunk", "2"));
    open();
    EXPECT_EQ(get(ledger_->remembered("marker " + strange)), strange);
    EXPECT_EQ(get(ledger_->remembered("chunk")), "2");
    EXPECT_EQ(get(ledger_->remembered("nothing")), std::nullopt);
}

TEST_F(SqliteLedgerTest, Lists10000JobsQuickly) {
    {
        SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
        database.exec("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                      "10000) INSERT INTO jobs SELECT i, CAST('source' || i AS BLOB), x'', 1, 1, "
                      "1, '', x'', '', 'done', '', x'', '', i, i, '' FROM n;"
                      "INSERT INTO renditions SELECT id, 24, 'done', 1, 1, '', '', 1.0, 1 FROM "
                      "jobs; INSERT INTO renditions SELECT id, 60, 'done', 1, 1, '', '', 1.0, 1 "
                      "FROM jobs;");
    }
    const auto began = std::chrono::steady_clock::now();
    const auto jobs = get(ledger_->jobs(JobState::done, 10'000));
    const auto counts = get(ledger_->counts());
    const auto took = std::chrono::steady_clock::now() - began;
    ASSERT_THAT(jobs, SizeIs(10'000));
    EXPECT_EQ(jobs[0].job.source, "source10000");
    EXPECT_THAT(jobs[9'999].renditions, SizeIs(2));
    const JobCounts expected{10'000, 0, 0, 20'000};
    EXPECT_EQ(counts, expected);
    EXPECT_LT(took, std::chrono::seconds(5)); // 50 ms; this much only under sanitizers and load
}

} // namespace
} // namespace av1encd
