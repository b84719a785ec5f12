add_library(av1encd_warnings INTERFACE)
target_compile_options(av1encd_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Woverloaded-virtual -Wnull-dereference
    # g++ 12 takes Asio's frame allocation of coroutines for a mismatch
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    # g++ 12 reports these inside the standard library once it inlines (PR 105329, PR 105562), the last two
    # where it comes from a precompiled header
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-null-dereference>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-array-bounds
        -Wno-stringop-overflow>
    $<$<BOOL:${AV1ENCD_WERROR}>:-Werror>)
