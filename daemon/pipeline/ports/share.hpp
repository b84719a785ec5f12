#pragma once
// The door to the share. Behind it every call is made by av1encd-share under a deadline, so nothing
// here blocks the loop. All paths are bytes, relative to the root they name, never absolute and
// never with "..".
//
// What may rightly happen is in the return values. ShareUnavailable says that the share as a whole
// did not answer or is not there; nothing is known then of what was asked. Every call can be made
// again after it with the same result as if it had been made once.

#include "common/error.hpp"
#include "daemon/core/job.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

/// Gone, hung, not mounted, another tree: sets the `share` hold until open() works again.
class ShareUnavailable : public Error {
public:
    using Error::Error;
};

enum class Place { to_assign, in_progress, done, failed, output, logs };

/// `in_progress` and `logs` mean this machine's own folder there.
struct SharePath {
    Place place = Place::to_assign;
    std::string path;
    bool operator==(const SharePath&) const = default;
};

/// What open() is to find: the marker that this ledger knows, if it ever saw this root.
struct KnownMarkers {
    std::optional<std::string> root;
    std::optional<std::string> output;
    bool operator==(const KnownMarkers&) const = default;
};
struct Markers {
    std::string root;
    std::string output;
    bool operator==(const Markers&) const = default;
};

/// One thing below to_assign that has a source's name but is none: a link, a pipe, a folder …
struct StrangeName {
    std::string path;
    std::string reason; ///< "is a symbolic link", "this user may not read the folder"
    bool operator==(const StrangeName&) const = default;
};
struct Scan {
    std::vector<std::string> sources; ///< in no order
    std::vector<StrangeName> strange;
    std::string unwatched; ///< why changes in some folders will go unnoticed; empty: they will not
};

enum class LookOutcome { found, gone, unreadable };
struct Look {
    LookOutcome outcome = LookOutcome::gone;
    FileState file;
    std::string reason; ///< for unreadable: what, and the line to mend it
};

enum class ClaimOutcome { won, lost, unreadable };
struct Claim {
    ClaimOutcome outcome = ClaimOutcome::lost;
    std::string claimed_path; ///< below in_progress/<machine>
    std::string reason;       ///< for unreadable
};

enum class StageOutcome { staged, gone, unreadable, changed, no_space };
struct Staged {
    StageOutcome outcome = StageOutcome::gone;
    FileState file;     ///< as it is at the end of the copy, looked at afresh
    std::string sha256; ///< hex, of the copy
    std::string reason;
};

/// `refused` may be mended; `impossible`: no file system there takes this name or size.
enum class PublishOutcome { published, exists, no_space, refused, impossible };
struct Published {
    PublishOutcome outcome = PublishOutcome::refused;
    std::string sha256; ///< hex, of what was read back
    std::string reason; ///< for no_space, refused (read-only, not permitted) and impossible
};

enum class RetireOutcome { retired, lost, refused };
struct Retired {
    RetireOutcome outcome = RetireOutcome::lost;
    std::string path;   ///< where it lies now, below the place
    std::string reason; ///< for refused
};

/// Bytes copied so far; called at least once a second while a transfer runs.
using TransferProgress = std::function<void(std::uint64_t bytes)>;

class Share {
public:
    virtual ~Share() = default;

    /// Finds the tree, checks mount and markers, makes folders and marker of a new tree.
    /// `adopt`: takes the markers that are there for the right ones. Throws ShareUnavailable with
    /// the reason (what, where, what to do).
    virtual Awaitable<Markers> open(KnownMarkers known, bool adopt) = 0;

    /// Names and types below to_assign; sizes are not asked for.
    virtual Awaitable<Scan> scan_sources() = 0;
    /// Regular files below one of this machine's or the tree's other folders.
    virtual Awaitable<std::vector<std::string>> list(Place place) = 0;
    /// Returns when something below to_assign changed; on file systems that tell nothing, never.
    virtual Awaitable<void> wait_for_change() = 0;

    virtual Awaitable<Look> look(SharePath file) = 0;
    /// Like look(), but opens and reads the end: fresh where a network file system caches stat.
    virtual Awaitable<Look> look_afresh(SharePath file) = 0;

    /// to_assign -> in_progress by rename. A name already taken there gets " (2)".
    virtual Awaitable<Claim> claim(std::string source) = 0;
    /// in_progress -> done or failed (or to_assign, to give it back), never over a name that is
    /// there: " (2)" before the extension. `wanted` is the path below the place. Where the source
    /// is no longer in in_progress, one that looks like `file` and lies at the wanted name (or its
    /// " (2)" …) was moved there by an earlier call: `retired`.
    virtual Awaitable<Retired> retire(std::string claimed_path, Place to, std::string wanted,
                                      FileState file) = 0;

    /// failed -> to_assign, and removes its error text. Outcome `lost`: not in failed.
    virtual Awaitable<Retired> return_failed(std::string failed_path, std::string wanted) = 0;

    /// Copies a file of the share into `target` below work_dir (made, flushed).
    virtual Awaitable<Staged> fetch(SharePath file, std::filesystem::path target,
                                    TransferProgress progress) = 0;
    /// Copies `file` from work_dir to `to`: part, flush, read back and compared, linked to its
    /// final name, flushed. Never replaces: `exists`, except where what is there has the same
    /// bytes.
    virtual Awaitable<Published> publish(std::filesystem::path file, SharePath to,
                                         TransferProgress progress) = 0;
    /// Renames an output that failed its check to `<name>.rejected` (or ` (2)` …).
    virtual Awaitable<Retired> set_aside(SharePath output) = 0;

    /// Free bytes of the file systems of the tree and the output.
    struct Space {
        std::uint64_t root_bytes = 0;
        std::uint64_t output_bytes = 0;
    };
    virtual Awaitable<Space> free_space() = 0;
    /// Removes `.part` files of this machine that a killed transfer left, and empty placeholders
    /// named in `placeholders`.
    virtual Awaitable<void> tidy(std::vector<SharePath> placeholders) = 0;
};

} // namespace av1encd
