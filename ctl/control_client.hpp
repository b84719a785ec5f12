#pragma once
// A blocking client of the daemon's control socket: one connection, one call after the other.

#include "common/error.hpp"
#include "common/protocol.hpp"
#include "common/unique_fd.hpp"
#include "ctl/interruption.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace av1encd {

/// No daemon to talk to: what, where, and what to do. The program ends with EX_UNAVAILABLE (69).
class DaemonUnreachable : public Error {
public:
    using Error::Error;
};

/// The daemon answered with an error; what() is its reason, which may have several lines.
class RefusedByDaemon : public Error {
public:
    using Error::Error;
};

class ControlClient {
public:
    /// How long the daemon may take for an answer; its own deadlines on the share are shorter.
    static constexpr std::chrono::milliseconds usual_patience = std::chrono::minutes(1);

    /// Connects; throws DaemonUnreachable.
    explicit ControlClient(std::filesystem::path socket,
                           std::chrono::milliseconds patience = usual_patience);

    /// Calls `org.av1encd.<method>`, or a method of another interface by its full name; the reply's
    /// parameters, a JSON object. Throws RefusedByDaemon and DaemonUnreachable.
    std::string call(const std::string& method, const Arguments& arguments = {});

    /// As call(), for a method that replies with `more`: `hear` gets each reply's parameters until
    /// a signal comes or nobody reads `output` any more.
    void follow(const std::string& method, const Arguments& arguments, Interruption& interruption,
                int output, const std::function<void(const std::string&)>& hear);

    // The same in pieces, for those who wait for other things too.

    /// Does not wait for an answer; `more`: there may be many.
    void send(const std::string& method, const Arguments& arguments, bool more);
    /// Readable where an answer came, or the connection's end.
    int descriptor() const { return socket_.get(); }
    /// The next reply, where one is here; never waits. Throws as call() does.
    std::optional<Reply> take_reply();

private:
    enum class Wakeup { data, over };
    enum class Received { something, nothing };

    DaemonUnreachable did_not_answer() const;
    /// The next reply that was received already.
    std::optional<Reply> next_reply();
    Received receive(int flags = 0);
    void wait_for_data() const;
    Wakeup wait_for_data_or_end(const Interruption& interruption, int output) const;

    std::filesystem::path path_;
    std::chrono::milliseconds patience_;
    UniqueFd socket_;
    MessageReader reader_{largest_reply_bytes};
};

} // namespace av1encd
