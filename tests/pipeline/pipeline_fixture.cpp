#include "tests/pipeline/pipeline_fixture.hpp"

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

void PipelineTest::end() {
    scope.cancel();
    settle();
}

} // namespace av1encd::test
