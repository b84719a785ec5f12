#pragma once
// What is still to be encoded, over all renditions of all jobs: each tells its part while it
// exists. By it a slot knows whether the end is in sight.

#include "daemon/core/task_order.hpp"

#include <functional>
#include <list>

namespace av1encd {

class WorkAhead {
public:
    using Part = std::function<WorkLeft()>;

    /// A part that counts until its destruction.
    class Entry {
    public:
        Entry(WorkAhead& all, Part part);
        ~Entry();
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

    private:
        WorkAhead& all_;
        std::list<Part>::iterator which_;
    };

    WorkLeft left() const;

private:
    std::list<Part> parts_;
};

} // namespace av1encd
