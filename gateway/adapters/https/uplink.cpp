#include "adapters/https/uplink.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kentongan::https {
namespace {

struct Receiving {
    Bytes bytes;
    std::size_t max = 0;
};

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* user) {
    auto* receiving = static_cast<Receiving*>(user);
    std::size_t length = size * count;
    if (receiving->bytes.size() + length > receiving->max) return 0; // ends the transfer
    const auto* begin = reinterpret_cast<const std::uint8_t*>(data);
    receiving->bytes.insert(receiving->bytes.end(), begin, begin + length);
    return length;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::atomic<bool>*>(user)->load() ? 1 : 0;
}

// Loss on a radio link says little about congestion: BBR keeps its rate where the kernel has it, and where
// not the kernel's own choice stays.
int on_socket(void*, curl_socket_t socket, curlsocktype) {
    constexpr char kBbr[] = "bbr";
    (void)setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kBbr, sizeof kBbr - 1);
    return CURL_SOCKOPT_OK;
}

curl_socket_t on_open(void* user, curlsocktype, curl_sockaddr* address) {
    auto socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (socket >= 0) static_cast<TcpMeter*>(user)->opened(socket);
    return socket < 0 ? CURL_SOCKET_BAD : socket;
}

int on_close(void* user, curl_socket_t socket) {
    static_cast<TcpMeter*>(user)->closing(socket);
    return ::close(socket);
}

// Headers of segments of 1,400 bytes, one acknowledgement for two of them, and TLS records.
std::uint64_t with_headers(std::uint64_t bytes, std::uint64_t other_way) {
    return bytes + (bytes / 1400 + 1) * (40 + 32) + other_way / 2800 * 40 + (bytes / 16384 + 1) * 29;
}

std::uint64_t counted(CURL* curl, CURLINFO which) {
    curl_off_t value = 0;
    return curl_easy_getinfo(curl, which, &value) == CURLE_OK && value > 0 ? static_cast<std::uint64_t>(value)
                                                                           : 0;
}

std::uint64_t counted_long(CURL* curl, CURLINFO which) {
    long value = 0;
    return curl_easy_getinfo(curl, which, &value) == CURLE_OK && value > 0 ? static_cast<std::uint64_t>(value)
                                                                           : 0;
}

Traffic estimate(CURL* curl) {
    // A handshake of TCP and TLS 1.2 with a chain of two certificates.
    constexpr std::uint64_t kHandshakeUp = 2000, kHandshakeDown = 6000;
    auto up = counted(curl, CURLINFO_SIZE_UPLOAD_T) + counted_long(curl, CURLINFO_REQUEST_SIZE);
    auto down = counted(curl, CURLINFO_SIZE_DOWNLOAD_T) + counted_long(curl, CURLINFO_HEADER_SIZE);
    auto fresh = counted_long(curl, CURLINFO_NUM_CONNECTS);
    return {with_headers(up, down) + fresh * kHandshakeUp, with_headers(down, up) + fresh * kHandshakeDown};
}

bool certificate_trouble(CURLcode code) {
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

} // namespace

Uplink::Uplink(UplinkOptions options) : options_(std::move(options)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl_ = curl_easy_init();
    thread_ = std::thread([this] { run(); });
}

Uplink::~Uplink() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    curl_easy_cleanup(static_cast<CURL*>(curl_));
    curl_global_cleanup();
}

bool Uplink::start(Bytes upload, Done done) {
    std::lock_guard lock(mutex_);
    if (busy_ || stopping_) return false;
    busy_ = true;
    job_ = Job{std::move(upload), std::move(done)};
    wake_.notify_one();
    return true;
}

void Uplink::run() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return job_.has_value() || stopping_; });
            if (stopping_) return;
            job = std::move(*job_);
            job_.reset();
        }
        auto answer = exchange(job.upload);
        auto used = traffic();
        busy_ = false;
        if (!stopping_) job.done(std::move(answer), used);
    }
}

Traffic Uplink::traffic() {
    if (auto measured = meter_.take()) return *measured;
    return curl_ == nullptr ? Traffic{} : estimate(static_cast<CURL*>(curl_));
}

Result<Bytes> Uplink::exchange(const Bytes& upload) {
    auto* curl = static_cast<CURL*>(curl_);
    if (curl == nullptr) return fail(ErrorCode::kUnavailable, "uplink.curl");
    Receiving receiving{{}, options_.max_answer};
    curl_easy_reset(curl); // options only: the connection and the TLS session stay
    curl_easy_setopt(curl, CURLOPT_URL, options_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr); // the district's own authority and no other
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(upload.data()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(upload.size()));
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/octet-stream");
    headers = curl_slist_append(headers, "Expect:"); // a round trip that buys nothing here
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stopping_);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &meter_);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, &meter_);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout.count()));
    // No absolute limit: a slow link that moves is a good link. Below 20 bytes a second for `timeout` it is
    // dead.
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 20L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.timeout.count()));

    auto code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code == CURLE_WRITE_ERROR) return fail(ErrorCode::kNoSpace, "uplink.answer");
    if (certificate_trouble(code)) return fail(ErrorCode::kDenied, "uplink.certificate", code);
    if (code != CURLE_OK) return fail(ErrorCode::kUnavailable, "uplink.link", code);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) return std::move(receiving.bytes);
    auto kind = status >= 400 && status < 500 && status != 429 ? ErrorCode::kDenied : ErrorCode::kUnavailable;
    return fail(kind, "uplink.status", status);
}

} // namespace kentongan::https
