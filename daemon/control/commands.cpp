#include "daemon/control/commands.hpp"

#include "common/source_text.hpp"
#include "daemon/control/call_arguments.hpp"
#include "daemon/control/interface_description.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>

namespace av1encd {

namespace {

/// Becomes `org.av1encd.NotAllowed`.
class NotAllowed : public Error {
public:
    using Error::Error;
};
/// Becomes `org.varlink.service.MethodNotFound`; what() is the method.
class MethodNotFound : public Error {
public:
    using Error::Error;
};
/// Becomes `org.varlink.service.InterfaceNotFound`; what() is the interface.
class InterfaceNotFound : public Error {
public:
    using Error::Error;
};
/// Becomes `org.varlink.service.ExpectedMore`.
class ExpectedMore : public Error {
public:
    using Error::Error;
};

struct Call {
    Steering& steering;
    CallArguments arguments;
    Caller caller;
};

Outcome reply(std::string parameters = "{}") {
    return Reply{.parameters = std::move(parameters)};
}

Awaitable<Outcome> status(Call& call) {
    call.arguments.finish();
    co_return reply(to_json(call.steering.status()));
}

Awaitable<Outcome> list(Call& call) {
    auto state = call.arguments.text("state").value_or("");
    call.arguments.finish();
    const auto jobs = co_await call.steering.list(std::move(state));
    co_return reply(JsonObject().add_json("jobs", to_json(jobs)).text());
}

Awaitable<Outcome> show(Call& call) {
    auto source = call.arguments.source();
    call.arguments.finish();
    co_return reply(to_json(co_await call.steering.show(std::move(source))));
}

Awaitable<Outcome> tail(Call& call) {
    Follow follow{call.arguments.optional_source()};
    call.arguments.finish();
    co_return follow;
}

Awaitable<Outcome> pause(Call& call) {
    PauseRequest request;
    request.reason = call.arguments.text("reason").value_or("");
    request.duration = call.arguments.duration("seconds");
    request.drain = call.arguments.flag("drain");
    call.arguments.finish();
    co_await call.steering.pause(std::move(request), call.caller);
    co_return reply();
}

Awaitable<Outcome> resume(Call& call) {
    call.arguments.finish();
    const auto remaining = co_await call.steering.resume(call.caller);
    co_return reply(JsonObject().add_list("holds", remaining).text());
}

Awaitable<Outcome> cancel(Call& call) {
    auto source = call.arguments.source();
    call.arguments.finish();
    co_await call.steering.cancel(std::move(source), call.caller);
    co_return reply();
}

Awaitable<Outcome> retry(Call& call) {
    auto source = call.arguments.source();
    call.arguments.finish();
    co_await call.steering.retry(std::move(source), call.caller);
    co_return reply();
}

Awaitable<Outcome> adopt(Call& call) {
    call.arguments.finish();
    co_await call.steering.adopt(call.caller);
    co_return reply();
}

Awaitable<Outcome> history(Call& call) {
    const auto since = call.arguments.time("since");
    call.arguments.finish();
    const auto renditions = co_await call.steering.history(since);
    co_return reply(JsonObject().add_json("renditions", to_json(renditions)).text());
}

Awaitable<Outcome> reload(Call& call) {
    call.arguments.finish();
    call.steering.reload(call.caller);
    co_return reply();
}

Awaitable<Outcome> config(Call& call) {
    call.arguments.finish();
    const auto report = call.steering.config();
    co_return reply(JsonObject()
                        .add("config", report.yaml)
                        .add("share_root", source_to_text(report.share_root))
                        .add_list("extensions", report.extensions)
                        .text());
}

Awaitable<Outcome> get_info(Call& call) {
    call.arguments.finish();
    co_return reply(JsonObject()
                        .add("vendor", "av1encd")
                        .add("product", "av1encd")
                        .add("version", call.steering.version())
                        .add("url", "")
                        .add_list("interfaces",
                                  {std::string(service_interface), std::string(control_interface)})
                        .text());
}

Awaitable<Outcome> get_interface_description(Call& call) {
    const auto name = call.arguments.required_text("interface");
    call.arguments.finish();
    const auto description = interface_description(name);
    if (!description)
        throw InterfaceNotFound(name);
    co_return reply(JsonObject().add("description", *description).text());
}

enum class Access { read, change };
enum class Replies { one, many };

struct Method {
    std::string_view name;
    Access access;
    Replies replies;
    Awaitable<Outcome> (*run)(Call& call);
};

constexpr std::array methods{
    Method{"org.av1encd.Status", Access::read, Replies::one, status},
    Method{"org.av1encd.List", Access::read, Replies::one, list},
    Method{"org.av1encd.Show", Access::read, Replies::one, show},
    Method{"org.av1encd.Tail", Access::read, Replies::many, tail},
    Method{"org.av1encd.Pause", Access::change, Replies::one, pause},
    Method{"org.av1encd.Resume", Access::change, Replies::one, resume},
    Method{"org.av1encd.Cancel", Access::change, Replies::one, cancel},
    Method{"org.av1encd.Retry", Access::change, Replies::one, retry},
    Method{"org.av1encd.Adopt", Access::change, Replies::one, adopt},
    Method{"org.av1encd.History", Access::read, Replies::one, history},
    Method{"org.av1encd.Reload", Access::change, Replies::one, reload},
    Method{"org.av1encd.Config", Access::read, Replies::one, config},
    Method{"org.varlink.service.GetInfo", Access::read, Replies::one, get_info},
    Method{"org.varlink.service.GetInterfaceDescription", Access::read, Replies::one,
           get_interface_description},
};

const Method& method_of(const Request& request, const Peer& peer) {
    const auto* method = std::find_if(methods.begin(), methods.end(), [&](const Method& each) {
        return each.name == request.method;
    });
    if (method == methods.end())
        throw MethodNotFound(request.method);
    if (method->access == Access::change && !peer.may_change)
        throw NotAllowed(peer.refusal);
    if (method->replies == Replies::many && !request.more)
        throw ExpectedMore(request.method);
    return *method;
}

Reply service_error(std::string_view error, std::string_view member, std::string_view about) {
    return {.parameters = JsonObject().add(member, about).text(), .error = std::string(error)};
}

bool is_cancellation(const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
}

// The one place where an exception becomes what a client sees.
Reply reply_to(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const InvalidArgument& error) {
        return service_error(error_name::invalid_parameter, "parameter", error.what());
    } catch (const MethodNotFound& error) {
        return service_error(error_name::method_not_found, "method", error.what());
    } catch (const InterfaceNotFound& error) {
        return service_error(error_name::interface_not_found, "interface", error.what());
    } catch (const ExpectedMore&) {
        return {.error = std::string(error_name::expected_more)};
    } catch (const NotFound& error) {
        return error_reply(error_name::not_found, whole_reason(error));
    } catch (const NotAllowed& error) {
        return error_reply(error_name::not_allowed, error.what());
    } catch (const boost::system::system_error& error) {
        if (is_cancellation(error))
            throw;
        return error_reply(error_name::refused, whole_reason(error));
    } catch (const std::exception& error) {
        return error_reply(error_name::refused, whole_reason(error));
    }
}

} // namespace

Awaitable<Outcome> run_command(Steering& steering, Request request, Peer peer) {
    std::exception_ptr failure;
    try {
        const auto& method = method_of(request, peer);
        Call call{steering, CallArguments(std::move(request.arguments)), Caller{peer.user}};
        co_return co_await method.run(call);
    } catch (...) {
        failure = std::current_exception();
    }
    co_return reply_to(failure);
}

Reply error_reply(std::string_view error, std::string_view reason) {
    return {.parameters = JsonObject().add("reason", reason).text(),
            .error = std::string(error),
            .reason = std::string(reason)};
}

} // namespace av1encd
