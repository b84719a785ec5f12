#pragma once
// One rendition of one job: its segments, their join with the audio, the check, and its
// publication.

#include "daemon/pipeline/existing_outputs.hpp"
#include "daemon/pipeline/job_in_hand.hpp"

#include <optional>

namespace av1encd {

class RenditionRunner {
public:
    RenditionRunner(JobInHand& hand, int crf, std::optional<ExistingOutput> existing);

    /// Until the rendition is published or has failed; its record in `hand` says which.
    Awaitable<void> run();

private:
    using Failure = std::optional<std::string>; ///< nullopt: it went well

    Awaitable<bool> existing_counts();
    Awaitable<void> set_existing_aside(std::string reason);
    Awaitable<Failure> produce_checked();
    Awaitable<Failure> produce();
    Awaitable<Failure> encode_segments();
    Awaitable<Failure> encode_segment(std::size_t index);
    Task segment_task(std::size_t index, const std::filesystem::path& file) const;
    bool take_up_kept(std::size_t index);
    Awaitable<Failure> join();
    Awaitable<Failure> check(std::filesystem::path file);
    Awaitable<void> drop_what_was_made();
    Awaitable<Failure> publish();
    Awaitable<Failure> meet_unexpected_output();
    Awaitable<void> finish(std::uint64_t bytes, std::string sha256);
    Awaitable<void> fail(std::string reason);
    Awaitable<void> set_state(RenditionState state);

    std::filesystem::path segment_file(std::size_t index) const;
    std::filesystem::path joined_file() const { return hand_.rendition_file(crf_, "joined"); }
    std::string fingerprint(std::size_t index) const;
    int threads() const;

    JobInHand& hand_;
    Context& context_;
    int crf_;
    std::optional<ExistingOutput> existing_;
    Rendition& rendition_;
};

} // namespace av1encd
