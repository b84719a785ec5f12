#include "tests/pipeline/pipeline_fixture.hpp"

#include <boost/asio/post.hpp>

namespace av1encd::test {

void PipelineTest::settle() {
    io.restart();
    io.poll();
}

void PipelineTest::pass(std::chrono::milliseconds time) {
    settle();
    clock.pass(time);
    settle();
}

void PipelineTest::cancel(CoroutineScope& which) {
    boost::asio::post(executor, [&which] { which.cancel(); });
    settle();
}

void PipelineTest::end() {
    cancel(scope);
}

} // namespace av1encd::test
