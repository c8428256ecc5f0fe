#include "adapters/unix_socket/channel.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

using namespace kentongan;
using namespace kentongan::unix_socket;
using namespace std::chrono_literals;
namespace local = kentongan::wire::local;

namespace {

struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/kentongan-test-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    [[nodiscard]] std::string file(const char* name) const { return path + "/" + name; }
};

Channel accept_one(Listener& listener) {
    pollfd waiting{listener.fd(), POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, 5000) == 1);
    auto channel = listener.accept();
    REQUIRE(channel.has_value());
    return std::move(*channel);
}

// Answers AskHealth with the waiting count given; stops when told.
struct Answerer {
    explicit Answerer(const std::string& path, std::uint32_t waiting_items) {
        auto opened = Listener::open(path);
        REQUIRE(opened.has_value());
        listener.emplace(std::move(opened).take());
        thread = std::thread([this, waiting_items] {
            std::vector<Channel> peers;
            while (!stop) {
                std::vector<pollfd> fds{{listener->fd(), POLLIN, 0}};
                for (auto& peer : peers) fds.push_back({peer.fd(), POLLIN, 0});
                ::poll(fds.data(), fds.size(), 10);
                if (auto peer = listener->accept()) peers.push_back(std::move(*peer));
                for (std::size_t i = 0; i < peers.size();) {
                    auto messages = peers[i].receive();
                    if (!messages) {
                        peers.erase(peers.begin() + static_cast<std::ptrdiff_t>(i));
                        continue;
                    }
                    for (auto& message : *messages) {
                        auto* ask = std::get_if<local::AskHealth>(&message);
                        if (ask == nullptr) continue;
                        local::Health stale;
                        stale.call = ask->call + 1000;
                        local::Health health;
                        health.call = ask->call;
                        health.waiting = waiting_items;
                        (void)peers[i].send(stale);
                        (void)peers[i].send(health);
                    }
                    ++i;
                }
            }
        });
    }
    ~Answerer() {
        stop = true;
        thread.join();
    }
    std::optional<Listener> listener;
    std::atomic<bool> stop{false};
    std::thread thread;
};

} // namespace

TEST_CASE("a message sent is the message received, in both directions") {
    Folder folder;
    auto listener = Listener::open(folder.file("box.sock"));
    REQUIRE(listener);
    auto near = Channel::connect(folder.file("box.sock"));
    REQUIRE(near);
    auto far = accept_one(*listener);

    local::SendSms question{7, "+6280000000012", "SURAT"};
    REQUIRE(near->send(question));
    auto got = far.wait(5s);
    REQUIRE(got);
    REQUIRE(got->size() == 1);
    CHECK(std::get<local::SendSms>(got->front()) == question);

    REQUIRE(far.send(local::SmsOutcome{7, 1, 0}));
    REQUIRE(far.send(local::SmsKept{9}));
    std::vector<local::Message> all;
    while (all.size() < 2) {
        auto more = near->wait(5s);
        REQUIRE(more);
        REQUIRE_FALSE(more->empty());
        all.insert(all.end(), more->begin(), more->end());
    }
    CHECK(std::get<local::SmsOutcome>(all[0]).id == 7);
    CHECK(std::get<local::SmsKept>(all[1]).call == 9);
}

TEST_CASE("nothing to read is not an error; a peer that left is, after its last words") {
    Folder folder;
    auto listener = Listener::open(folder.file("box.sock"));
    REQUIRE(listener);
    auto near = Channel::connect(folder.file("box.sock"));
    REQUIRE(near);
    std::optional<Channel> far(accept_one(*listener));

    auto nothing = near->receive();
    REQUIRE(nothing);
    CHECK(nothing->empty());
    auto still = near->wait(1ms);
    REQUIRE(still);
    CHECK(still->empty());

    REQUIRE(far->send(local::SmsKept{1}));
    far.reset();
    auto last = near->wait(5s);
    REQUIRE(last);
    CHECK(last->size() == 1);
    auto gone = near->wait(5s);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == ErrorCode::kUnavailable);
    Status refused = near->send(local::SmsKept{2});
    CHECK_FALSE(refused);
}

TEST_CASE("nonsense is corrupt; half a frame waits for its rest") {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    Channel near(pair[0]);

    auto frame = local::encode(local::SmsKept{5});
    REQUIRE(::write(pair[1], frame.data(), 6) == 6);
    auto half = near.receive();
    REQUIRE(half);
    CHECK(half->empty());
    REQUIRE(::write(pair[1], frame.data() + 6, frame.size() - 6) == static_cast<ssize_t>(frame.size() - 6));
    auto whole = near.wait(5s);
    REQUIRE(whole);
    CHECK(whole->size() == 1);

    const char rubbish[] = "GET / HTTP/1.1\r\n\r\n";
    REQUIRE(::write(pair[1], rubbish, sizeof rubbish) > 0);
    auto refused = near.wait(5s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kCorrupt);
    ::close(pair[1]);
}

TEST_CASE("a peer that never reads is given up at 1 MiB, and nothing blocks") {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    Channel near(pair[0]);
    local::SendSms big{1, "+6280000000012", std::string(8000, 'x')};
    Status status;
    int sent = 0;
    for (; sent < 1000 && status; ++sent) status = near.send(big);
    CHECK_FALSE(status);
    CHECK(status.error().code == ErrorCode::kUnavailable);
    CHECK(sent > 100);
    CHECK(near.wants_write());
    ::close(pair[1]);
}

TEST_CASE("the socket has mode 0660, replaces a stale one, spares a file, and is removed") {
    Folder folder;
    auto path = folder.file("box.sock");
    {
        auto first = Listener::open(path);
        REQUIRE(first);
        struct stat there {};
        REQUIRE(::stat(path.c_str(), &there) == 0);
        CHECK((there.st_mode & 0777) == 0660);
    }
    CHECK(::access(path.c_str(), F_OK) != 0);

    int stale = ::open(path.c_str(), 0); // not there: nothing to open
    CHECK(stale < 0);
    auto file = folder.file("precious");
    FILE* precious = std::fopen(file.c_str(), "w");
    REQUIRE(precious != nullptr);
    std::fclose(precious);
    auto refused = Listener::open(file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kConflict);

    auto long_name = Listener::open(folder.file(std::string(200, 'a').c_str()));
    REQUIRE_FALSE(long_name);
    CHECK(long_name.error().code == ErrorCode::kInvalid);
    auto nobody = Channel::connect(path);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a socket appears under its name only when it listens, and takes a stale one's place at once") {
    Folder folder;
    auto path = folder.file("box.sock");
    int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    REQUIRE(watch >= 0);
    REQUIRE(::inotify_add_watch(watch, folder.path.c_str(), IN_CREATE | IN_DELETE | IN_MOVED_TO) >= 0);
    for (int round = 0; round < 2; ++round) {
        auto listener = Listener::open(path);
        REQUIRE(listener);
        alignas(inotify_event) std::array<char, 4096> events{};
        auto size = ::read(watch, events.data(), events.size());
        REQUIRE(size > 0);
        std::vector<std::uint32_t> seen;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
            if (std::string_view(event->name) == "box.sock") seen.push_back(event->mask);
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
        CHECK(seen == std::vector<std::uint32_t>{IN_MOVED_TO});
        CHECK(Channel::connect(path));
        if (round > 0) break;
        // As after a kill: the name stays, nobody listens.
        auto kept = folder.file("kept");
        REQUIRE(::rename(path.c_str(), kept.c_str()) == 0);
        { auto gone = std::move(*listener); }
        REQUIRE(::rename(kept.c_str(), path.c_str()) == 0);
        CHECK_FALSE(Channel::connect(path));
        while (::read(watch, events.data(), events.size()) > 0) {
        }
    }
    ::close(watch);
}

TEST_CASE("a caller gets its own answer, from several threads, and finds a restarted peer") {
    Folder folder;
    auto path = folder.file("box.sock");
    Caller caller(path);
    auto away = caller.ask(local::AskHealth{}, 2s);
    REQUIRE_FALSE(away);
    CHECK(away.error().code == ErrorCode::kUnavailable);

    {
        Answerer first(path, 3);
        std::vector<std::thread> threads;
        std::atomic<int> right{0};
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 20; ++n) {
                    auto answer = caller.ask(local::AskHealth{}, 5s);
                    if (answer && std::get<local::Health>(*answer).waiting == 3) ++right;
                }
            });
        for (auto& thread : threads) thread.join();
        CHECK(right == 80);
    }
    Answerer second(path, 4);
    auto answer = caller.ask(local::AskHealth{}, 5s);
    REQUIRE(answer);
    CHECK(std::get<local::Health>(*answer).waiting == 4);
}

TEST_CASE("a caller does not wait past its deadline") {
    Folder folder;
    auto listener = Listener::open(folder.file("box.sock"));
    REQUIRE(listener);
    Caller caller(folder.file("box.sock"));
    auto answer = caller.ask(local::AskHealth{}, 20ms);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
}
