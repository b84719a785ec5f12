#pragma once
// A machine as small as told, which runs short of memory when told.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/machine.hpp"
#include "daemon/pipeline/ports/memory_pressure.hpp"

#include <cstdint>
#include <string>

namespace av1encd::test {

class FakeMachine final : public Machine {
public:
    int core_count = 2;

    std::string name() const override { return "m1"; }
    int cores() const override { return core_count; }
    std::uint64_t available_memory_bytes() const override { return 8ULL << 30; }
    std::uint64_t memory_bytes() const override { return 16ULL << 30; }
};

class FakeMemoryPressure final : public MemoryPressure {
public:
    explicit FakeMemoryPressure(const boost::asio::any_io_executor& executor) : short_(executor) {}

    void run_short() { short_.notify_all(); }
    Awaitable<void> until_short() override { co_await short_.wait(); }

private:
    Notifier short_;
};

} // namespace av1encd::test
