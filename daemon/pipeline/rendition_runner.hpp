#pragma once
// One rendition of one job: its segments, their join with the audio, the check, and its
// publication.

#include "daemon/pipeline/existing_outputs.hpp"
#include "daemon/pipeline/job_in_hand.hpp"
#include "daemon/pipeline/rendition_segments.hpp"

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
    Awaitable<Failure> encode_verified();
    void give_up_cutting();
    Awaitable<Failure> join();
    Awaitable<Failure> check(std::filesystem::path file);
    Awaitable<void> drop_what_was_made();
    Awaitable<Failure> publish();
    Awaitable<Failure> meet_unexpected_output();
    Awaitable<void> finish(std::uint64_t bytes, std::string sha256);
    Awaitable<void> fail(std::string reason);
    Awaitable<void> set_state(RenditionState state);

    std::filesystem::path joined_file() const { return hand_.rendition_file(crf_, "joined"); }

    JobInHand& hand_;
    Context& context_;
    int crf_;
    std::optional<ExistingOutput> existing_;
    RenditionSegments segments_;
    Rendition& rendition_;
};

} // namespace av1encd
