#include "daemon/system/memory_pressure.hpp"

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

// systemd's default for its own services (MemoryPressureThresholdSec=). Without CAP_SYS_RESOURCE
// the kernel takes only windows that are a multiple of 2 s.
constexpr std::chrono::microseconds threshold = 200ms;
constexpr std::chrono::microseconds window = 2s;

/// Empty where the kernel will not tell.
UniqueFd set_trigger(const std::filesystem::path& file) {
    UniqueFd trigger(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!trigger)
        return {};
    const auto wish = fmt::format("some {} {}", threshold.count(), window.count());
    // The kernel takes the final NUL for a part of it.
    if (::write(trigger.get(), wish.c_str(), wish.size() + 1) < 0)
        return {};
    return trigger;
}

} // namespace

PressureFile::PressureFile(asio::any_io_executor executor, std::filesystem::path file,
                           std::chrono::milliseconds between_looks)
    : executor_(std::move(executor)),
      file_(std::move(file)),
      between_looks_(between_looks) {}

Awaitable<void> PressureFile::until_short() {
    auto trigger = set_trigger(file_);
    if (trigger)
        co_await until_told(trigger.release());
    else
        co_await until_seen();
}

Awaitable<void> PressureFile::until_told(int trigger) {
    // The kernel says it by POLLPRI.
    asio::posix::stream_descriptor descriptor(executor_, trigger);
    co_await descriptor.async_wait(asio::posix::descriptor_base::wait_error, asio::use_awaitable);
}

Awaitable<void> PressureFile::until_seen() {
    auto before = waited();
    asio::steady_timer timer(executor_);
    for (;;) {
        timer.expires_at(before ? std::chrono::steady_clock::now() + between_looks_
                                : asio::steady_timer::time_point::max());
        co_await timer.async_wait(asio::use_awaitable);
        const auto now = waited();
        if (!now)
            continue;
        if ((*now - *before) * window.count() >= between_looks_ * threshold.count())
            co_return;
        before = now;
    }
}

std::optional<std::chrono::microseconds> PressureFile::waited() const {
    std::ifstream file(file_);
    std::string line;
    std::getline(file, line);
    constexpr std::string_view key = "total=";
    const auto at = line.find(key);
    if (!line.starts_with("some ") || at == line.npos)
        return std::nullopt;
    std::int64_t microseconds = 0;
    std::from_chars(line.data() + at + key.size(), line.data() + line.size(), microseconds);
    return std::chrono::microseconds(microseconds);
}

std::optional<std::string> PressureFile::why_silent() const {
    if (waited())
        return std::nullopt;
    // Where it is switched off (psi=0) the file is there and cannot be opened.
    const UniqueFd file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
    const int reason = file ? EINVAL : errno;
    return fmt::format("{}: {}", file_.native(), std::string(std::strerror(reason)));
}

} // namespace av1encd
