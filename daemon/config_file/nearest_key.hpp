#pragma once
// What somebody who wrote an unknown key may have meant.

#include <string>
#include <string_view>

namespace av1encd {

/// What follows "unknown key 'x'": "; did you mean 'y'?" with the key or section whose last word is
/// nearest, how to write it where a known key was written with dots, nothing where nothing is near.
std::string hint_for_unknown_key(std::string_view unknown);

} // namespace av1encd
