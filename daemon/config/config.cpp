#include "daemon/config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {
namespace {

constexpr std::string_view crf_placeholder = "{crf}";

bool names_crf(const std::filesystem::path& component) {
    return component.native().find(crf_placeholder) != std::string::npos;
}

std::string with_crf(std::string text, int crf) {
    for (auto at = text.find(crf_placeholder); at != std::string::npos;
         at = text.find(crf_placeholder))
        text.replace(at, crf_placeholder.size(), std::to_string(crf));
    return text;
}

std::filesystem::path without_trailing_slash(const std::filesystem::path& path) {
    return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

} // namespace

std::filesystem::path output_root(const ShareConfig& share) {
    const auto pattern = std::filesystem::path(share.output).lexically_normal();
    std::filesystem::path root;
    for (auto part = pattern.begin(); part != pattern.end() && !names_crf(*part); ++part)
        root /= *part;
    return without_trailing_slash(root);
}

std::filesystem::path output_folder(const ShareConfig& share, int crf) {
    const auto pattern = std::filesystem::path(share.output).lexically_normal();
    auto part = std::find_if(pattern.begin(), pattern.end(), names_crf);
    std::filesystem::path folder;
    for (; part != pattern.end(); ++part)
        folder /= with_crf(part->native(), crf);
    return without_trailing_slash(folder);
}

std::string to_string(Encoder encoder) {
    switch (encoder) {
    case Encoder::libsvtav1: return "libsvtav1";
    case Encoder::libaom_av1: return "libaom-av1";
    case Encoder::librav1e: return "librav1e";
    }
    return {};
}

std::vector<std::string> keys_that_need_restart(const Config& running, const Config& wanted) {
    std::vector<std::string> keys;
    const auto compare = [&](const char* key, const auto& old_value, const auto& new_value) {
        if (old_value != new_value)
            keys.emplace_back(key);
    };
    compare("machine_id", running.machine_id, wanted.machine_id);
    compare("work_dir", running.work_dir, wanted.work_dir);
    compare("control_socket", running.control_socket, wanted.control_socket);
    compare("share.root", running.share.root, wanted.share.root);
    compare("share.output", running.share.output, wanted.share.output);
    return keys;
}

} // namespace av1encd
