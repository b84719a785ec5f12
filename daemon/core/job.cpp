#include "daemon/core/job.hpp"

#include <array>
#include <string_view>

namespace av1encd {

namespace {

// In the order of their enumerators.
constexpr std::array<std::string_view, 6> job_states = {"claimed", "encoding", "publishing",
                                                        "done",    "failed",   "skipped"};
constexpr std::array<std::string_view, 6> rendition_states = {"waiting",    "encoding", "checking",
                                                              "publishing", "done",     "failed"};
constexpr std::array<std::string_view, 6> task_kinds = {"probe",   "decode", "audio",
                                                        "segment", "join",   "check"};

template <typename Enum, std::size_t size>
std::optional<Enum> find_word(const std::array<std::string_view, size>& words,
                              std::string_view word) {
    for (std::size_t i = 0; i < size; ++i)
        if (words[i] == word)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace

std::string to_string(JobState state) {
    return std::string(job_states.at(static_cast<std::size_t>(state)));
}

std::string to_string(RenditionState state) {
    return std::string(rendition_states.at(static_cast<std::size_t>(state)));
}

std::string to_string(TaskKind kind) {
    return std::string(task_kinds.at(static_cast<std::size_t>(kind)));
}

std::optional<JobState> job_state_from(std::string_view word) {
    return find_word<JobState>(job_states, word);
}

std::optional<RenditionState> rendition_state_from(std::string_view word) {
    return find_word<RenditionState>(rendition_states, word);
}

std::optional<TaskKind> task_kind_from(std::string_view word) {
    return find_word<TaskKind>(task_kinds, word);
}

} // namespace av1encd
