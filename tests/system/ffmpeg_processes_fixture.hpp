#pragma once
// FfmpegProcesses whose programs are a stand-in that behaves as its arguments say.

#include "daemon/system/ffmpeg_processes.hpp"

#include "tests/support/awaited.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace av1encd {

class FfmpegProcessesTest : public testing::Test {
protected:
    static inline const std::filesystem::path stand_in = AV1ENCD_STAND_IN;

    static ProcessRequest request(std::vector<std::string> arguments) {
        ProcessRequest request;
        request.command.arguments = std::move(arguments);
        request.priority = {0, IoClass::none, CpuPolicy::other};
        return request;
    }

    ProcessOutcome run(ProcessRequest request) {
        request.on_stdout = [this](std::string_view text) { out_ += text; };
        return awaited(loop_, processes_.run(std::move(request)));
    }

    /// Runs until stdout holds `text`, then calls `act`; what the run threw.
    template <typename Act>
    std::exception_ptr run_until_said(ProcessRequest request, const std::string& text, Act act) {
        boost::asio::cancellation_signal cancellation;
        std::exception_ptr failure;
        request.on_stdout = [&](std::string_view piece) {
            out_ += piece;
            if (out_.find(text) != out_.npos)
                boost::asio::post(loop_, [&] { act(cancellation); });
        };
        boost::asio::co_spawn(
            loop_, processes_.run(std::move(request)),
            boost::asio::bind_cancellation_slot(
                cancellation.slot(), [&](std::exception_ptr error, ProcessOutcome outcome) {
                    failure = error;
                    outcome_ = std::move(outcome);
                }));
        loop_.restart();
        loop_.run();
        return failure;
    }

    static void cancel(boost::asio::cancellation_signal& cancellation) {
        cancellation.emit(boost::asio::cancellation_type::terminal);
    }

    static void expect_aborted(const std::exception_ptr& failure) {
        ASSERT_TRUE(failure);
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            EXPECT_EQ(error.code(), boost::asio::error::operation_aborted);
        }
    }

    /// Children with until= go on.
    void let_go() const { std::ofstream file(go_); }

    static char state_of(pid_t pid) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const auto name_end = text.rfind(')');
        return name_end == text.npos ? 'X' : text.at(name_end + 2);
    }
    Awaitable<void> state_becomes(pid_t pid, char state) {
        while (state_of(pid) != state) {
            boost::asio::steady_timer pause(loop_, std::chrono::milliseconds(1));
            co_await pause.async_wait(boost::asio::use_awaitable);
        }
    }

    static Patience short_patience() {
        Patience patience;
        patience.pipes = std::chrono::milliseconds(50);
        patience.between_looks = std::chrono::milliseconds(10);
        return patience;
    }

    TemporaryFolder folder_;
    std::filesystem::path go_ = folder_.path() / "go";
    boost::asio::io_context loop_;
    FfmpegProcesses processes_{loop_.get_executor(), {stand_in, stand_in}, short_patience()};
    std::string out_;
    ProcessOutcome outcome_;
};

} // namespace av1encd
