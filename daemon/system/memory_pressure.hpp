#pragma once
// Shortage of memory as the kernel sees it (PSI): programs wait for memory for a tenth of the time.
//
// The kernel is asked to tell. Where it lets only root ask (before Linux 6.5), its figures are read
// every few seconds instead, and only while somebody waits here.

#include "daemon/pipeline/ports/memory_pressure.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace av1encd {

class PressureFile final : public MemoryPressure {
public:
    explicit PressureFile(boost::asio::any_io_executor executor,
                          std::filesystem::path file = "/proc/pressure/memory",
                          std::chrono::milliseconds between_looks = std::chrono::seconds(5));

    Awaitable<void> until_short() override;
    /// Why nothing can be known; nullopt: it can.
    std::optional<std::string> why_silent() const;

private:
    Awaitable<void> until_told(int trigger);
    Awaitable<void> until_seen();
    /// How long some program waited for memory since the machine's start; nullopt: unknown.
    std::optional<std::chrono::microseconds> waited() const;

    boost::asio::any_io_executor executor_;
    std::filesystem::path file_;
    std::chrono::milliseconds between_looks_;
};

} // namespace av1encd
