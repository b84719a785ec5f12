#include "ctl/part_file.hpp"

#include "common/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <regex>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace av1encd {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename());
    return names;
}

TEST(PartFile, HasAHiddenNameUntilItIsPublished) {
    const TemporaryFolder folder;
    PartFile part(folder.path(), "a b.mp4");
    part.write("one ");
    const auto hidden = names_in(folder.path());
    ASSERT_EQ(hidden.size(), 1U);
    EXPECT_TRUE(std::regex_match(hidden[0], std::regex(R"(\.a b\.mp4\.[0-9a-f]{16}\.part)")));
    part.write("two");
    EXPECT_EQ(part.publish(), Publication::published);
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a b.mp4"});
    EXPECT_EQ(folder.read("a b.mp4"), "one two");
}

TEST(PartFile, LeavesNothingBehindUnlessItIsPublished) {
    const TemporaryFolder folder;
    { PartFile(folder.path(), "a.mp4").write("text"); }
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>());
}

TEST(PartFile, NeverTakesThePlaceOfAnother) {
    const TemporaryFolder folder;
    folder.write("a.mp4", "first");
    {
        PartFile part(folder.path(), "a.mp4");
        part.write("second");
        EXPECT_EQ(part.publish(), Publication::taken);
    }
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.mp4"});
    EXPECT_EQ(folder.read("a.mp4"), "first");
}

TEST(PartFile, CanBeMovedByItsGroup) {
    const TemporaryFolder folder;
    const auto before = ::umask(0002);
    PartFile part(folder.path(), "a.mp4");
    ::umask(before);
    EXPECT_EQ(part.publish(), Publication::published);
    struct stat status {};
    ASSERT_EQ(::stat((folder.path() / "a.mp4").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0664U);
}

TEST(PartFile, CutsTheNameOfAPartThatWouldBeTooLong) {
    const TemporaryFolder folder;
    const std::string name = std::string(249, 'a') + "é.mp4";
    ASSERT_EQ(name.size(), 255U);
    PartFile part(folder.path(), name);
    EXPECT_EQ(part.publish(), Publication::published);
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{name});
}

TEST(PartFile, NamesTheFolderThatItCannotWriteTo) {
    const TemporaryFolder folder;
    const auto gone = folder.path() / "gone";
    try {
        PartFile part(gone, "a.mp4");
        FAIL() << "made a file in a folder that is not there";
    } catch (const Error& error) {
        EXPECT_EQ(error.what(),
                  "cannot open the folder '" + gone.native() + "': No such file or directory");
    }
}

/// Makes the kernel answer one system call with an error, for this process and to its end.
void refuse_system_call(unsigned int number, unsigned int reason) {
    std::array<sock_filter, 4> filter{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | reason),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog program{filter.size(), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        ::_exit(99);
}

/// Publishes "second" as a.mp4 in a process of its own; its exit status.
enum class Kernel { without_links, without_links_and_noreplace };
[[noreturn]] void publish_and_exit(const std::filesystem::path& folder, Kernel kernel) {
    refuse_system_call(SYS_linkat, EPERM);
    if (kernel == Kernel::without_links_and_noreplace)
        refuse_system_call(SYS_renameat2, EINVAL);
    Publication publication{};
    {
        PartFile part(folder, "a.mp4");
        part.write("second");
        publication = part.publish();
    }
    ::_exit(publication == Publication::published ? 0 : 1);
}

class WithoutLinks : public ::testing::TestWithParam<Kernel> {
protected:
    WithoutLinks() { GTEST_FLAG_SET(death_test_style, "fast"); }
    TemporaryFolder folder;
};

TEST_P(WithoutLinks, RenamesThePart) {
    EXPECT_EXIT(publish_and_exit(folder.path(), GetParam()), ::testing::ExitedWithCode(0), "");
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.mp4"});
    EXPECT_EQ(folder.read("a.mp4"), "second");
}

TEST_P(WithoutLinks, NeverTakesThePlaceOfAnother) {
    folder.write("a.mp4", "first");
    EXPECT_EXIT(publish_and_exit(folder.path(), GetParam()), ::testing::ExitedWithCode(1), "");
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.mp4"});
    EXPECT_EQ(folder.read("a.mp4"), "first");
}

INSTANTIATE_TEST_SUITE_P(PartFile, WithoutLinks,
                         ::testing::Values(Kernel::without_links,
                                           Kernel::without_links_and_noreplace));

} // namespace
} // namespace av1encd
