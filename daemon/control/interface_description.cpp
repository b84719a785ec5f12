#include "daemon/control/interface_description.hpp"

#include "common/protocol.hpp"

namespace av1encd {

namespace {

constexpr std::string_view control_description = R"(# Encodes the videos of a shared folder to AV1.
# A source is named by its path below jobs/to_assign: a backslash is written \\ and a byte that is not
# UTF-8 \xHH. Times are ISO 8601 in UTC, sizes are bytes.
interface org.av1encd

# since and until: when it was set and when it ends by itself
type Hold (reason: string, text: string, since: string, until: ?string)

# A slot that waits has neither source nor pid. Bytes are those of the source.
type Slot (
  slot: int,
  pid: ?int,
  source: ?string,
  crf: ?int,
  segment: ?int,
  segments: ?int,
  done_bytes: int,
  total_bytes: int,
  elapsed_s: float,
  eta_s: ?float,
  fps: float
)

# Bytes are those of the sources times their renditions.
type Chunk (chunk: string, done_bytes: int, total_bytes: int, elapsed_s: float, finished: bool)

type JobCounts (
  waiting: int,
  unreadable: int,
  active: int,
  done: int,
  failed: int,
  skipped: int
)

type Totals (source_bytes: int, elapsed_s: float, mib_per_min: float)

type Rendition (
  crf: int,
  state: string,
  fraction: float,
  segments: int,
  output_bytes: int,
  attempts: int
)

# state: claimed encoding publishing done failed skipped
type Job (
  source: string,
  state: string,
  chunk: string,
  source_bytes: int,
  error: string,
  renditions: []Rendition
)

# One run of a task that did not end well
type Attempt (
  task: string,
  crf: ?int,
  number: int,
  cause: string,
  last_lines: []string,
  time: string
)

# speed: seconds of video per second
type FinishedRendition (
  time: string,
  source: string,
  crf: int,
  source_bytes: int,
  output_bytes: int,
  ratio: float,
  encode_s: float,
  speed: float,
  output: string
)

# state: starting running idle paused draining stopping
method Status() -> (
  version: string,
  machine: string,
  state: string,
  holds: []Hold,
  slots: []Slot,
  chunks: []Chunk,
  jobs: JobCounts,
  totals: Totals
)

# All jobs, or those in one state
method List(state: ?string) -> (jobs: []Job)

# One job with everything that happened to it
method Show(source: string) -> (
  source: string,
  state: string,
  chunk: string,
  source_bytes: int,
  error: string,
  renditions: []Rendition,
  sha256: string,
  output_name: string,
  claimed_at: string,
  ended_at: ?string,
  notes: []string,
  attempts: []Attempt,
  current_tasks: []string
)

# Call with 'more': one reply for each event, of one source or of all, until the client goes. A client
# that reads too slowly gets the error Refused and is left out.
method Tail(source: ?string) -> (
  event: string,
  time: string,
  message: string,
  source: ?string,
  crf: ?int,
  segment: ?int,
  chunk: ?string,
  fraction: ?float,
  fps: ?float
)

# Sets the operator hold, for so many seconds or until Resume. drain: running segments finish first.
method Pause(reason: ?string, seconds: ?int, drain: ?bool) -> ()

# Lifts the operator hold; replies with the reasons of the holds that remain.
method Resume() -> (holds: []string)

# Gives a claimed source back.
method Cancel(source: string) -> ()

# Sends a failed source through again.
method Retry(source: string) -> ()

# Accepts the share's marker as the one to work on.
method Adopt() -> ()

# Finished renditions, since a time in ISO 8601 or in seconds since the epoch
method History(since: ?string) -> (renditions: []FinishedRendition)

# Reads the configuration again; Refused says what is wrong with it, and nothing changed then.
method Reload() -> ()

# The configuration in force, as YAML
method Config() -> (config: string, share_root: string, extensions: []string)

error NotFound (reason: string)
error NotAllowed (reason: string)
error Refused (reason: string)
)";

constexpr std::string_view service_description = R"(# What every varlink service answers
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)
error MethodNotFound (method: string)
error InvalidParameter (parameter: string)
error ExpectedMore ()
)";

} // namespace

std::optional<std::string_view> interface_description(std::string_view interface) {
    if (interface == control_interface)
        return control_description;
    if (interface == service_interface)
        return service_description;
    return std::nullopt;
}

} // namespace av1encd
