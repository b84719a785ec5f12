#include "tests/control/bus_fixture.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <future>

namespace av1encd {

namespace {

constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";
constexpr const char* objects_interface = "org.freedesktop.DBus.ObjectManager";
constexpr const char* manager_interface = "org.av1encd.Manager1";

std::string text_of(const std::string& name, const sdbus::Variant& value) {
    if (name == "State")
        return value.get<std::string>();
    if (name == "Progress")
        return fmt::format("{:.2f}", value.get<double>());
    if (name == "ActiveJobs" || name == "WaitingSources")
        return fmt::format("{}", value.get<std::uint64_t>());
    return "...";
}

} // namespace

void SaidEvents::publish(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (event.severity != Severity::debug)
        said_.push_back(event.message);
}

std::vector<std::string> SaidEvents::said() const {
    const std::lock_guard lock(mutex_);
    return said_;
}

TestBusService::TestBusService()
    : service_(std::make_unique<DbusService>(io_.get_executor(), steering, clock_, events)),
      stopping_(io_.get_executor()),
      thread_([this] { io_.run(); }) {}

TestBusService::~TestBusService() {
    in_loop([this] { stopping_.start(service_->stop()); });
    thread_.join();
    steering.changes.reset(); // it needs the loop
}

void TestBusService::in_loop(const std::function<void()>& task) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
        task();
        done.set_value();
    });
    done.get_future().wait();
}

std::vector<std::string> TestBusService::calls() {
    std::vector<std::string> calls;
    in_loop([&] {
        for (const auto& call : steering.calls)
            if (!call.starts_with("list "))
                calls.push_back(call);
    });
    return calls;
}

void TestBusService::publish(const EventStatus& event) {
    in_loop([&] { steering.publish(event); });
}

void TestBusService::now(const std::function<void(FakeSteering&)>& change) {
    in_loop([&] {
        change(steering);
        if (steering.changes)
            steering.changes->notify_all();
    });
}

BusClient::BusClient()
    : connection_(sdbus::createSystemBusConnection()),
      manager_(dbus::proxy(*connection_, "org.av1encd", manager_path)),
      bus_(dbus::proxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus")) {
    manager_->uponSignal("JobFinished")
        .onInterface(manager_interface)
        .call([this](const std::string& source, const std::string& state) {
            note(fmt::format("JobFinished {} {}", source, state));
        });
    manager_->uponSignal("InterfacesAdded")
        .onInterface(objects_interface)
        .call([this](const sdbus::ObjectPath& path, const std::map<std::string, Properties>&) {
            note("added " + path);
        });
    manager_->uponSignal("InterfacesRemoved")
        .onInterface(objects_interface)
        .call([this](const sdbus::ObjectPath& path, const std::vector<std::string>&) {
            note("removed " + path);
        });
    manager_->uponSignal("PropertiesChanged")
        .onInterface(properties_interface)
        .call([this](const std::string&, const Properties& changed,
                     const std::vector<std::string>&) { note_changes("changed ", changed); });
    dbus::finish_registration(*manager_);
    connection_->enterEventLoopAsync();
}

BusClient::~BusClient() {
    connection_->leaveEventLoop();
}

void BusClient::watch_job(const std::string& path) {
    auto job = dbus::proxy(*connection_, "org.av1encd", path.c_str());
    job->uponSignal("PropertiesChanged")
        .onInterface(properties_interface)
        .call([this, path](const std::string&, const Properties& changed,
                           const std::vector<std::string>&) {
            note_changes("changed " + path + " ", changed);
        });
    dbus::finish_registration(*job);
    jobs_.push_back(std::move(job));
}

DbusJobs BusClient::list_jobs() {
    DbusJobs jobs;
    manager_->callMethod("ListJobs").onInterface(manager_interface).storeResultsTo(jobs);
    return jobs;
}

BusClient::Properties BusClient::all_properties() {
    Properties properties;
    manager_->callMethod("GetAll")
        .onInterface(properties_interface)
        .withArguments(std::string(manager_interface))
        .storeResultsTo(properties);
    return properties;
}

std::string BusClient::introspect(const std::string& path) {
    std::string description;
    dbus::proxy(*connection_, "org.av1encd", path.c_str())
        ->callMethod("Introspect")
        .onInterface("org.freedesktop.DBus.Introspectable")
        .storeResultsTo(description);
    return description;
}

BusClient::Objects BusClient::objects() {
    Objects objects;
    manager_->callMethod("GetManagedObjects")
        .onInterface(objects_interface)
        .storeResultsTo(objects);
    return objects;
}

bool BusClient::has_name(const std::string& name) {
    bool owned = false;
    bus_->callMethod("NameHasOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .storeResultsTo(owned);
    return owned;
}

std::vector<std::string> BusClient::signals() {
    const std::lock_guard lock(mutex_);
    return std::exchange(signals_, {});
}

void BusClient::note(std::string signal) {
    const std::lock_guard lock(mutex_);
    signals_.push_back(std::move(signal));
}

void BusClient::note_changes(const std::string& prefix, const Properties& changed) {
    const std::lock_guard lock(mutex_);
    for (const auto& [property, value] : changed)
        signals_.push_back(fmt::format("{}{}={}", prefix, std::string(property),
                                       text_of(std::string(property), value)));
}

void BusFixture::SetUp() {
    if (!PrivateBus::is_available())
        GTEST_SKIP() << "dbus-daemon is not installed";
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address().c_str(), 1);
}

void BusFixture::serve() {
    bus.start();
    service = std::make_unique<TestBusService>();
    ASSERT_TRUE(eventually([&] { return is_served(); }));
}

bool BusFixture::is_served() {
    return BusClient().has_name("org.av1encd");
}

void ServedBusFixture::SetUp() {
    BusFixture::SetUp();
    if (IsSkipped())
        return;
    serve();
    client = std::make_unique<BusClient>();
}

} // namespace av1encd
