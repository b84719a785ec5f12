#pragma once
// I/O priorities as ioprio_set(2) takes them: the kernel's ABI, which glibc has no header for.
// <linux/ioprio.h> of Linux 6.1.192 is no C++: a parameter of its inline function is called
// `class`.

namespace av1encd::io_priority {

inline constexpr int who_process = 1;
inline constexpr int best_effort = 2;
inline constexpr int idle = 3;
inline constexpr int lowest_level = 7; ///< of best_effort; idle has none
inline constexpr int class_shift = 13;

constexpr int value_of(int io_class, int level) {
    return io_class << class_shift | level;
}

} // namespace av1encd::io_priority
