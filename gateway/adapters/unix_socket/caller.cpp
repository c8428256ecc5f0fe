#include "adapters/unix_socket/channel.hpp"

#include <mutex>
#include <utility>

namespace kentongan::unix_socket {
namespace {

constexpr std::size_t kMaxIdle = 8;

void set_call(wire::local::Message& message, std::uint64_t call) {
    std::visit(
        [&](auto& alternative) {
            if constexpr (requires { alternative.call; }) alternative.call = call;
        },
        message);
}

std::uint64_t call_of(const wire::local::Message& message) {
    return std::visit(
        [](const auto& alternative) -> std::uint64_t {
            if constexpr (requires { alternative.call; }) return alternative.call;
            return 0;
        },
        message);
}

} // namespace

// Each question has a connection of its own while it waits, so a slow answer holds up nobody else.
struct Caller::State {
    std::string path;
    std::mutex mutex;
    std::vector<Channel> idle;
    std::uint64_t last_call = 0;

    std::pair<std::optional<Channel>, std::uint64_t> take() {
        std::lock_guard lock(mutex);
        std::optional<Channel> channel;
        if (!idle.empty()) {
            channel.emplace(std::move(idle.back()));
            idle.pop_back();
        }
        return {std::move(channel), ++last_call};
    }

    void give_back(Channel channel) {
        std::lock_guard lock(mutex);
        if (idle.size() < kMaxIdle) idle.push_back(std::move(channel));
    }
};

Caller::Caller(std::string path) : state_(std::make_unique<State>()) {
    state_->path = std::move(path);
}

Caller::~Caller() = default;

Result<wire::local::Message> Caller::ask(wire::local::Message question, std::chrono::milliseconds deadline) {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + deadline;
    auto [channel, call] = state_->take();
    // A connection to a peer that was restarted meanwhile reads as gone: then the next one, at last a new
    // one.
    while (channel && !channel->receive()) {
        auto next = state_->take();
        channel = std::move(next.first);
        call = next.second;
    }
    if (!channel) channel.emplace(TRY(Channel::connect(state_->path)));

    set_call(question, call);
    TRY(channel->send(question));
    while (true) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        // On a time-out the connection is dropped, so that the late answer meets no other question.
        if (left.count() <= 0) return fail(ErrorCode::kUnavailable, "unix_socket.deadline");
        for (auto& message : TRY(channel->wait(left))) {
            if (call_of(message) != call) continue;
            state_->give_back(std::move(*channel));
            return std::move(message);
        }
    }
}

} // namespace kentongan::unix_socket
