#include "daemon/share_helper/share_tree.hpp"

#include "common/source_text.hpp"
#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/tree_marker.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace av1encd {
namespace {

UniqueFd open_path(const std::string& path) {
    UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        throw CallFailed(errno, "cannot open the folder", path);
    return folder;
}

bool is_empty(int folder, const std::string& path) {
    const int readable = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> names(readable < 0 ? nullptr : ::fdopendir(readable),
                                                    ::closedir);
    if (!names)
        throw CallFailed(errno, "cannot list", path);
    while (const dirent* entry = ::readdir(names.get())) {
        const std::string_view name(entry->d_name);
        if (name != "." && name != "..")
            return false;
    }
    return true;
}

/// The path from `root` to `path`, where that lies below it.
std::optional<std::string> path_below(const std::string& root, const std::string& path) {
    const auto relative = std::filesystem::path(path).lexically_relative(root);
    if (relative.empty() || *relative.begin() == ".." || relative == ".")
        return std::nullopt;
    return relative.string();
}

void require_same(const UniqueFd& held, const UniqueFd& now, const std::string& path) {
    if (identity_of(held.get(), path) != identity_of(now.get(), path))
        throw TreeUnavailable(
            fmt::format("{} leads to another folder than before: was it mounted or "
                        "unmounted?",
                        source_for_display(path)));
}

} // namespace

ShareTree::ShareTree(OpenTree wanted, TreeSurroundings surroundings)
    : wanted_(std::move(wanted)),
      surroundings_(std::move(surroundings)),
      root_(open_root()) {
    const bool is_new = wanted_.root_marker.empty();
    wanted_.root_marker = settle_marker(root_.get(), wanted_.root, wanted_.root_marker);
    make_folders(is_new);
    output_ = open_output();
    wanted_.output_marker = settle_marker(output_.get(), wanted_.output, wanted_.output_marker);
    wanted_.marker = MarkerDemand::known;
}

UniqueFd ShareTree::open_root() const {
    auto root = open_path(wanted_.root);
    if (wanted_.mount == MountDemand::mounted &&
        !is_on_a_mounted_file_system(root.get(), wanted_.root, surroundings_.mount_tables))
        throw TreeUnavailable(fmt::format("{} is not on a mounted file system, which "
                                          "share.require_mount demands: mount it",
                                          source_for_display(wanted_.root)));
    return root;
}

UniqueFd ShareTree::find_output() const {
    if (const auto below = path_below(wanted_.root, wanted_.output))
        return open_folder(root_.get(), *below, wanted_.root);
    if (wanted_.output == wanted_.root)
        return open_folder(root_.get(), "", wanted_.root);
    return open_path(wanted_.output);
}

UniqueFd ShareTree::open_output() const {
    try {
        return find_output();
    } catch (const CallFailed& failure) {
        const bool may_make = wanted_.output_marker.empty() || wanted_.marker == MarkerDemand::any;
        if (failure.errno_value() != ENOENT || !may_make)
            throw;
    }
    require_mounts(wanted_.output);
    if (const auto below = path_below(wanted_.root, wanted_.output))
        return make_folder(root_.get(), *below, wanted_.root);
    std::error_code error;
    std::filesystem::create_directories(wanted_.output, error);
    if (error)
        throw CallFailed(error.value(), "cannot make the folder", wanted_.output);
    return open_path(wanted_.output);
}

/// The marker that is there for good now, or why this tree cannot be worked on.
std::string ShareTree::settle_marker(int folder, const std::string& path,
                                     const std::string& known) const {
    const bool takes_any = known.empty() || wanted_.marker == MarkerDemand::any;
    const auto found = read_marker(folder, path);
    if (found && (takes_any || *found == known))
        return *found;
    if (found)
        throw TreeUnavailable(
            fmt::format("{} is another tree than before (marker {}, known is {}): mount the right "
                        "one, or accept this one by `av1ctl adopt`",
                        source_for_display(path), *found, known));
    if (!takes_any)
        throw TreeUnavailable(
            fmt::format("{} has lost its marker {}: mount it, or accept what is there by "
                        "`av1ctl adopt`",
                        source_for_display(path), marker_name));
    if (is_empty(folder, path))
        require_mounts(path);
    return make_marker(folder, path, wanted_.machine, surroundings_.support);
}

void ShareTree::require_mounts(const std::string& path) const {
    std::error_code failure;
    const auto real = std::filesystem::weakly_canonical(path, failure);
    const auto missing = missing_mount(failure ? path : real.string(), surroundings_.mount_tables);
    if (missing)
        throw TreeUnavailable(fmt::format("nothing is mounted at {}: mount it, {} is to be there",
                                          source_for_display(*missing), source_for_display(path)));
}

void ShareTree::make_folders(bool all) const {
    for (const auto place : {TreePlace::in_progress, TreePlace::logs})
        make_folder(root_.get(), beneath_root(place), wanted_.root);
    if (!all)
        return;
    for (const auto place : {TreePlace::to_assign, TreePlace::done, TreePlace::failed})
        make_folder(root_.get(), beneath_root(place), wanted_.root);
    make_folder(root_.get(), "locks", wanted_.root);
}

void ShareTree::check() const {
    require_same(root_, open_path(wanted_.root), wanted_.root);
    require_same(output_, find_output(), wanted_.output);
    settle_marker(root_.get(), wanted_.root, wanted_.root_marker);
    settle_marker(output_.get(), wanted_.output, wanted_.output_marker);
}

std::string ShareTree::beneath_root(TreePlace place) const {
    switch (place) {
    case TreePlace::to_assign: return "jobs/to_assign";
    case TreePlace::in_progress: return "jobs/in_progress/" + wanted_.machine;
    case TreePlace::done: return "jobs/done";
    case TreePlace::failed: return "jobs/failed";
    case TreePlace::logs: return "jobs/logs/" + wanted_.machine;
    case TreePlace::output: break;
    }
    return "";
}

std::string ShareTree::path_of(TreePlace place) const {
    return place == TreePlace::output ? wanted_.output : wanted_.root + "/" + beneath_root(place);
}

UniqueFd ShareTree::open_place(TreePlace place) const {
    if (place == TreePlace::output)
        return open_folder(output_.get(), "", wanted_.output);
    return open_folder(root_.get(), beneath_root(place), wanted_.root);
}

Spot ShareTree::find(const TreePath& file) const {
    if (file.place == TreePlace::output)
        return find_spot(output_.get(), file.path, wanted_.output);
    return find_spot(root_.get(), beneath_root(file.place) + "/" + file.path, wanted_.root);
}

Spot ShareTree::make(const TreePath& file) const {
    if (file.place == TreePlace::output)
        return make_spot(output_.get(), file.path, wanted_.output);
    return make_spot(root_.get(), beneath_root(file.place) + "/" + file.path, wanted_.root);
}

} // namespace av1encd
