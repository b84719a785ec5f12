#include "daemon/share_helper/source_scan.hpp"

#include "common/file_name.hpp"
#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/folder_walk.hpp"
#include "daemon/share_helper/mending_line.hpp"
#include "daemon/share_helper/staged_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace av1encd {
namespace {

using std::chrono::steady_clock;

// Leaves room for one more entry with the longest path and a reason that quotes it.
constexpr std::size_t batch_bytes = max_share_message_bytes / 4;

/// Collects what is found and tells of it piecemeal: when there is much, and each second, so that
/// the daemon knows that the walk goes on.
class Findings {
public:
    explicit Findings(const Tell& tell) : tell_(tell) {}

    void add(std::string path) {
        bytes_ += path.size() + 1;
        found_.paths.push_back(std::move(path));
        tell_if_due();
    }
    void add(StrangeFile file) {
        bytes_ += file.path.size() + file.reason.size() + 2;
        strange_.files.push_back(std::move(file));
        tell_if_due();
    }
    void tell_if_due() {
        if (bytes_ > batch_bytes || steady_clock::now() > told_ + std::chrono::seconds(1))
            tell_now();
    }
    void tell_now() {
        tell_(std::exchange(found_, {}));
        if (!strange_.files.empty())
            tell_(std::exchange(strange_, {}));
        bytes_ = 0;
        told_ = steady_clock::now();
    }

private:
    const Tell& tell_;
    FilesFound found_;
    StrangeFound strange_;
    std::size_t bytes_ = 0;
    steady_clock::time_point told_ = steady_clock::now();
};

bool is_hidden_or_part(std::string_view name) {
    return name.starts_with('.') || name.ends_with(".part");
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_in_any_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string why_unreadable(const ShareTree& tree, const std::string& folder, int errno_value) {
    if (errno_value == EACCES) {
        const auto spot = tree.find({TreePlace::to_assign, folder});
        if (const auto status = status_of(spot))
            return fmt::format("this user may not read the folder: {}",
                               chmod_line(*status, "rx", spot.path));
    }
    return fmt::format("the folder cannot be read: {}", std::strerror(errno_value));
}

void walk_place(const ShareTree& tree, TreePlace place, const WalkSteps& steps) {
    try {
        walk_folder(tree.open_place(place).get(), tree.path_of(place), steps);
    } catch (const CallFailed& failure) {
        if (failure.errno_value() != EACCES)
            throw;
        throw TreeUnavailable(
            fmt::format("{}: {}", failure.what(),
                        chmod_line(status_of(tree.open_place(place).get(), tree.path_of(place)),
                                   "rx", tree.path_of(place))));
    }
}

void remove_parts(const ShareTree& tree, int folder, const std::string& path, Descend depth,
                  Findings& findings) {
    WalkSteps steps;
    steps.on_entry = [&](const WalkEntry& entry) {
        findings.tell_if_due();
        if (S_ISREG(entry.type) && is_part_of(tree.machine(), entry.name))
            remove_at(find_spot(folder, entry.path(), path));
        return depth;
    };
    walk_folder(folder, path, steps);
}

/// Under the wanted name or, where that was taken, the number it was given. An empty source may
/// have failed and be there for good: its error text tells.
void remove_placeholder_of(const ShareTree& tree, const TreePath& wanted) {
    for (int number = 1;; ++number) {
        const auto path = numbered_path(wanted.path, number);
        const auto spot = tree.find({wanted.place, path});
        if (!status_of(spot))
            return;
        const auto text = suffixed_path(base_name(path), ".error.txt");
        if (wanted.place != TreePlace::failed || !status_of(spot.renamed(text)))
            remove_placeholder(spot);
    }
}

} // namespace

bool is_source_name(std::string_view name, const std::vector<std::string>& extensions) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || is_hidden_or_part(name))
        return false;
    return std::any_of(extensions.begin(), extensions.end(), [&](const std::string& extension) {
        return same_in_any_case(name.substr(dot + 1), extension);
    });
}

Finished scan_sources(const ShareTree& tree, const ScanSources& request, FolderWatch& watch,
                      const Tell& tell) {
    Findings findings(tell);
    watch.drain();
    WalkSteps steps;
    steps.on_folder = [&](int folder) { watch.add(folder); };
    steps.on_entry = [&](const WalkEntry& entry) {
        findings.tell_if_due();
        const bool is_named_like_one = is_source_name(entry.name, request.extensions);
        if (is_named_like_one && S_ISREG(entry.type))
            findings.add(entry.path());
        else if (is_named_like_one)
            findings.add(StrangeFile{entry.path(), what_it_is(entry.type)});
        return is_named_like_one || entry.name.starts_with('.') ? Descend::no : Descend::yes;
    };
    steps.on_unreadable = [&](const std::string& folder, int errno_value) {
        findings.add(StrangeFile{folder, why_unreadable(tree, folder, errno_value)});
    };
    walk_place(tree, TreePlace::to_assign, steps);
    findings.tell_now();
    return {watch.unwatched()};
}

Finished list_files(const ShareTree& tree, const ListFiles& request, const Tell& tell) {
    Findings findings(tell);
    WalkSteps steps;
    steps.on_entry = [&](const WalkEntry& entry) {
        findings.tell_if_due();
        if (S_ISREG(entry.type) && !is_hidden_or_part(entry.name))
            findings.add(entry.path());
        return Descend::yes;
    };
    walk_place(tree, request.place, steps);
    findings.tell_now();
    return {};
}

Finished tidy_tree(const ShareTree& tree, const TidyTree& request, const Tell& tell) {
    for (const auto& wanted : request.placeholders) {
        try {
            remove_placeholder_of(tree, wanted);
        } catch (const CallFailed& failure) {
            if (failure.errno_value() != ENOENT)
                throw;
        }
    }
    Findings findings(tell);
    for (const auto place : {TreePlace::output, TreePlace::failed, TreePlace::logs})
        remove_parts(tree, tree.open_place(place).get(), tree.path_of(place), Descend::yes,
                     findings);
    remove_parts(tree, tree.root(), tree.root_path(), Descend::no, findings); // of its marker
    return {};
}

} // namespace av1encd
