#pragma once
// Hears of changes in folders by inotify, as far as the file system tells of them and the kernel's
// limits allow.

#include "common/unique_fd.hpp"

#include <string>

namespace av1encd {

class FolderWatch {
public:
    FolderWatch();

    /// From now on, until the folder goes. Adding it again changes nothing.
    void add(int folder);
    /// Passes over all that was heard of so far.
    void drain() const { drain(fd()); }
    static void drain(int fd);

    /// Readable after a change; -1: nothing is heard of at all.
    int fd() const { return events_.get(); }
    /// Why some folders are not watched, and what to do; empty: all are.
    const std::string& unwatched() const { return unwatched_; }

private:
    UniqueFd events_;
    std::string unwatched_;
};

} // namespace av1encd
