#include "daemon/system/memory_pressure.hpp"

#include "common/unique_fd.hpp"
#include "tests/support/awaited.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <fcntl.h>
#include <iterator>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace av1encd {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace asio::experimental::awaitable_operators;

const fs::path kernels_file = "/proc/pressure/memory";

/// What the kernel would say of a machine whose programs waited for memory that long.
std::string said(std::chrono::microseconds waited) {
    return "some avg10=0.00 avg60=0.00 avg300=0.00 total=" + std::to_string(waited.count()) +
           "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
}

class MemoryPressureTest : public testing::Test {
protected:
    MemoryPressureTest() {
        fs::permissions(folder_.path(), fs::perms(0755));
        write(std::chrono::seconds(1000));
        fs::permissions(file_, fs::perms(0444));
    }

    /// In place, and by whoever opened the file first.
    void write(std::chrono::microseconds waited) {
        if (fd_ < 0)
            fd_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        const auto text = said(waited);
        EXPECT_EQ(::pwrite(fd_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    }
    ~MemoryPressureTest() override { ::close(fd_); }

    /// Whether it was told before the time was over.
    bool is_short_within(PressureFile& pressure, std::chrono::milliseconds time) {
        bool is_short = false;
        const auto wait = [&]() -> Awaitable<void> {
            asio::steady_timer timer(loop_, time);
            const auto first =
                co_await (pressure.until_short() || timer.async_wait(asio::use_awaitable));
            is_short = first.index() == 0;
        };
        awaited(loop_, wait());
        return is_short;
    }

    TemporaryFolder folder_;
    fs::path file_ = folder_.path() / "memory";
    int fd_ = -1;
    asio::io_context loop_;
};

TEST_F(MemoryPressureTest, IsSeenInTheFiguresWhereTheKernelDoesNotTell) {
    const OrdinaryUser user;
    PressureFile pressure(loop_.get_executor(), file_, std::chrono::milliseconds(10));
    const auto run_short = [&]() -> Awaitable<void> {
        asio::steady_timer timer(loop_, std::chrono::milliseconds(30));
        co_await timer.async_wait(asio::use_awaitable);
        write(std::chrono::seconds(1001));
    };
    asio::co_spawn(loop_, run_short(), asio::detached);
    EXPECT_TRUE(is_short_within(pressure, std::chrono::minutes(5)));
}

TEST_F(MemoryPressureTest, IsNoneWhereNobodyWaits) {
    const OrdinaryUser user;
    PressureFile pressure(loop_.get_executor(), file_, std::chrono::milliseconds(1));
    EXPECT_FALSE(is_short_within(pressure, std::chrono::milliseconds(50)));
    EXPECT_EQ(pressure.why_silent(), std::nullopt);
}

TEST_F(MemoryPressureTest, NeverComesAndSaysWhyWhereTheKernelHasNoFigures) {
    const auto nowhere = folder_.path() / "nowhere";
    PressureFile pressure(loop_.get_executor(), nowhere, std::chrono::milliseconds(1));
    EXPECT_FALSE(is_short_within(pressure, std::chrono::milliseconds(20)));
    EXPECT_EQ(pressure.why_silent(), nowhere.native() + ": No such file or directory");
}

/// Threads that want more CPU than there is, while it lives.
class BusyThreads {
public:
    BusyThreads() {
        for (unsigned int i = 0; i < 4 * std::thread::hardware_concurrency(); ++i)
            threads_.emplace_back([this] {
                while (!ended_) {
                }
            });
    }
    ~BusyThreads() {
        ended_ = true;
        for (auto& thread : threads_)
            thread.join();
    }
    BusyThreads(const BusyThreads&) = delete;
    BusyThreads& operator=(const BusyThreads&) = delete;

private:
    std::atomic<bool> ended_ = false;
    std::vector<std::thread> threads_;
};

bool may_set_a_trigger(const fs::path& file) {
    const UniqueFd trigger(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    constexpr std::string_view wish("some 200000 2000000\0", 20);
    return trigger && ::write(trigger.get(), wish.data(), wish.size()) > 0;
}

// A shortage of memory would hurt whoever else is on this machine; one of the CPU is told alike.
TEST_F(MemoryPressureTest, IsToldByTheKernel) {
    const fs::path pressure_of_cpu = "/proc/pressure/cpu";
    if (!may_set_a_trigger(pressure_of_cpu))
        GTEST_SKIP() << "this kernel tells nobody, or root only";
    constexpr std::chrono::hours never_looks(1);
    PressureFile pressure(loop_.get_executor(), pressure_of_cpu, never_looks);
    const BusyThreads busy;
    EXPECT_TRUE(is_short_within(pressure, std::chrono::minutes(5)));
}

TEST_F(MemoryPressureTest, IsAskedOfTheKernelAndTheQuestionIsWithdrawn) {
    if (!fs::exists(kernels_file))
        GTEST_SKIP() << "this kernel keeps no account of pressure";
    PressureFile pressure(loop_.get_executor(), kernels_file);
    EXPECT_EQ(pressure.why_silent(), std::nullopt);
    const auto open_files = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    };
    // Whether it is short of memory is the machine's business. What the loop opens once comes
    // first.
    is_short_within(pressure, std::chrono::milliseconds(10));
    const auto before = open_files();
    is_short_within(pressure, std::chrono::milliseconds(10));
    EXPECT_EQ(open_files(), before);
}

} // namespace
} // namespace av1encd
