#pragma once
// Makes a test that runs as root an ordinary user's while it lives: root may do everything,
// whatever the modes of files say.

#include <cstdlib>
#include <unistd.h>

namespace av1encd {

class OrdinaryUser {
public:
    OrdinaryUser() {
        if (was_root_ && (::setegid(nobody) != 0 || ::seteuid(nobody) != 0))
            std::abort();
    }
    ~OrdinaryUser() {
        if (was_root_ && (::seteuid(0) != 0 || ::setegid(0) != 0))
            std::abort();
    }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;

private:
    static constexpr unsigned int nobody = 65534;
    const bool was_root_ = ::geteuid() == 0;
};

} // namespace av1encd
