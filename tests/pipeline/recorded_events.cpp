#include "tests/pipeline/recorded_events.hpp"

namespace av1encd::test {

std::vector<std::string> RecordedEvents::words() const {
    std::vector<std::string> list;
    for (const auto& event : all)
        if (event.kind != EventKind::progress && event.severity != Severity::debug)
            list.push_back(event.source.empty() ? to_string(event.kind)
                                                : to_string(event.kind) + " " + event.source);
    return list;
}

} // namespace av1encd::test
