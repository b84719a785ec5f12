#pragma once
// The service manager's end of sd_notify: a socket of the test's own.

#include "common/unique_fd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

namespace av1encd {

class NotifySocket {
public:
    explicit NotifySocket(std::filesystem::path path)
        : path_(std::move(path)),
          socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.native().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(
            ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    const std::filesystem::path& path() const { return path_; }

    /// Every message so far, in their order; those that come within `wait` too.
    const std::vector<std::string>& heard(int wait_milliseconds = 0) {
        pollfd readable{socket_.get(), POLLIN, 0};
        std::array<char, 4096> text{};
        while (::poll(&readable, 1, wait_milliseconds) > 0) {
            const auto bytes = ::recv(socket_.get(), text.data(), text.size(), 0);
            if (bytes < 0)
                break;
            heard_.emplace_back(text.data(), static_cast<std::size_t>(bytes));
            wait_milliseconds = 0;
        }
        return heard_;
    }

private:
    std::filesystem::path path_;
    UniqueFd socket_;
    std::vector<std::string> heard_;
};

} // namespace av1encd
