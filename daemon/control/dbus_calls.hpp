#pragma once
// The calls that came over one connection to the bus and wait for their reply. Changes are done
// once the caller is known to be allowed. What has begun goes on where the connection is lost; only
// its reply is dropped.

#include "daemon/control/dbus_authority.hpp"
#include "daemon/control/dbus_compat.hpp"
#include "daemon/control/steering.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

/// Source, state, progress, error, object.
using DbusJob = sdbus::Struct<std::string, std::string, double, std::string, sdbus::ObjectPath>;
using DbusJobs = std::vector<DbusJob>;

/// Only valid UTF-8 leaves in it.
sdbus::Error dbus_error(std::string_view name, std::string_view text);

class DbusCalls {
public:
    using Work = std::function<Awaitable<void>(Steering&, Caller)>;
    using List = std::function<Awaitable<DbusJobs>()>;

    /// What runs is in `scope`, which lasts longer than the connection. `sent` is called after
    /// every message that does not answer from within a call.
    DbusCalls(sdbus::IConnection& connection, Steering& steering, CoroutineScope& scope,
              std::function<void()> sent);
    ~DbusCalls();

    void change(const sdbus::Message& call, sdbus::Result<>&& result, Work work);
    void list(sdbus::Result<DbusJobs>&& result, List list);

private:
    struct Waiting;
    template <typename... Results>
    struct WaitingFor;
    using Change = WaitingFor<>;
    using Listing = WaitingFor<DbusJobs>;

    template <typename... Results>
    std::shared_ptr<WaitingFor<Results...>> enter(sdbus::Result<Results...>&& result);
    void permitted(const std::weak_ptr<Change>& change, const Work& work,
                   const Permission& permission);
    // They outlive this object: what they need of it is in the waiting call, while there is one.
    static Awaitable<void> run(std::weak_ptr<Change> change, Steering& steering, Work work,
                               Caller caller);
    static Awaitable<void> run(std::weak_ptr<Listing> listing, List list);
    template <typename... Results>
    static void answer(const std::weak_ptr<WaitingFor<Results...>>& call,
                       const std::exception_ptr& failure, const Results&... results);

    Steering& steering_;
    CoroutineScope& scope_;
    std::function<void()> sent_;
    std::set<std::shared_ptr<Waiting>> waiting_;
    DbusAuthority authority_;
};

} // namespace av1encd
