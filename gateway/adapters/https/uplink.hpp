// The HTTPS carrier of a box: one POST carries an upload and its answer (docs/formats/district-http.md).
#pragma once

#include "adapters/https/meter.hpp"
#include "base/bytes.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kentongan::https {

struct UplinkOptions {
    std::string url;     ///< "https://district.example:8443/v2/exchange"; nothing but https is spoken.
    std::string ca_file; ///< PEM: who may vouch for the district. Empty: the system's authorities.
    std::chrono::seconds connect_timeout{20};
    std::chrono::seconds timeout{120}; ///< How long a link may be all but silent before it counts as dead.
    std::size_t max_answer = 2 * 1024 * 1024;
};

/// Does one exchange at a time on a thread of its own; the connection (and its TLS session) is kept between
/// them.
class Uplink {
  public:
    /// `done` is called from the uplink's thread with the answer or:
    /// kUnavailable - no link, no answer, 5xx; kDenied - the certificate is not the district's, or 4xx:
    /// `native` is the HTTP status or libcurl's code; kNoSpace - the answer is too large.
    /// The traffic is what went over the link since the last time (TcpMeter), whether there was an answer or
    /// not; where the kernel does not count, an estimate from libcurl's numbers that is rather too high.
    using Done = std::function<void(Result<Bytes>, Traffic)>;

    explicit Uplink(UplinkOptions options);
    ~Uplink(); ///< Gives up what is under way.

    /// False if an exchange is under way already.
    bool start(Bytes upload, Done done);
    [[nodiscard]] bool busy() const { return busy_; }

  private:
    struct Job {
        Bytes upload;
        Done done;
    };
    void run();
    Result<Bytes> exchange(const Bytes& upload);
    Traffic traffic();

    UplinkOptions options_;
    TcpMeter meter_; ///< libcurl calls back until it is gone.
    void* curl_ = nullptr;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<Job> job_;
    std::atomic<bool> busy_ = false;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace kentongan::https
