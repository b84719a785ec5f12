#pragma once
// What av1ctl can be told to do: the one table that the command line, --help and the manual go by.

#include "ctl/session.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace av1encd {

struct Verb {
    std::string_view name;
    std::string_view arguments; ///< as --help shows them
    std::string_view help;
    std::size_t least_arguments;
    std::size_t most_arguments;
    std::vector<std::string_view> options; ///< those of its own
    int (*run)(Session& session);          ///< the exit status
};

std::span<const Verb> verbs();

/// Does what the command line wants; the exit status. What fails is thrown.
int run(Session& session);

} // namespace av1encd
