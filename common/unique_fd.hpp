#pragma once
// Owns one file descriptor: closed at the end, moved, never copied.

#include <unistd.h>
#include <utility>

namespace av1encd {

class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~UniqueFd() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    void reset() { UniqueFd(std::move(*this)); }

private:
    int fd_ = -1; ///< -1: none
};

} // namespace av1encd
