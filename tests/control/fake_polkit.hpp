#pragma once
// A polkit that says what a test tells it to, and writes down what it was asked.

#include <polkit_adaptor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace av1encd {

class FakePolkit {
public:
    enum class Says { yes, no, by_password, nothing, failure };

    /// On the bus of the environment until it is destroyed.
    explicit FakePolkit(Says says);
    ~FakePolkit();
    FakePolkit(const FakePolkit&) = delete;
    FakePolkit& operator=(const FakePolkit&) = delete;

    /// "ACTION for KIND SENDER, flags N", each.
    std::vector<std::string> questions() const;

private:
    class Authority;

    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<Authority> authority_;
};

} // namespace av1encd
