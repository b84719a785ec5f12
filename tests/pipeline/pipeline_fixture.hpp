#pragma once
// A whole pipeline over the fakes, driven by hand: settle() runs the loop until nothing more
// happens, pass() lets time go by.

#include "daemon/pipeline/context.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/share_gate.hpp"
#include "tests/pipeline/fake_clock.hpp"
#include "tests/pipeline/fake_ledger.hpp"
#include "tests/pipeline/fake_machine.hpp"
#include "tests/pipeline/fake_processes.hpp"
#include "tests/pipeline/fake_share.hpp"
#include "tests/pipeline/fake_work_dir.hpp"
#include "tests/pipeline/recorded_events.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace av1encd::test {

class PipelineTest : public testing::Test {
protected:
    ~PipelineTest() override { end(); }

    /// Runs what can be run without time going by.
    void settle();
    void pass(std::chrono::milliseconds time);
    /// Starts a coroutine that lives until the end of the test.
    void start(Awaitable<void> coroutine) { scope.start(std::move(coroutine)); }
    /// As the pipeline does it: on the loop.
    void cancel(CoroutineScope& which);
    /// Cancels what was started; called by tests that own what the coroutines use.
    void end();

    boost::asio::io_context io;
    boost::asio::any_io_executor executor = io.get_executor();
    Config config;
    FakeShare share{executor};
    FakeLedger ledger;
    FakeProcesses processes{executor};
    FakeWorkDir work_dir;
    FakeMachine machine;
    FakeClock clock{executor};
    FakeMemoryPressure memory{executor};
    RecordedEvents events;
    Pauser pauser{executor, config.pause, processes, memory, ledger, clock, events};
    Slots slots{executor, pauser, 2};
    DiskHold disk{pauser, work_dir, share, clock};
    Tally tally;
    Places transfers{executor, 2, [] { return true; }};
    Context context{executor, config,  share, ledger,    processes,
                    work_dir, machine, clock, events,    pauser,
                    slots,    disk,    tally, transfers, {{"ffmpeg", "5.1"}}};
    CoroutineScope scope{executor,
                         [](std::exception_ptr failure) { std::rethrow_exception(failure); }};
};

} // namespace av1encd::test
