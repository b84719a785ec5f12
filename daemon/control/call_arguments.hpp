#pragma once
// The arguments of one call, taken out by name and type; what is left at the end is one too many.

#include "common/protocol.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace av1encd {

/// Missing, of the wrong type or out of range, or unknown; what() is the argument's name.
class InvalidArgument : public Error {
public:
    using Error::Error;
};

/// All calls throw InvalidArgument.
class CallArguments {
public:
    explicit CallArguments(Arguments arguments) : arguments_(std::move(arguments)) {}

    std::optional<std::string> text(const std::string& name);
    std::string required_text(const std::string& name);
    /// false where it is not given.
    bool flag(const std::string& name);
    /// Whole seconds, from one second to a hundred years.
    std::optional<std::chrono::seconds> duration(const std::string& name);
    /// ISO 8601 as the daemon writes it, or seconds since the epoch as number or text.
    std::optional<std::chrono::sys_seconds> time(const std::string& name);
    /// The bytes of the argument `source`, which is text (source_to_text) and never empty.
    std::string source();
    /// As source(); empty where it is not given.
    std::string optional_source();
    /// Nothing may be left.
    void finish() const;

private:
    template <typename T>
    std::optional<T> take(const std::string& name);

    Arguments arguments_;
};

} // namespace av1encd
