#include "daemon/pipeline/worker_count.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

namespace av1encd::test {
namespace {

constexpr std::uint64_t small_picture = 320 * 240;
constexpr std::uint64_t large_picture = 4 * small_picture;
constexpr std::uint64_t gib = 1ULL << 30; // the fake machine has eight of them free

class WorkerCountTest : public PipelineTest {
protected:
    WorkerCountTest() {
        machine.core_count = 16;
        config.encode.encoder = Encoder::libaom_av1;
        seen(small_picture, gib);
    }
    ~WorkerCountTest() override { end(); }

    void seen(std::uint64_t pixels, std::uint64_t peak) {
        context.encoder_record.add({Encoder::libaom_av1, 6, 24},
                                   {1, static_cast<double>(pixels), 1, peak});
    }
    void encode(std::uint64_t pixels) {
        start([](WorkerCountTest& test, std::uint64_t its_pixels) -> Awaitable<void> {
            const WaitingSegment of_no_urgency;
            auto lease = co_await test.slots.take([=] { return of_no_urgency; });
            SlotWork work;
            work.picture_pixels = its_pixels;
            lease.begin(work);
            Notifier for_ever(test.executor);
            co_await for_ever.wait();
        }(*this, pixels));
        settle();
    }
};

TEST_F(WorkerCountTest, IsTheConfiguredOne) {
    config.workers = 5;
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 5);
}

TEST_F(WorkerCountTest, IsWhatTheCoresCarryWhereMemoryIsPlenty) {
    machine.core_count = 4;
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 4);
}

TEST_F(WorkerCountTest, IsWhatTheMemoryCarriesBesideThoseThatRun) {
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 8);
    encode(small_picture);
    encode(small_picture);
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 10);
}

TEST_F(WorkerCountTest, GoesByTheLargestPictureThatIsBeingEncoded) {
    encode(large_picture);
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 1 + 2); // four times the picture, four times the memory
}

TEST_F(WorkerCountTest, IsThatOfTheConfiguredEncoderWhateverStoodInForIt) {
    config.encode.encoder = Encoder::libsvtav1;
    machine.core_count = 4;
    follow_workers(context, small_picture);
    EXPECT_EQ(slots.count(), 2);
}

} // namespace
} // namespace av1encd::test
