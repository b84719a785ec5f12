#pragma once
// Standard output and standard error, written at once and with every failure seen.

#include "common/error.hpp"

#include <string_view>

namespace av1encd {

/// Nobody reads what is written any more: the end of `| head`.
class OutputClosed : public Error {
public:
    using Error::Error;
};

class Output {
public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}

    /// Throws OutputClosed, which takes that SIGPIPE is ignored, or Error.
    void write(std::string_view text) const;
    /// For complaints: where they cannot be written, nobody is left to be told so.
    void write_if_possible(std::string_view text) const;
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// Each line of `text` behind the program's name. Where that cannot be written nobody is to be
/// told.
void complain(const Output& complaints, std::string_view text);

} // namespace av1encd
