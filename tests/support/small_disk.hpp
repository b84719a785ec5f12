#pragma once
// A disk that is soon full, for one function.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace av1encd {

/// Runs `act` in a process of its own that sees an empty file system of that size at `folder`;
/// what it returned, or the text of the exception that left it. nullopt: this machine does not let
/// us mount one.
std::optional<std::string> on_small_disk(const std::filesystem::path& folder, std::size_t bytes,
                                         const std::function<std::string()>& act);

} // namespace av1encd
