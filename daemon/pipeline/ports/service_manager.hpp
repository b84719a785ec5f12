#pragma once
// The door to the program that started the daemon and watches over it. Where there is none, what it
// is told is lost, and nobody minds.

#include <chrono>
#include <optional>
#include <string_view>

namespace av1encd {

class ServiceManager {
public:
    virtual ~ServiceManager() = default;

    /// Somebody hears what is said.
    virtual bool listens() const = 0;
    /// It has to hear alive() that often, or it ends the daemon; nullopt: it does not mind.
    virtual std::optional<std::chrono::microseconds> watchdog() const = 0;

    /// The daemon can serve. False where it could not be told now.
    virtual bool ready() = 0;
    /// What the daemon does, in a line.
    virtual void describe(std::string_view text) = 0;
    virtual void alive() = 0;
    virtual void stopping() = 0;
    /// Start or stop may last that long from now on, or until it is extended again.
    virtual void extend(std::chrono::microseconds time) = 0;
};

} // namespace av1encd
