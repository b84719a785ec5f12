#pragma once
// What daemon and share helper say to each other: one message a SOCK_SEQPACKET packet, made of
// fields that end with NUL, since paths are bytes. A request is answered by zero or more
// TransferProgressed, SourcesFound, StrangeFound or FilesFound, and then by one other answer. Paths
// are relative to the place that they are given with.

#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace av1encd {

/// No message is longer; the socket's buffers hold several.
inline constexpr std::size_t max_share_message_bytes = std::size_t{64} * 1024;

/// The descriptor that a helper finds its socket at.
inline constexpr int share_socket_fd = 3;

/// A message that the other side cannot have meant: daemon and helper are not of one build.
class ShareProtocolError : public Error {
public:
    using Error::Error;
};

enum class TreePlace { to_assign, in_progress, done, failed, output, logs };

struct TreePath {
    TreePlace place = TreePlace::to_assign;
    std::string path;
    bool operator==(const TreePath&) const = default;
};

/// What tells whether a file is still the same and untouched.
struct FileStamp {
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;
    bool operator==(const FileStamp&) const = default;
};

enum class MountDemand { none, mounted };
enum class MarkerDemand { known, any }; ///< any: another marker than the known one is taken too
enum class Freshness { cached, afresh };
enum class Asked { first, again }; ///< again: an earlier such request got no answer

/// The first request to every helper, and again after each Unavailable.
struct OpenTree {
    std::string root;
    std::string output;
    std::string machine;
    MountDemand mount = MountDemand::none;
    MarkerDemand marker = MarkerDemand::known;
    std::string root_marker;   ///< empty: this root was never seen
    std::string output_marker; ///< likewise
    bool operator==(const OpenTree&) const = default;
};
struct ScanSources {
    std::vector<std::string> extensions; ///< lower case, without the dot
    bool operator==(const ScanSources&) const = default;
};
/// Answered by SourcesChanged; the next request ends the waiting.
struct WatchSources {
    bool operator==(const WatchSources&) const = default;
};
struct ListFiles {
    TreePlace place = TreePlace::in_progress;
    bool operator==(const ListFiles&) const = default;
};
struct LookAtFile {
    TreePath file;
    Freshness freshness = Freshness::cached;
    bool operator==(const LookAtFile&) const = default;
};
struct ClaimSource {
    std::string source;
    Asked asked = Asked::first;
    bool operator==(const ClaimSource&) const = default;
};
struct RetireSource {
    std::string claimed_path;
    TreePath wanted;
    FileStamp stamp;
    bool operator==(const RetireSource&) const = default;
};
struct ReturnFailed {
    std::string failed_path;
    std::string wanted;
    bool operator==(const ReturnFailed&) const = default;
};
/// Comes with a descriptor, open for writing, of the empty file to fill.
struct FetchFile {
    TreePath file;
    bool operator==(const FetchFile&) const = default;
};
/// Comes with a descriptor, open for reading, of the file to copy.
struct PublishFile {
    TreePath target;
    bool operator==(const PublishFile&) const = default;
};
struct SetAside {
    TreePath file;
    bool operator==(const SetAside&) const = default;
};
struct MeasureSpace {
    bool operator==(const MeasureSpace&) const = default;
};
struct TidyTree {
    std::vector<TreePath> placeholders;
    bool operator==(const TidyTree&) const = default;
};
using ShareRequest = std::variant<OpenTree, ScanSources, WatchSources, ListFiles, LookAtFile,
                                  ClaimSource, RetireSource, ReturnFailed, FetchFile, PublishFile,
                                  SetAside, MeasureSpace, TidyTree>;

struct TreeOpened {
    std::string root_marker;
    std::string output_marker;
    bool operator==(const TreeOpened&) const = default;
};
struct FilesFound {
    std::vector<std::string> paths;
    bool operator==(const FilesFound&) const = default;
};
struct StrangeFile {
    std::string path;
    std::string reason;
    bool operator==(const StrangeFile&) const = default;
};
struct StrangeFound {
    std::vector<StrangeFile> files;
    bool operator==(const StrangeFound&) const = default;
};
/// The end of a scan, a list or a tidying. `unwatched` says why changes may go unnoticed.
struct Finished {
    std::string unwatched;
    bool operator==(const Finished&) const = default;
};
struct SourcesChanged {
    bool operator==(const SourcesChanged&) const = default;
};
enum class Sight { found, gone, unreadable };
struct FileSeen {
    Sight sight = Sight::gone;
    FileStamp stamp;
    std::string reason;
    bool operator==(const FileSeen&) const = default;
};
enum class Move { moved, lost, refused };
struct FileMoved {
    Move move = Move::lost;
    std::string path; ///< below the place it was moved to
    std::string reason;
    bool operator==(const FileMoved&) const = default;
};
/// `refused` may be mended (rights, a read-only file system); `impossible` is the name or the size.
enum class Copy { copied, gone, unreadable, changed, no_space, exists, refused, impossible };
struct FileCopied {
    Copy copy = Copy::gone;
    FileStamp stamp;    ///< of what was fetched, as it is after the copy
    std::string sha256; ///< hex
    std::string reason;
    bool operator==(const FileCopied&) const = default;
};
struct TransferProgressed {
    std::uint64_t bytes = 0;
    bool operator==(const TransferProgressed&) const = default;
};
struct SpaceMeasured {
    std::uint64_t root_bytes = 0;
    std::uint64_t output_bytes = 0;
    bool operator==(const SpaceMeasured&) const = default;
};
/// The share as a whole cannot be used.
struct Unavailable {
    std::string reason;
    bool operator==(const Unavailable&) const = default;
};
/// The file in work_dir, not the share, is at fault.
struct LocalFailure {
    std::string reason;
    bool operator==(const LocalFailure&) const = default;
};
using ShareAnswer = std::variant<TreeOpened, FilesFound, StrangeFound, Finished, SourcesChanged,
                                 FileSeen, FileMoved, FileCopied, TransferProgressed, SpaceMeasured,
                                 Unavailable, LocalFailure>;

/// Answers carry the number of their request, so that late ones to a request given up are told.
template <typename Body>
struct Numbered {
    std::uint64_t number = 0;
    Body body;
    bool operator==(const Numbered&) const = default;
};

/// Throws ShareProtocolError where the message gets too long or a path holds a NUL.
std::string encode(const Numbered<ShareRequest>& request);
std::string encode(const Numbered<ShareAnswer>& answer);

// Throw ShareProtocolError.
Numbered<ShareRequest> decode_share_request(std::string_view message);
Numbered<ShareAnswer> decode_share_answer(std::string_view message);

} // namespace av1encd
