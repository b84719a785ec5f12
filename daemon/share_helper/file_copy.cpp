#include "daemon/share_helper/file_copy.hpp"

#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/sha256.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace av1encd {
namespace {

constexpr std::size_t block_bytes = std::size_t{1024} * 1024;

// Flushed this often, so that no single flush takes longer than a deadline allows, and a large copy
// does not push everything else out of memory.
constexpr std::uint64_t flush_every_bytes = 64 * block_bytes;

/// Empty at the end of the file.
std::string_view read_block(int file, std::string& block, std::uint64_t most,
                            const std::string& path) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, block.size()));
    ssize_t bytes = 0;
    do
        bytes = ::read(file, block.data(), wanted);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0)
        throw ReadFailed(errno, "cannot read", path);
    return std::string_view(block).substr(0, static_cast<std::size_t>(bytes));
}

void write_block(int file, std::string_view block, const std::string& path) {
    while (!block.empty()) {
        const auto bytes = ::write(file, block.data(), block.size());
        if (bytes < 0 && errno != EINTR)
            throw WriteFailed(errno, "cannot write", path);
        block.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
    }
}

void flush(const CopyEnds& ends) {
    if (::fsync(ends.to) != 0)
        throw WriteFailed(errno, "cannot flush", ends.to_path);
    ::posix_fadvise(ends.from, 0, 0, POSIX_FADV_DONTNEED);
}

} // namespace

CopiedBytes copy_bytes(const CopyEnds& ends, std::uint64_t most, const CopyProgress& progress) {
    ::posix_fadvise(ends.from, 0, 0, POSIX_FADV_SEQUENTIAL);
    std::string buffer(block_bytes, '\0');
    Sha256 hash;
    CopiedBytes copied;
    while (copied.bytes < most) {
        const auto block = read_block(ends.from, buffer, most - copied.bytes, ends.from_path);
        if (block.empty())
            break;
        hash.add(block);
        write_block(ends.to, block, ends.to_path);
        const auto before = copied.bytes;
        copied.bytes += block.size();
        if (copied.bytes / flush_every_bytes != before / flush_every_bytes)
            flush(ends);
        progress(copied.bytes);
    }
    flush(ends);
    copied.sha256 = hash.hex();
    return copied;
}

CopiedBytes hash_file(int file, const std::string& path, const CopyProgress& progress) {
    // What was just written is to come from where it was written to, not from memory.
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    std::string buffer(block_bytes, '\0');
    Sha256 hash;
    CopiedBytes read;
    for (;;) {
        const auto block = read_block(file, buffer, buffer.size(), path);
        if (block.empty())
            break;
        hash.add(block);
        read.bytes += block.size();
        progress(read.bytes);
    }
    read.sha256 = hash.hex();
    return read;
}

} // namespace av1encd
