#pragma once
// A share of a test's own and a helper's answers about it, without a process in between.

#include "daemon/share_helper/share_requests.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace av1encd {

/// Root reads everything: while this lives, what the process does counts as done by another user.
class AsOrdinaryUser {
public:
    AsOrdinaryUser() {
        if (::geteuid() != 0)
            return;
        was_root_ = true;
        EXPECT_EQ(::setegid(nobody), 0);
        EXPECT_EQ(::seteuid(nobody), 0);
    }
    ~AsOrdinaryUser() {
        if (was_root_) {
            EXPECT_EQ(::seteuid(0), 0);
            EXPECT_EQ(::setegid(0), 0);
        }
    }
    AsOrdinaryUser(const AsOrdinaryUser&) = delete;
    AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

private:
    static constexpr uid_t nobody = 65534;
    bool was_root_ = false;
};

/// Tables that name no mount point at all.
inline MountTables no_mount_tables() {
    return {"/proc/self/mountinfo", "/dev/null", {}};
}

class RequestsTest : public ::testing::Test {
protected:
    RequestsTest() {
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
        std::filesystem::create_directory(root());
        std::filesystem::permissions(root(), std::filesystem::perms::all);
    }

    std::string root() const { return (folder_.path() / "share").string(); }
    std::string output() const { return root() + "/output"; }
    std::string jobs(std::string_view below) const {
        return root() + "/jobs/" + std::string(below);
    }

    OpenTree tree(std::string machine = "m1") const {
        OpenTree open;
        open.root = root();
        open.output = output();
        open.machine = std::move(machine);
        return open;
    }
    ShareRequests requests(FileSystemSupport support = {}) {
        return ShareRequests({no_mount_tables(), support},
                             [this](const ShareAnswer& part) { parts_.push_back(part); });
    }
    ShareRequests opened(FileSystemSupport support = {}, std::string machine = "m1") {
        auto made = requests(support);
        EXPECT_TRUE(std::holds_alternative<TreeOpened>(made.answer(tree(std::move(machine)), {})));
        return made;
    }

    /// A file below the share's root.
    std::string write(const std::filesystem::path& name, std::string_view text) const {
        return folder_.write("share" / name, text).string();
    }
    std::string read(const std::filesystem::path& name) const {
        return folder_.read("share" / name);
    }

    /// Every name below a folder of the share, sorted; folders end with a slash.
    std::vector<std::string> names(const std::filesystem::path& below) const {
        std::vector<std::string> found;
        const auto start = root() / below;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(start))
            found.push_back(entry.path().lexically_relative(start).string() +
                            (entry.is_directory() && !entry.is_symlink() ? "/" : ""));
        std::sort(found.begin(), found.end());
        return found;
    }

    /// What the scan or list has told of so far, sorted.
    std::vector<std::string> files_told() const {
        std::vector<std::string> files;
        for (const auto& part : parts_)
            if (const auto* found = std::get_if<FilesFound>(&part))
                files.insert(files.end(), found->paths.begin(), found->paths.end());
        std::sort(files.begin(), files.end());
        return files;
    }
    std::vector<StrangeFile> strange_told() const {
        std::vector<StrangeFile> files;
        for (const auto& part : parts_)
            if (const auto* found = std::get_if<StrangeFound>(&part))
                files.insert(files.end(), found->files.begin(), found->files.end());
        std::sort(files.begin(), files.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return files;
    }

    static FileStamp stamp(const std::string& path) {
        struct stat status {};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
        return {static_cast<std::uint64_t>(status.st_size),
                std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
    }
    /// A descriptor as the daemon hands it over.
    UniqueFd local_file(std::string_view text) const {
        return UniqueFd(::open(folder_.write("work/local", text).c_str(), O_RDONLY));
    }
    UniqueFd local_target() const {
        return UniqueFd(::open(folder_.write("work/target", "").c_str(), O_WRONLY));
    }
    std::string fetched() const { return folder_.read("work/target"); }

    TemporaryFolder folder_;
    std::vector<ShareAnswer> parts_;
};

template <typename Answer>
Answer as(const ShareAnswer& answer) {
    if (const auto* unavailable = std::get_if<Unavailable>(&answer))
        ADD_FAILURE() << "unavailable: " << unavailable->reason;
    return std::get<Answer>(answer);
}

inline std::string unavailable_reason(const ShareAnswer& answer) {
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    return unavailable ? unavailable->reason : "(not Unavailable)";
}

} // namespace av1encd
