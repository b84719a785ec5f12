#pragma once
// How calls on the share fail. The share helper's parts throw these; who knows what an errno means
// for a request catches it there, and ShareRequests answers the rest as Unavailable.

#include "common/error.hpp"

#include <string_view>

namespace av1encd {

/// "DOING PATH: strerror", and the errno kept beside it.
class CallFailed : public Error {
public:
    CallFailed(int errno_value, std::string_view doing, std::string_view path);
    int errno_value() const { return errno_value_; }

private:
    int errno_value_;
};

class ReadFailed : public CallFailed {
public:
    using CallFailed::CallFailed;
};
class WriteFailed : public CallFailed {
public:
    using CallFailed::CallFailed;
};

/// The tree is not there, not the known one or not mounted.
class TreeUnavailable : public Error {
public:
    using Error::Error;
};

/// The daemon's own file in work_dir is at fault, not the share.
class LocalFileFailed : public Error {
public:
    using Error::Error;
};

} // namespace av1encd
