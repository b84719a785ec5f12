#include "common/status.hpp"

#include "common/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <concepts>
#include <type_traits>

namespace av1encd {

namespace {

// Members in the order of the structs, which is the one that people read them in.
using Json = nlohmann::ordered_json;

template <typename T, typename Wanted>
concept Either = std::same_as<std::remove_const_t<T>, Wanted>;

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
struct IsList : std::false_type {};
template <typename T>
struct IsList<std::vector<T>> : std::true_type {};

// What each struct holds, once for both ways.

void each_field(auto&& field, Either<HoldStatus> auto& hold) {
    field("reason", hold.reason);
    field("text", hold.text);
    field("since", hold.since);
    field("until", hold.until);
}

void each_field(auto&& field, Either<SlotStatus> auto& slot) {
    field("slot", slot.slot);
    field("pid", slot.pid);
    field("source", slot.source);
    field("crf", slot.crf);
    field("segment", slot.segment);
    field("segments", slot.segments);
    field("done_bytes", slot.done_bytes);
    field("total_bytes", slot.total_bytes);
    field("elapsed_s", slot.elapsed_s);
    field("eta_s", slot.eta_s);
    field("fps", slot.fps);
}

void each_field(auto&& field, Either<ChunkStatus> auto& chunk) {
    field("chunk", chunk.chunk);
    field("done_bytes", chunk.done_bytes);
    field("total_bytes", chunk.total_bytes);
    field("elapsed_s", chunk.elapsed_s);
    field("finished", chunk.finished);
}

void each_field(auto&& field, Either<JobCountStatus> auto& jobs) {
    field("waiting", jobs.waiting);
    field("unreadable", jobs.unreadable);
    field("active", jobs.active);
    field("done", jobs.done);
    field("failed", jobs.failed);
    field("skipped", jobs.skipped);
}

void each_field(auto&& field, Either<TotalStatus> auto& totals) {
    field("source_bytes", totals.source_bytes);
    field("elapsed_s", totals.elapsed_s);
    field("mib_per_min", totals.mib_per_min);
}

void each_field(auto&& field, Either<Status> auto& status) {
    field("version", status.version);
    field("machine", status.machine);
    field("state", status.state);
    field("holds", status.holds);
    field("slots", status.slots);
    field("chunks", status.chunks);
    field("jobs", status.jobs);
    field("totals", status.totals);
}

void each_field(auto&& field, Either<RenditionStatus> auto& rendition) {
    field("crf", rendition.crf);
    field("state", rendition.state);
    field("fraction", rendition.fraction);
    field("segments", rendition.segments);
    field("output_bytes", rendition.output_bytes);
    field("attempts", rendition.attempts);
}

void each_field(auto&& field, Either<JobStatus> auto& job) {
    field("source", job.source);
    field("state", job.state);
    field("chunk", job.chunk);
    field("source_bytes", job.source_bytes);
    field("error", job.error);
    field("renditions", job.renditions);
}

void each_field(auto&& field, Either<AttemptStatus> auto& attempt) {
    field("task", attempt.task);
    field("crf", attempt.crf);
    field("number", attempt.number);
    field("cause", attempt.cause);
    field("last_lines", attempt.last_lines);
    field("time", attempt.time);
}

void each_field(auto&& field, Either<JobDetailStatus> auto& detail) {
    each_field(field, detail.job);
    field("sha256", detail.sha256);
    field("output_name", detail.output_name);
    field("claimed_at", detail.claimed_at);
    field("ended_at", detail.ended_at);
    field("notes", detail.notes);
    field("attempts", detail.attempts);
    field("current_tasks", detail.current_tasks);
}

void each_field(auto&& field, Either<HistoryStatus> auto& entry) {
    field("time", entry.time);
    field("source", entry.source);
    field("crf", entry.crf);
    field("source_bytes", entry.source_bytes);
    field("output_bytes", entry.output_bytes);
    field("ratio", entry.ratio);
    field("encode_s", entry.encode_s);
    field("speed", entry.speed);
    field("output", entry.output);
}

void each_field(auto&& field, Either<EventStatus> auto& event) {
    field("event", event.event);
    field("time", event.time);
    field("message", event.message);
    field("source", event.source);
    field("crf", event.crf);
    field("segment", event.segment);
    field("chunk", event.chunk);
    field("fraction", event.fraction);
    field("fps", event.fps);
}

template <typename T>
Json value_of(const T& thing) {
    if constexpr (IsOptional<T>::value) {
        return thing ? value_of(*thing) : Json();
    } else if constexpr (IsList<T>::value) {
        Json array = Json::array();
        for (const auto& element : thing)
            array.push_back(value_of(element));
        return array;
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
        return thing;
    } else {
        Json object = Json::object();
        each_field([&](const char* name, const auto& field) { object[name] = value_of(field); },
                   thing);
        return object;
    }
}

template <typename T>
bool holds_a(const Json& value) {
    if constexpr (std::same_as<T, bool>)
        return value.is_boolean();
    else if constexpr (std::same_as<T, std::string>)
        return value.is_string();
    else if constexpr (std::floating_point<T>)
        return value.is_number();
    else if constexpr (std::unsigned_integral<T>)
        return value.is_number_unsigned();
    else
        return value.is_number_integer();
}

/// `name` is what to blame: the path of the value from the outside, "slots.pid".
template <typename T>
T taken_from(const Json& value, const std::string& name) {
    T thing{};
    if constexpr (IsOptional<T>::value) {
        if (!value.is_null())
            thing = taken_from<typename T::value_type>(value, name);
    } else if constexpr (IsList<T>::value) {
        if (!value.is_array())
            throw Error(fmt::format("'{}' in the daemon's answer is not a list", name));
        for (const auto& element : value)
            thing.push_back(taken_from<typename T::value_type>(element, name));
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
        if (!holds_a<T>(value))
            throw Error(fmt::format("'{}' in the daemon's answer is {}", name, value.type_name()));
        if constexpr (std::same_as<T, int>)
            if (value.get<double>() != static_cast<double>(value.get<int>()))
                throw Error(fmt::format("'{}' in the daemon's answer is out of range", name));
        thing = value.get<T>();
    } else {
        if (!value.is_object())
            throw Error(fmt::format("'{}' in the daemon's answer is not an object", name));
        const auto take = [&]<typename Field>(const char* field_name, Field& field) {
            const auto found = value.find(field_name);
            static const Json null;
            field = taken_from<Field>(found == value.end() ? null : *found,
                                      fmt::format("{}.{}", name, field_name));
        };
        each_field(take, thing);
    }
    return thing;
}

/// Sources are text already; what may not be UTF-8 are ffmpeg's own lines.
template <typename T>
std::string json_text(const T& thing) {
    return value_of(thing).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename T>
T from_text(std::string_view text, const char* name) {
    const Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded())
        throw Error(fmt::format("the daemon's answer ({}) is not JSON", name));
    return taken_from<T>(value, name);
}

} // namespace

std::string to_json(const Status& status) {
    return json_text(status);
}
std::string to_json(const std::vector<JobStatus>& jobs) {
    return json_text(jobs);
}
std::string to_json(const JobDetailStatus& job) {
    return json_text(job);
}
std::string to_json(const std::vector<HistoryStatus>& history) {
    return json_text(history);
}
std::string to_json(const EventStatus& event) {
    return json_text(event);
}

Status status_from_json(std::string_view text) {
    return from_text<Status>(text, "status");
}

std::vector<JobStatus> jobs_from_json(std::string_view text) {
    return from_text<std::vector<JobStatus>>(text, "jobs");
}

JobDetailStatus job_detail_from_json(std::string_view text) {
    return from_text<JobDetailStatus>(text, "job");
}

std::vector<HistoryStatus> history_from_json(std::string_view text) {
    return from_text<std::vector<HistoryStatus>>(text, "history");
}

EventStatus event_from_json(std::string_view text) {
    return from_text<EventStatus>(text, "event");
}

} // namespace av1encd
