#pragma once
// What can be asked of the daemon and done to it: the one set of calls behind the control socket
// and D-Bus. Sources come and go as bytes; the two doors turn them into text and back.

#include "common/error.hpp"
#include "common/status.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

/// There is no such source; becomes `org.av1encd.NotFound`.
class NotFound : public Error {
public:
    using Error::Error;
};
/// It cannot be done now, with the reason; becomes `org.av1encd.Refused`.
class Refused : public Error {
public:
    using Error::Error;
};

/// Who asks, for the texts of holds and the journal: "root", "anna".
struct Caller {
    std::string user;
};

struct PauseRequest {
    std::string reason;
    std::optional<std::chrono::seconds> duration;
    bool drain = false;
};

struct ConfigReport {
    std::string yaml;                    ///< the configuration in force
    std::string share_root;              ///< bytes
    std::vector<std::string> extensions; ///< of sources: lower case, without the dot
};

/// Ends with its destruction.
class Subscription {
public:
    virtual ~Subscription() = default;
};

class Steering {
public:
    virtual ~Steering() = default;

    /// Computed when asked, never waits for disk or share.
    virtual Status status() = 0;
    /// `state` one of the words of `list`, or empty: all. Throws Refused for another word.
    virtual Awaitable<std::vector<JobStatus>> list(std::string state) = 0;
    virtual Awaitable<JobDetailStatus> show(std::string source) = 0;
    /// Calls `hear` for every event from now on; of one source where it is not empty.
    virtual std::unique_ptr<Subscription>
    subscribe(std::string source, std::function<void(const EventStatus&)> hear) = 0;
    /// Until something may have changed that no event tells of, as how many sources wait.
    virtual Awaitable<void> changed() = 0;
    virtual Awaitable<void> pause(PauseRequest request, Caller caller) = 0;
    /// The reasons of the holds that remain.
    virtual Awaitable<std::vector<std::string>> resume(Caller caller) = 0;
    virtual Awaitable<void> cancel(std::string source, Caller caller) = 0;
    virtual Awaitable<void> retry(std::string source, Caller caller) = 0;
    virtual Awaitable<void> adopt(Caller caller) = 0;
    /// `since` in seconds since the epoch.
    virtual Awaitable<std::vector<HistoryStatus>>
    history(std::optional<std::chrono::sys_seconds> since) = 0;
    /// Throws Refused with every complaint, one a line; nothing changed then.
    virtual void reload(Caller caller) = 0;
    virtual ConfigReport config() const = 0;
    virtual std::string version() const = 0;
};

} // namespace av1encd
