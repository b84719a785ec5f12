#pragma once
// What a source's renditions are called: the same folders and base name, with the container's
// extension, and other names where that one is another source's.

#include "daemon/config/config.hpp"

#include <string>
#include <string_view>

namespace av1encd {

/// The `choice`th name, from 0: `a.mp4`; then, where the source's extension differs from the
/// container's, its whole name (`a.mkv.mp4`); then `a (2).mp4`, `a (3).mp4` … Never longer than a
/// file name may be.
std::string output_name(std::string_view source, Container container, int choice);

} // namespace av1encd
