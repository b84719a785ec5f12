#pragma once
// The objects on the bus: /org/av1encd, and one below it for each active job.

#include "common/status.hpp"
#include "daemon/control/dbus_calls.hpp"

#include <job1_adaptor.hpp>
#include <manager1_adaptor.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace av1encd {

inline constexpr const char* manager_path = "/org/av1encd";

/// An active job as it is shown.
struct DbusJobView {
    unsigned number = 0;
    std::string source; ///< text of dbus_source()
    std::string state;
    std::map<int, double> fractions; ///< of each rendition, by CRF
    double progress() const;
    std::string path() const;
};

/// What the object of the daemon asks for.
class ManagerDoor {
public:
    virtual ~ManagerDoor() = default;
    virtual Status status() = 0;
    virtual void change(const sdbus::Message& call, sdbus::Result<>&& result,
                        DbusCalls::Work work) = 0;
    virtual void list(sdbus::Result<DbusJobs>&& result) = 0;
};

class ManagerObject final : public sdbus::AdaptorInterfaces<org::av1encd::Manager1_adaptor,
                                                            sdbus::ObjectManager_adaptor> {
public:
    /// Both outlive it. Throws sdbus::Error.
    ManagerObject(sdbus::IConnection& connection, ManagerDoor& door);
    ~ManagerObject();
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;

    void tell_changed(const std::vector<std::string>& properties);

private:
    using Hold = sdbus::Struct<std::string, std::string, std::string, std::string>;

    void Pause(sdbus::Result<>&& result, std::string reason, uint64_t seconds) override;
    void Resume(sdbus::Result<>&& result) override;
    void ListJobs(sdbus::Result<DbusJobs>&& result) override;
    void Retry(sdbus::Result<>&& result, std::string source) override;
    void Cancel(sdbus::Result<>&& result, std::string source) override;
    void Reload(sdbus::Result<>&& result) override;
    std::string Version() override;
    std::string Machine() override;
    std::string State() override;
    std::vector<Hold> Holds() override;
    uint64_t ActiveJobs() override;
    uint64_t WaitingSources() override;

    void change(sdbus::Result<>&& result, DbusCalls::Work work);

    ManagerDoor& door_;
};

class JobObject final
    : public sdbus::AdaptorInterfaces<org::av1encd::Job1_adaptor, sdbus::ManagedObject_adaptor> {
public:
    /// Both outlive it. Throws sdbus::Error.
    JobObject(sdbus::IConnection& connection, const DbusJobView& job);
    ~JobObject();
    JobObject(const JobObject&) = delete;
    JobObject& operator=(const JobObject&) = delete;

    void tell_changed(const std::vector<std::string>& properties);

private:
    std::string Source() override { return job_.source; }
    std::string State() override { return job_.state; }
    double Progress() override { return job_.progress(); }

    const DbusJobView& job_;
};

} // namespace av1encd
