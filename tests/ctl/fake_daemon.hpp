#pragma once
// A control socket with a script behind it: what it answers to each method is given, what it was
// asked is kept. It serves any number of clients at once.

#include "common/protocol.hpp"
#include "common/unique_fd.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <set>
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
    /// At a place of the test's own, where one that has gone may have been before.
    FakeDaemon(Script script, std::filesystem::path socket);
    ~FakeDaemon();
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    const std::filesystem::path& socket() const { return socket_; }
    std::vector<Request> requests() const;
    bool was_asked(std::string_view method) const;
    /// From now on these are the replies to the method.
    void answer_with(const std::string& method, std::vector<Reply> replies);
    /// To every client that asked the method with `more`.
    void tell(const std::string& method, const Reply& reply);

private:
    struct Client {
        UniqueFd socket;
        MessageReader reader{largest_request_bytes};
        std::set<std::string> follows{};
    };
    enum class Then { go_on, close };

    void serve();
    void take_client();
    Then serve(Client& client);
    Then answer(Client& client, const Request& request);

    TemporaryFolder folder_;
    std::filesystem::path socket_;
    UniqueFd listener_;
    UniqueFd stop_;
    mutable std::mutex mutex_; ///< of all below
    Script script_;
    std::vector<Request> requests_;
    std::list<Client> clients_;
    std::thread thread_;
};

/// A reply that succeeded.
Reply reply_of(std::string parameters);
/// One of those before the last.
Reply continued_reply_of(std::string parameters);
Reply refusal_of(std::string_view error, std::string_view reason);

} // namespace av1encd
