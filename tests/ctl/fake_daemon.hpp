#pragma once
// A control socket with a script behind it: what it answers to each method is given, what it was
// asked is kept.

#include "common/protocol.hpp"
#include "common/unique_fd.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace av1encd {

/// By a method's full name. No reply at all: the question stays unanswered.
using Script = std::map<std::string, std::vector<Reply>>;

class FakeDaemon {
public:
    /// A method that is not in the script ends the connection.
    explicit FakeDaemon(Script script);
    ~FakeDaemon();
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    std::filesystem::path socket() const { return folder_.path() / "control.sock"; }
    std::vector<Request> requests() const;

private:
    enum class Wakeup { data, stop };

    void serve();
    void serve_client(int client);
    bool answer(int client, const Request& request);
    Wakeup wait_for(int descriptor) const;

    Script script_;
    TemporaryFolder folder_;
    UniqueFd listener_;
    UniqueFd stop_;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    std::thread thread_;
};

/// A reply that succeeded.
Reply reply_of(std::string parameters);
/// One of those before the last.
Reply continued_reply_of(std::string parameters);
Reply refusal_of(std::string_view error, std::string_view reason);

} // namespace av1encd
