#pragma once
// A share in a folder of the test's own, and the av1encd-share processes of its clients.

#include "daemon/system/share_client.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace av1encd {

class ShareClientTest : public ::testing::Test {
protected:
    /// Children of this process, those that have ended but are not reaped included.
    static std::vector<pid_t> children() {
        std::vector<pid_t> found;
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "stat");
            std::string stat;
            if (!std::getline(file, stat))
                continue;
            int parent = 0;
            if (std::sscanf(stat.c_str() + stat.rfind(')') + 1, " %*c %d", &parent) == 1 &&
                parent == ::getpid())
                found.push_back(std::stoi(entry.path().filename()));
        }
        return found;
    }

    static pid_t only_child() {
        const auto all = children();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? -1 : all.front();
    }

    ShareClientOptions options(std::string machine = "m1") const {
        ShareClientOptions options;
        options.helper = AV1ENCD_SHARE;
        options.root = root();
        options.output = root() / "output";
        options.machine = std::move(machine);
        options.extensions = {"mp4"};
        // Longer than any machine is busy; tests of hanging have theirs.
        options.deadlines.names = std::chrono::seconds(30);
        options.deadlines.scan_batch = std::chrono::seconds(30);
        options.deadlines.transfer_step = std::chrono::seconds(30);
        return options;
    }
    std::filesystem::path root() const { return folder_.path() / "share"; }

    /// The coroutine's result. Whatever else the loop has to do may be left undone.
    template <typename T>
    T result(Awaitable<T> call) {
        std::optional<T> value;
        std::exception_ptr failure;
        boost::asio::co_spawn(loop_, std::move(call), [&](std::exception_ptr error, T got) {
            failure = error;
            value = std::move(got);
        });
        loop_.restart();
        while (!value)
            loop_.run_one();
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*value);
    }
    void finish(Awaitable<void> call) {
        result([](Awaitable<void> it) -> Awaitable<int> {
            co_await std::move(it);
            co_return 0;
        }(std::move(call)));
    }
    template <typename T>
    std::string why_unavailable(Awaitable<T> call) {
        try {
            result(std::move(call));
        } catch (const ShareUnavailable& reason) {
            return reason.what();
        }
        return "(available)";
    }

    std::string write(const std::filesystem::path& name, std::string_view text) const {
        return folder_.write("share" / name, text).string();
    }
    std::string read(const std::filesystem::path& name) const {
        return folder_.read("share" / name);
    }
    std::filesystem::path work(const char* name) const { return folder_.path() / name; }

    TemporaryFolder folder_;
    bool made_ = std::filesystem::create_directory(folder_.path() / "share");
    boost::asio::io_context loop_;
    const std::string large_ = std::string(40'000'000, 'v');
};

} // namespace av1encd
