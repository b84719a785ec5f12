#include "daemon/share_helper/source_moves.hpp"

#include "common/file_name.hpp"
#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/sight.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace av1encd {
namespace {

// More sources of one name than anybody has; ends a search that would not.
constexpr int most_numbers = 10'000;

/// nullopt: nothing has the name, or its folder is not there.
std::optional<struct stat> status_at(const ShareTree& tree, const TreePath& path) {
    try {
        return fresh_status_of(tree.find(path));
    } catch (const CallFailed& failure) {
        if (failure.errno_value() == ENOENT)
            return std::nullopt;
        throw;
    }
}

TreePath numbered(const TreePath& path, int number) {
    return {path.place, numbered_path(path.path, number)};
}

/// To the first free name.
FileMoved move_to(const ShareTree& tree, const TreePath& source, const TreePath& wanted,
                  Fallback fallback) {
    const auto from = tree.find(source);
    const auto first = tree.make(wanted);
    for (int number = 1; number <= most_numbers; ++number) {
        const auto path = numbered_path(wanted.path, number);
        const auto renamed = rename_without_replacing(from, first.renamed(base_name(path)),
                                                      fallback, tree.support());
        if (renamed == Renamed::done)
            return {Move::moved, path, ""};
        if (renamed == Renamed::source_gone)
            return {Move::lost, "", ""};
    }
    return {Move::refused, "", fmt::format("{} files have its name there", most_numbers)};
}

/// Where an earlier move has put the file, if it has.
FileMoved find_moved(const ShareTree& tree, const TreePath& wanted, const FileStamp& stamp) {
    for (int number = 1; number <= most_numbers; ++number) {
        const auto path = numbered(wanted, number);
        const auto status = status_at(tree, path);
        if (!status)
            break;
        if (S_ISREG(status->st_mode) && stamp_of(*status) == stamp)
            return {Move::moved, path.path, ""};
    }
    return {Move::lost, "", ""};
}

FileMoved refused(const ShareTree& tree, const CallFailed& failure, const TreePath& from,
                  const TreePath& to) {
    std::string reason = failure.what();
    for (const auto& side : {from, to})
        if (const auto mending = folder_to_mend(tree, side))
            reason += "; " + *mending;
    return {Move::refused, "", std::move(reason)};
}

} // namespace

FileMoved claim_source(const ShareTree& tree, const ClaimSource& request) {
    const TreePath source{TreePlace::to_assign, request.source};
    const TreePath target{TreePlace::in_progress, request.source};
    try {
        const auto status = status_at(tree, source);
        if (status && !S_ISREG(status->st_mode))
            return {Move::refused, "", what_it_is(status->st_mode)};
        if (status)
            return move_to(tree, source, target, Fallback::look);
        const bool was_won = request.asked == Asked::again && status_at(tree, target);
        return was_won ? FileMoved{Move::moved, target.path, ""} : FileMoved{};
    } catch (const CallFailed& failure) {
        // Only what is the source's own fault: where nothing at all can be claimed, the share is.
        const auto own_fault = folder_to_mend(tree, source);
        const bool share_is_at_fault =
            folder_to_mend(tree, target) || failure.errno_value() == EROFS;
        if (!is_about_the_file(failure.errno_value()) || (share_is_at_fault && !own_fault))
            throw;
        return {Move::refused, "", own_fault.value_or(failure.what())};
    }
}

FileMoved retire_source(const ShareTree& tree, const RetireSource& request) {
    const TreePath source{TreePlace::in_progress, request.claimed_path};
    const auto fallback =
        request.wanted.place == TreePlace::to_assign ? Fallback::look : Fallback::placeholder;
    try {
        if (status_at(tree, source)) {
            auto moved = move_to(tree, source, request.wanted, fallback);
            if (moved.move != Move::lost)
                return moved;
        }
        return find_moved(tree, request.wanted, request.stamp);
    } catch (const CallFailed& failure) {
        if (!is_about_the_file(failure.errno_value()) && failure.errno_value() != ENOSPC &&
            failure.errno_value() != EDQUOT)
            throw;
        return refused(tree, failure, source, request.wanted);
    }
}

FileMoved return_failed(const ShareTree& tree, const ReturnFailed& request) {
    const TreePath source{TreePlace::failed, request.failed_path};
    const TreePath wanted{TreePlace::to_assign, request.wanted};
    const TreePath text{TreePlace::failed, suffixed_path(request.failed_path, ".error.txt")};
    try {
        FileMoved moved;
        if (status_at(tree, source))
            moved = move_to(tree, source, wanted, Fallback::look);
        else if (status_at(tree, wanted))
            moved = {Move::moved, wanted.path, ""};
        if (moved.move == Move::moved && status_at(tree, text))
            remove_at(tree.find(text));
        return moved;
    } catch (const CallFailed& failure) {
        if (!is_about_the_file(failure.errno_value()))
            throw;
        return refused(tree, failure, source, wanted);
    }
}

FileMoved set_aside(const ShareTree& tree, const SetAside& request) {
    const TreePath wanted{request.file.place, suffixed_path(request.file.path, ".rejected")};
    try {
        if (!status_at(tree, request.file))
            return {};
        return move_to(tree, request.file, wanted, Fallback::placeholder);
    } catch (const CallFailed& failure) {
        if (!is_about_the_file(failure.errno_value()))
            throw;
        return refused(tree, failure, request.file, wanted);
    }
}

} // namespace av1encd
