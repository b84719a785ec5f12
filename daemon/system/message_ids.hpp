#pragma once
// The MESSAGE_IDs of av1encd's journal entries; each has an entry of the same id in the journal's
// catalog. An id never changes its meaning.

#include <string_view>

namespace av1encd::message_id {

inline constexpr std::string_view source_done = "f3ca88a317654b3c9b9195df7e70c2d3";
inline constexpr std::string_view source_failed = "3c959b8ed0dd4e06b3e3e73f48a65c91";
inline constexpr std::string_view paused = "a9485792831e44eb99296f96c7bbeee4";
inline constexpr std::string_view resumed = "6eda223d28e54a93bbd2ac5c4f8acd69";
inline constexpr std::string_view share_lost = "1aea5d88af784b52af4b026074709181";
inline constexpr std::string_view share_back = "20235d9efd3e487b8643853e7c4e29a9";
inline constexpr std::string_view claim_lost = "98fafca8cca543e8a0bb7b2fc29e46d2";

} // namespace av1encd::message_id
