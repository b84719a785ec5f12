#include "daemon/share_helper/share_session.hpp"

#include "tests/share_helper/requests_fixture.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <thread>

namespace av1encd {
namespace {

/// A session on a thread of its own, and the daemon's end of its socket.
class ShareSession : public RequestsTest {
protected:
    ShareSession() {
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()), 0);
        session_ = std::thread([this] { serve_share(ends_[1], {no_mount_tables(), {}}); });
    }
    ~ShareSession() override { close(); }

    void close() {
        if (!session_.joinable())
            return;
        ::close(ends_[0]);
        session_.join();
        ::close(ends_[1]);
    }
    void send(std::uint64_t number, ShareRequest request) const {
        const auto text = encode(Numbered<ShareRequest>{number, std::move(request)});
        ASSERT_EQ(::send(ends_[0], text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    }
    Numbered<ShareAnswer> receive() const {
        std::string text(max_share_message_bytes, '\0');
        const auto bytes = ::recv(ends_[0], text.data(), text.size(), 0);
        return decode_share_answer(text.substr(0, static_cast<std::size_t>(bytes)));
    }
    ShareAnswer ask(std::uint64_t number, ShareRequest request) const {
        send(number, std::move(request));
        const auto answer = receive();
        EXPECT_EQ(answer.number, number);
        return answer.body;
    }
    void scan(std::uint64_t number) const {
        EXPECT_TRUE(std::holds_alternative<FilesFound>(ask(number, ScanSources{{"mp4"}})));
        EXPECT_EQ(receive(), (Numbered<ShareAnswer>{number, Finished{}}));
    }

    std::array<int, 2> ends_{};
    std::thread session_;
};

TEST_F(ShareSession, AnswersCarryTheNumberOfTheirRequest) {
    as<TreeOpened>(ask(7, tree()));
    as<SpaceMeasured>(ask(9, MeasureSpace{}));
}

TEST_F(ShareSession, ItEndsWithTheSocket) {
    as<TreeOpened>(ask(1, tree()));
    close();
    EXPECT_FALSE(session_.joinable());
}

TEST_F(ShareSession, WithoutAScanEverythingIsNews) {
    as<TreeOpened>(ask(1, tree()));
    as<SourcesChanged>(ask(2, WatchSources{}));
}

TEST_F(ShareSession, AChangeSinceTheScanIsTold) {
    as<TreeOpened>(ask(1, tree()));
    scan(2);
    write("jobs/to_assign/a.mp4", "");
    as<SourcesChanged>(ask(3, WatchSources{}));
}

TEST_F(ShareSession, AChangeWhileItWatchesIsTold) {
    as<TreeOpened>(ask(1, tree()));
    write("jobs/to_assign/deep/folder/a.mp4", "");
    scan(2);
    send(3, WatchSources{});
    std::filesystem::remove(jobs("to_assign/deep/folder/a.mp4"));
    EXPECT_EQ(receive(), (Numbered<ShareAnswer>{3, SourcesChanged{}}));
}

TEST_F(ShareSession, ARequestEndsTheWatch) {
    as<TreeOpened>(ask(1, tree()));
    scan(2);
    send(3, WatchSources{});
    send(4, MeasureSpace{});
    EXPECT_EQ(receive(), (Numbered<ShareAnswer>{3, SourcesChanged{}}));
    EXPECT_EQ(receive().number, 4U);
}

TEST_F(ShareSession, AFileComesAsADescriptor) {
    as<TreeOpened>(ask(1, tree()));
    const auto file = local_file("rendition");
    auto text = encode(Numbered<ShareRequest>{2, PublishFile{{TreePlace::output, "a.mp4"}}});
    iovec part{text.data(), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = file.get();
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    ASSERT_GT(::sendmsg(ends_[0], &message, 0), 0);
    auto answer = receive();
    while (std::holds_alternative<TransferProgressed>(answer.body))
        answer = receive();
    EXPECT_EQ(as<FileCopied>(answer.body).copy, Copy::copied);
    EXPECT_EQ(read("output/a.mp4"), "rendition");
}

} // namespace
} // namespace av1encd
