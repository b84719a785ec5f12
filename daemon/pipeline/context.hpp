#pragma once
// What every part of the pipeline works with; made once, by the daemon, and outlives them all.

#include "daemon/config/config.hpp"
#include "daemon/core/encoder_record.hpp"
#include "daemon/core/tally.hpp"
#include "daemon/pipeline/disk_hold.hpp"
#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/places.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/pipeline/ports/ledger.hpp"
#include "daemon/pipeline/ports/machine.hpp"
#include "daemon/pipeline/ports/processes.hpp"
#include "daemon/pipeline/ports/share.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"
#include "daemon/pipeline/slots.hpp"
#include "daemon/pipeline/work_ahead.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <set>
#include <string>

namespace av1encd {

struct Context {
    boost::asio::any_io_executor executor;
    const Config& config; ///< in force now; a job copies what must not change under it
    Share& share;
    Ledger& ledger;
    Processes& processes;
    WorkDir& work_dir;
    Machine& machine;
    Clock& clock;
    Events& events;
    Pauser& pauser;
    Slots& slots;
    DiskHold& disk;
    Tally& tally;
    Places& transfers; ///< copies to and from the share that run at once
    /// Of "ffmpeg" and its encoder libraries, for fingerprints.
    std::map<std::string, std::string> versions;
    std::set<std::string> output_names{}; ///< that jobs of this machine are working on
    WorkAhead work_ahead{};
    EncoderRecord encoder_record{};

    /// Empty where it is not known.
    std::string version_of(const std::string& name) const {
        const auto found = versions.find(name);
        return found == versions.end() ? std::string() : found->second;
    }
};

} // namespace av1encd
