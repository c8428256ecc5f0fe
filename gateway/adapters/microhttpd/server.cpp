#include "adapters/microhttpd/connection_table.hpp"
#include "adapters/microhttpd/http_server.hpp"
#include "adapters/microhttpd/request_head.hpp"
#include "adapters/microhttpd/response_headers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>

namespace kentongan::http {
namespace {

// Head, decoded arguments and answer head of one connection lie in one pool: this bounds them for every
// client.
constexpr std::size_t kPoolBytes = 32 * 1024;
constexpr std::size_t kThreadStackBytes = 512 * 1024;
constexpr int kBacklog = 128;
constexpr const char* kTlsPriorities = "SECURE128:+SECURE192:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct Socket {
    int fd = -1;
    explicit Socket(int number) : fd(number) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (fd >= 0) ::close(fd);
    }
    int release() { return std::exchange(fd, -1); }
};

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

std::optional<Address> numeric_address(const std::string& text, std::uint16_t port) {
    Address out;
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr = v4;
        std::memcpy(&out.storage, &address, sizeof address);
        out.size = sizeof address;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        address.sin6_addr = v6;
        std::memcpy(&out.storage, &address, sizeof address);
        out.size = sizeof address;
    } else {
        return std::nullopt;
    }
    return out;
}

std::string text_of(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address == nullptr) return text;
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    return text;
}

std::uint16_t port_of(int fd) {
    Address bound;
    bound.size = sizeof bound.storage;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) return 0;
    if (bound.storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &bound.storage, sizeof v4);
        return ntohs(v4.sin_port);
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &bound.storage, sizeof v6);
    return ntohs(v6.sin6_port);
}

int fd_of(MHD_Connection* connection) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == nullptr ? -1 : info->connect_fd;
}

// Whether the views that libmicrohttpd gives out account for every byte of the head as it was received.
//
// It hands out C strings in its buffer, cut at the first NUL, and joins folded lines: a NUL, a fold, a bare
// line feed or a second space would be invisible. All of them leave a gap between two neighbours here. Should
// a release of libmicrohttpd lay its buffer out in another way, every request is refused, and the tests say
// so.
bool accounts_for_every_byte(const RawHead& raw, std::size_t head_size) {
    const char* end = raw.method.data() + raw.method.size() + 1;
    if (raw.target.data() != end) return false;
    end += raw.target.size() + 1;
    if (raw.version.data() != end) return false;
    end += raw.version.size() + 2;
    for (const auto& [name, value] : raw.headers) {
        if (name.data() != end) return false;
        end += name.size() + 1;
        if (value.data() == nullptr || value.data() < end) return false;
        for (; end < value.data(); ++end)
            if (*end != ' ' && *end != '\t') return false;
        end += value.size() + 2;
    }
    return end + 2 == raw.method.data() + head_size;
}

// One request on its way, owned by libmicrohttpd's request context between the two callbacks.
struct Exchange {
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() { wipe(request.body); } // what people write is not left behind in free memory
    std::string target;                 ///< Copied: libmicrohttpd cuts its own at '?' and '&'.
    const char* target_at = nullptr;    ///< Where it was; only ever compared.
    bool head_read = false;
    std::optional<int> refused;
    std::size_t body_size = 0;
    Request request;
};

class MicrohttpdServer final : public Server {
  public:
    MicrohttpdServer(ServerOptions options, Handler handler)
        : options_(std::move(options)), handler_(std::move(handler)),
          connections_(options_.deadline, options_.max_connections) {}
    ~MicrohttpdServer() override { stop_once(); }

    Status open();
    [[nodiscard]] std::uint16_t port() const override { return port_; }
    void stop() override { stop_once(); }

  private:
    static MicrohttpdServer& self(void* server) { return *static_cast<MicrohttpdServer*>(server); }
    static void on_connection(void* server, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode code) noexcept;
    static void* on_target(void* server, const char* target, MHD_Connection* connection) noexcept;
    static MHD_Result on_request(void* server, MHD_Connection* connection, const char* url,
                                 const char* method, const char* version, const char* data, std::size_t* size,
                                 void** context) noexcept;
    static void on_completed(void* server, MHD_Connection* connection, void** context,
                             MHD_RequestTerminationCode code) noexcept;
    // The target is read from its raw bytes; libmicrohttpd shall decode nothing.
    static std::size_t on_unescape(void*, MHD_Connection*, char* text) noexcept { return std::strlen(text); }

    void read_whole_head(MHD_Connection* connection, Exchange& exchange, const char* method,
                         const char* version);
    MHD_Result answer(MHD_Connection* connection, const Exchange& exchange);
    MHD_Result send(MHD_Connection* connection, Response response);
    void stop_once();

    const ServerOptions options_;
    const Handler handler_;
    ConnectionTable connections_;
    MHD_Daemon* daemon_ = nullptr;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::mutex stop_mutex_;
};

Status MicrohttpdServer::open() {
    if (options_.tls_certificate.empty() != options_.tls_key.empty())
        return fail(ErrorCode::kInvalid, "http.start");
    auto address = numeric_address(options_.bind, options_.port);
    if (!address) return fail(ErrorCode::kInvalid, "http.bind");
    Socket listening(
        ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
    if (listening.fd < 0) return fail(ErrorCode::kUnavailable, "http.socket", errno);
    int on = 1;
    // A restart finds the old connections in TIME_WAIT; without this it could not listen for a minute.
    (void)::setsockopt(listening.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->storage.ss_family == AF_INET6)
        (void)::setsockopt(listening.fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(listening.fd, reinterpret_cast<const sockaddr*>(&address->storage), address->size) != 0)
        return fail(ErrorCode::kUnavailable, "http.bind", errno);
    if (::listen(listening.fd, kBacklog) != 0) return fail(ErrorCode::kUnavailable, "http.listen", errno);
    port_ = port_of(listening.fd);

    bool tls = !options_.tls_key.empty();
    unsigned threads = std::clamp(options_.threads, 1U, 64U);
    unsigned limit = std::max(options_.max_connections, threads);
    // libmicrohttpd's own time-out is for inactivity; it stays as a second line behind the table's.
    auto inactivity =
        static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(options_.deadline).count()) + 1;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    if (tls) flags |= MHD_USE_TLS;
    std::vector<MHD_OptionItem> more;
    if (threads > 1) more.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(threads), nullptr});
    if (tls) {
        more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(options_.tls_key.c_str())});
        more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(options_.tls_certificate.c_str())});
        more.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kTlsPriorities)});
    }
    more.push_back({MHD_OPTION_END, 0, nullptr});
    daemon_ = MHD_start_daemon(
        flags, 0, nullptr, nullptr, &MicrohttpdServer::on_request, this, MHD_OPTION_LISTEN_SOCKET,
        listening.fd, MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options_.max_connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT, inactivity,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, kPoolBytes, MHD_OPTION_THREAD_STACK_SIZE, kThreadStackBytes,
        MHD_OPTION_NOTIFY_CONNECTION, &MicrohttpdServer::on_connection, this, MHD_OPTION_URI_LOG_CALLBACK,
        &MicrohttpdServer::on_target, this, MHD_OPTION_NOTIFY_COMPLETED, &MicrohttpdServer::on_completed,
        this, MHD_OPTION_UNESCAPE_CALLBACK, &MicrohttpdServer::on_unescape, nullptr, MHD_OPTION_ARRAY,
        more.data(), MHD_OPTION_END);
    if (daemon_ == nullptr) {
        // libmicrohttpd has closed a listening socket that it was given, if it came so far.
        if (::fcntl(listening.fd, F_GETFD) < 0) (void)listening.release();
        return fail(tls ? ErrorCode::kInvalid : ErrorCode::kUnavailable, "http.start", errno);
    }
    (void)listening.release();
    return {};
}

void MicrohttpdServer::on_connection(void* server, MHD_Connection* connection, void** /*context*/,
                                     MHD_ConnectionNotificationCode code) noexcept {
    int fd = fd_of(connection);
    if (fd < 0) return;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        self(server).connections_.opened(fd);
    else
        self(server).connections_.closed(fd);
}

void* MicrohttpdServer::on_target(void* server, const char* target, MHD_Connection* connection) noexcept {
    self(server).connections_.asking(fd_of(connection));
    try {
        auto exchange = std::make_unique<Exchange>();
        exchange->target = target;
        exchange->target_at = target;
        return exchange.release();
    } catch (...) { // Out of memory: on_request() then hangs up.
        return nullptr;
    }
}

void MicrohttpdServer::on_completed(void* server, MHD_Connection* connection, void** context,
                                    MHD_RequestTerminationCode /*code*/) noexcept {
    delete static_cast<Exchange*>(*context);
    *context = nullptr;
    self(server).connections_.rested(fd_of(connection));
}

MHD_Result MicrohttpdServer::on_request(void* server, MHD_Connection* connection, const char* /*url*/,
                                        const char* method, const char* version, const char* data,
                                        std::size_t* size, void** context) noexcept {
    auto* exchange = static_cast<Exchange*>(*context);
    if (exchange == nullptr) return MHD_NO;
    try {
        auto& http = self(server);
        if (!exchange->head_read) {
            exchange->head_read = true;
            http.read_whole_head(connection, *exchange, method, version);
            if (exchange->refused) return http.answer(connection, *exchange);
            exchange->request.body.reserve(exchange->body_size);
            return MHD_YES;
        }
        if (*size > 0) {
            auto& body = exchange->request.body;
            if (!exchange->refused) {
                if (body.size() + *size >
                    exchange->body_size) // libmicrohttpd counts as well; never trust one counter
                    exchange->refused = 400;
                else
                    body.append(data, *size);
            }
            *size = 0;
            return MHD_YES;
        }
        return http.answer(connection, *exchange);
    } catch (...) { // Out of memory: no exception may cross libmicrohttpd's C frames.
        return MHD_NO;
    }
}

void MicrohttpdServer::read_whole_head(MHD_Connection* connection, Exchange& exchange, const char* method,
                                       const char* version) {
    RawHead raw;
    raw.method = method;
    raw.version = version == nullptr ? std::string_view{} : std::string_view(version);
    raw.target = std::string_view(exchange.target_at, exchange.target.size());
    auto collect = [](void* out, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
                      std::size_t value_size) noexcept {
        auto& headers = *static_cast<std::vector<std::pair<std::string_view, std::string_view>>*>(out);
        headers.emplace_back(std::string_view(name, name_size),
                             value == nullptr ? std::string_view{} : std::string_view(value, value_size));
        return headers.size() > kMaxHeaders ? MHD_NO : MHD_YES;
    };
    raw.headers.reserve(kMaxHeaders + 1);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, &raw.headers);
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    exchange.request.peer = text_of(info == nullptr ? nullptr : info->client_addr);
    const auto* size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    bool whole = raw.headers.size() > kMaxHeaders || // read_head() says so
                 (size != nullptr && accounts_for_every_byte(raw, size->header_size));
    raw.target = exchange.target;
    exchange.refused = read_head(raw, Limits{options_.max_body, &options_.allowed_hosts}, exchange.request,
                                 exchange.body_size);
    if (!whole && !exchange.refused) exchange.refused = 400;
}

MHD_Result MicrohttpdServer::answer(MHD_Connection* connection, const Exchange& exchange) {
    connections_.answering(fd_of(connection));
    if (exchange.refused)
        return send(connection, refuse(exchange.request, *exchange.refused, options_.refusal));
    Response response;
    try {
        response = handler_(exchange.request);
    } catch (...) { // By contract none comes; a fault of one handler shall not end the process.
        return send(connection, refuse(exchange.request, 500, options_.refusal));
    }
    return send(connection, std::move(response));
}

MHD_Result MicrohttpdServer::send(MHD_Connection* connection, Response response) {
    if (options_.page_headers) add_page_headers(response);
    if (stopping_) response.headers.emplace_back("Connection", "close");
    auto* queued =
        MHD_create_response_from_buffer(response.body.size(), response.body.data(), MHD_RESPMEM_MUST_COPY);
    if (queued == nullptr) return MHD_NO;
    if (!response.content_type.empty() && response.status != 304)
        MHD_add_response_header(queued, "Content-Type", response.content_type.c_str());
    // A name or value that would split the head is refused by libmicrohttpd, and is then left out.
    for (const auto& [name, value] : response.headers)
        MHD_add_response_header(queued, name.c_str(), value.c_str());
    auto done = MHD_queue_response(connection, static_cast<unsigned>(response.status), queued);
    MHD_destroy_response(queued);
    return done;
}

void MicrohttpdServer::stop_once() {
    std::lock_guard lock(stop_mutex_);
    if (daemon_ == nullptr) return;
    stopping_ = true;
    int listening = MHD_quiesce_daemon(daemon_);
    connections_.wait_until_answered(options_.deadline);
    MHD_stop_daemon(daemon_);
    daemon_ = nullptr;
    if (listening >= 0) ::close(listening);
}

} // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
    if (!handler || options.deadline <= std::chrono::milliseconds{0} || options.max_connections == 0)
        return fail(ErrorCode::kInvalid, "http.start");
    auto server = std::make_unique<MicrohttpdServer>(std::move(options), std::move(handler));
    TRY(server->open());
    return std::unique_ptr<Server>(std::move(server));
}

} // namespace kentongan::http
