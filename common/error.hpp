#pragma once
// What should not happen, as exceptions. What may rightly happen (a failed encoder, a damaged
// source, a lost claim) is data and never comes this way.

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace av1encd {

/// Names the object and the reason: "cannot rename A to B: No space left on device".
/// Lower case, no full stop. Context is added once per layer by std::throw_with_nested.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Wrong use of a command line; the program ends with EX_USAGE (64).
class UsageError : public Error {
public:
    using Error::Error;
};

/// A configuration that cannot be used; the program ends with EX_CONFIG (78).
/// what() holds one complaint a line, each as FILE:LINE:COLUMN: reason.
class ConfigError : public Error {
public:
    using Error::Error;
};

/// Error for a failed system call: "WHAT: strerror(ERRNO_VALUE)".
Error system_error(int errno_value, std::string_view what);

/// The whole chain of nested exceptions, outermost first, joined by ": ".
std::string whole_reason(const std::exception& error);

} // namespace av1encd
