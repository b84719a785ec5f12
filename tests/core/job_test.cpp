#include "daemon/core/job.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

template <typename Enum, typename From>
void expect_words(const std::vector<std::string>& words, From from) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_EQ(words[i], to_string(static_cast<Enum>(i)));
        EXPECT_EQ(std::optional(static_cast<Enum>(i)), from(words[i]));
    }
    for (const auto* const other : {"", "Done", "done ", "unknown"})
        EXPECT_EQ(std::nullopt, from(other)) << other;
}

TEST(Job, StatesHaveTheWordsThatClientsSee) {
    expect_words<JobState>({"claimed", "encoding", "publishing", "done", "failed", "skipped"},
                           job_state_from);
    EXPECT_EQ("skipped", to_string(JobState::skipped));
}

TEST(Job, RenditionStatesHaveTheWordsThatClientsSee) {
    expect_words<RenditionState>(
        {"waiting", "encoding", "checking", "publishing", "done", "failed"}, rendition_state_from);
    EXPECT_EQ("failed", to_string(RenditionState::failed));
}

TEST(Job, TaskKindsHaveTheWordsThatClientsSee) {
    expect_words<TaskKind>({"probe", "decode", "audio", "segment", "join", "check"},
                           task_kind_from);
    EXPECT_EQ("check", to_string(TaskKind::check));
}

} // namespace
} // namespace av1encd
