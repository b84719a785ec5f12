#include "tests/control/fake_polkit.hpp"

#include "daemon/control/dbus_compat.hpp"

#include <fmt/format.h>

namespace av1encd {

namespace {

using Details = std::map<std::string, std::string>;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using Verdict = sdbus::Struct<bool, bool, Details>;

} // namespace

class FakePolkit::Authority final
    : public sdbus::AdaptorInterfaces<org::freedesktop::PolicyKit1::Authority_adaptor> {
public:
    Authority(sdbus::IConnection& connection, Says says)
        : AdaptorInterfaces(connection, sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority")),
          says_(says) {
        registerAdaptor();
    }
    ~Authority() { unregisterAdaptor(); }

    std::vector<std::string> questions() const {
        const std::lock_guard lock(mutex_);
        return questions_;
    }

private:
    void CheckAuthorization(sdbus::Result<Verdict>&& result, Subject subject, std::string action,
                            Details /*details*/, uint32_t flags,
                            std::string /*cancellation*/) override {
        const std::lock_guard lock(mutex_);
        questions_.push_back(fmt::format("{} for {} {}, flags {}", action, std::get<0>(subject),
                                         std::get<1>(subject).at("name").get<std::string>(),
                                         flags));
        if (says_ == Says::failure)
            result.returnError(dbus::error("org.freedesktop.PolicyKit1.Error.Failed", "no idea"));
        else if (says_ == Says::nothing)
            unanswered_.push_back(std::move(result));
        else
            result.returnResults(Verdict{says_ == Says::yes, says_ == Says::by_password, {}});
    }

    const Says says_;
    mutable std::mutex mutex_;
    std::vector<std::string> questions_;
    std::vector<sdbus::Result<Verdict>> unanswered_;
};

FakePolkit::FakePolkit(Says says)
    : connection_(sdbus::createSystemBusConnection()),
      authority_(std::make_unique<Authority>(*connection_, says)) {
    dbus::request_name(*connection_, "org.freedesktop.PolicyKit1");
    connection_->enterEventLoopAsync();
}

FakePolkit::~FakePolkit() {
    connection_->leaveEventLoop();
}

std::vector<std::string> FakePolkit::questions() const {
    return authority_->questions();
}

} // namespace av1encd
