#pragma once
// DbusService over a fake daemon, on a bus of the test's own, in a thread of its own; and clients.

#include "daemon/control/dbus_compat.hpp"
#include "daemon/control/dbus_objects.hpp"
#include "daemon/control/dbus_service.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/system/system_clock.hpp"
#include "tests/control/fake_steering.hpp"
#include "tests/support/private_bus.hpp"
#include "tests/support/waiting.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace av1encd {

/// What the service has to say.
class SaidEvents final : public Events {
public:
    void publish(const Event& event) override;
    /// Without what is for debugging.
    std::vector<std::string> said() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> said_;
};

/// Ends by stopping the service and letting the loop run empty.
class TestBusService {
public:
    TestBusService();
    ~TestBusService();
    TestBusService(const TestBusService&) = delete;
    TestBusService& operator=(const TestBusService&) = delete;

    /// Runs it in the loop's thread and waits for its end.
    void in_loop(const std::function<void()>& task);
    /// What was asked of the daemon, lists left out.
    std::vector<std::string> calls();
    void publish(const EventStatus& event);
    /// Changes what the daemon shows, and says so.
    void now(const std::function<void(FakeSteering&)>& change);

    FakeSteering steering; ///< to be touched in the loop only
    SaidEvents events;

private:
    boost::asio::io_context io_;
    SystemClock clock_{io_.get_executor()};
    std::unique_ptr<DbusService> service_;
    CoroutineScope stopping_;
    std::thread thread_;
};

/// A connection with a loop of its own. Calls block; signals are written down.
class BusClient {
public:
    using Properties = std::map<std::string, sdbus::Variant>;
    using Objects =
        std::map<sdbus::ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>>;

    BusClient();
    ~BusClient();
    BusClient(const BusClient&) = delete;
    BusClient& operator=(const BusClient&) = delete;

    std::string name() const { return connection_->getUniqueName(); }
    sdbus::IConnection& connection() { return *connection_; }
    /// Calls a method of Manager1; the name of the error and its text, empty where it succeeded.
    template <typename... Arguments>
    std::string call(const char* method, const Arguments&... arguments) {
        try {
            manager_->callMethod(method)
                .onInterface("org.av1encd.Manager1")
                .withArguments(arguments...);
            return "";
        } catch (const sdbus::Error& error) {
            return error.getName() + ": " + error.getMessage();
        }
    }
    DbusJobs list_jobs();
    template <typename T>
    T property(const char* name) {
        return manager_->getProperty(name).onInterface("org.av1encd.Manager1").template get<T>();
    }
    Properties all_properties();
    std::string introspect(const std::string& path);
    Objects objects();
    bool has_name(const std::string& name);

    /// "JobFinished a.mp4 done", "changed State=paused", "added /path", "removed /path",
    /// "changed /path Progress=0.5"; as they came since the last call.
    std::vector<std::string> signals();
    /// Of the object at `path` too from now on.
    void watch_job(const std::string& path);

private:
    void note(std::string signal);
    void note_changes(const std::string& prefix, const Properties& changed);

    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::vector<std::unique_ptr<sdbus::IProxy>> jobs_;
    std::mutex mutex_;
    std::vector<std::string> signals_;
};

/// Has a bus, and the service on it.
class BusFixture : public testing::Test {
protected:
    void SetUp() override;
    /// Begins the service and waits for its name.
    void serve();
    bool is_served();

    PrivateBus bus;
    std::unique_ptr<TestBusService> service;
};

/// That, and a client.
class ServedBusFixture : public BusFixture {
protected:
    void SetUp() override;

    std::unique_ptr<BusClient> client;
};

} // namespace av1encd
