#include "daemon/control/control_socket.hpp"

#include "tests/control/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

class ControlSocketTest : public testing::Test {
protected:
    std::string refusal_of(const ControlAddress& address) {
        try {
            ControlSocket socket(io.get_executor(), address);
        } catch (const Error& error) {
            return error.what();
        }
        return "no refusal";
    }
    static mode_t mode_of(const fs::path& path) {
        struct stat file {};
        ::stat(path.c_str(), &file);
        return file.st_mode & 07777U;
    }

    TemporaryFolder folder;
    fs::path path = folder.path() / "run/control.sock";
    boost::asio::io_context io;
};

/// A bound socket, as the service manager or a killed daemon leaves one.
int bound_socket(const fs::path& path) {
    const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    ::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return made;
}

TEST_F(ControlSocketTest, MakesItsFolderAndIsForItsGroupOnly) {
    ControlSocket socket(io.get_executor(), path);
    EXPECT_EQ(mode_of(path.parent_path()), 0755U);
    EXPECT_EQ(mode_of(path), 0660U);
    const auto* clients = ::getgrnam("av1encd");
    const bool given_away = clients != nullptr && ::geteuid() == 0;
    EXPECT_EQ(socket.group(), given_away ? clients->gr_gid : ::getegid());
    EXPECT_NO_THROW(TestClient client(path));
}

TEST_F(ControlSocketTest, ReplacesASocketOnWhichNobodyAnswers) {
    fs::create_directory(path.parent_path());
    ::close(bound_socket(path));
    ASSERT_TRUE(fs::is_socket(path));
    ControlSocket socket(io.get_executor(), path);
    EXPECT_NO_THROW(TestClient client(path));
}

TEST_F(ControlSocketTest, LeavesASocketOnWhichAnotherDaemonAnswers) {
    ControlSocket running(io.get_executor(), path);
    EXPECT_EQ(refusal_of(path), "cannot listen on '" + path.native() +
                                    "': another av1encd answers there; stop it or set another "
                                    "control_socket");
    EXPECT_NO_THROW(TestClient client(path));
}

TEST_F(ControlSocketTest, LeavesAFileThatIsNoSocket) {
    fs::create_directory(path.parent_path());
    std::ofstream(path) << "mine";
    EXPECT_EQ(refusal_of(path), "cannot listen on '" + path.native() +
                                    "': it is there and is no socket; remove it or set another "
                                    "control_socket");
    EXPECT_EQ(fs::file_size(path), 4U);
}

TEST_F(ControlSocketTest, SaysThatAPathIsTooLongForASocket) {
    const fs::path path_of_108(folder.path() / std::string(108, 'x'));
    const auto name = path_of_108.native();
    EXPECT_EQ(refusal_of(path_of_108),
              "cannot listen on '" + name + "': the path has " + std::to_string(name.size()) +
                  " bytes, a socket's has at most 107; set a shorter control_socket");
}

TEST_F(ControlSocketTest, SaysWhichFolderCannotBeMade) {
    const auto deep = folder.path() / "no/such/control.sock";
    EXPECT_EQ(refusal_of(deep), "cannot make the folder '" + deep.parent_path().native() +
                                    "' of the control socket: No such file or directory");
}

TEST_F(ControlSocketTest, RemovesItsFileAtTheEnd) {
    { ControlSocket socket(io.get_executor(), path); }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(ControlSocketTest, LeavesTheFileOfWhoCameAfterIt) {
    auto first = std::make_unique<ControlSocket>(io.get_executor(), path);
    fs::rename(path, folder.path() / "aside");
    ControlSocket second(io.get_executor(), path);
    first.reset();
    EXPECT_NO_THROW(TestClient client(path));
}

TEST_F(ControlSocketTest, TakesOverTheSocketOfTheServiceManagerAndLeavesItsFile) {
    fs::create_directory(path.parent_path());
    const int passed = bound_socket(path);
    ::listen(passed, 8);
    {
        ControlSocket socket(io.get_executor(), ActivatedSocket{passed});
        EXPECT_EQ(socket.group(), ::getegid());
        EXPECT_NO_THROW(TestClient client(path));
    }
    EXPECT_TRUE(fs::is_socket(path));
}

TEST_F(ControlSocketTest, AsksForTheGroupThatTheServiceManagerGaveTheFile) {
    constexpr gid_t other_group = 4711;
    fs::create_directory(path.parent_path());
    const int passed = bound_socket(path);
    ::listen(passed, 8);
    if (::chown(path.c_str(), static_cast<uid_t>(-1), other_group) != 0)
        GTEST_SKIP() << "needs root, to give a file to another group";
    const ControlSocket socket(io.get_executor(), ActivatedSocket{passed});
    EXPECT_EQ(socket.group(), other_group);
}

TEST_F(ControlSocketTest, RefusesADescriptorThatIsNoSocket) {
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(refusal_of(ActivatedSocket{file}),
              "cannot use the control socket that the service manager passed: Socket operation on "
              "non-socket");
    ::close(file);
}

} // namespace
} // namespace av1encd
