#pragma once
// The one thread on which the disk may block: SQLite and the flushing of files. What is handed over
// is done in order, to its end.
//
// Owned by Daemon, before those who use it, and destroyed before the io_context is: the destructor
// waits for what was handed over. Nothing here can be cancelled, so no call stands in `||`.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace av1encd {

class DiskThread {
public:
    DiskThread();
    ~DiskThread();
    DiskThread(const DiskThread&) = delete;
    DiskThread& operator=(const DiskThread&) = delete;

    /// Calls `work` on the thread and resumes the caller on its own executor, with what `work`
    /// returned or threw.
    template <typename Work>
    boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        using Result = std::invoke_result_t<Work&>;
        if constexpr (std::is_void_v<Result>) {
            co_await run_erased(std::move(work));
        } else {
            std::optional<Result> result;
            std::function<void()> keep_result = [&] { result.emplace(work()); };
            co_await run_erased(std::move(keep_result));
            co_return std::move(*result);
        }
    }

    /// Blocks until everything handed over so far is done: for destructors of those who use it.
    void finish();

private:
    boost::asio::awaitable<void> run_erased(std::function<void()> work);

    boost::asio::thread_pool thread_;
};

} // namespace av1encd
