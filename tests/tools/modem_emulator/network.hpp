// Several emulators as one phone network: what one sends to another's number arrives there.
//
// Each joins a folder with a datagram socket named by its number; a message is one datagram. No process in
// the middle, no port, nothing left behind but a socket file.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::emulator {

/// What happens to messages on the way from this modem to another.
struct PathFaults {
    int lose_next = 0;         ///< So many get lost,
    int double_next = 0;       ///< and so many after those come twice.
    unsigned loss_percent = 0; ///< Then by chance, the same for the same seed.
    unsigned double_percent = 0;
};

/// Threads: one. Never blocks.
class Network {
  public:
    Network(std::string folder, std::string number)
        : folder_(std::move(folder)), number_(std::move(number)) {}
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    ~Network();

    /// Errors: kInvalid - the number is no "+" and 5 to 15 digits; kUnavailable - the socket cannot be made.
    Status join();
    [[nodiscard]] int fd() const { return fd_; }

    /// A message that the network took. To a number that is not in the folder it is only on air, as before.
    void carry(std::string_view to, Bytes deliver);
    /// Sends what could not be sent at once. False: something still waits for the receiver to read.
    bool flush();
    /// What has come for this number: PDUs for a modem's store.
    [[nodiscard]] std::vector<Bytes> arrived();

    [[nodiscard]] const std::string& number() const { return number_; }
    void set_faults(const PathFaults& faults, std::uint64_t seed) {
        faults_ = faults;
        random_ = seed;
    }
    struct Counts {
        std::uint64_t carried = 0; ///< To a number of this network, lost ones and doubles not counted
        std::uint64_t lost = 0;
        std::uint64_t doubled = 0;
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

  private:
    [[nodiscard]] std::string path_of(std::string_view number) const;
    bool chance(unsigned percent);

    std::string folder_;
    std::string number_;
    int fd_ = -1;
    PathFaults faults_;
    std::uint64_t random_ = 1;
    Counts counts_;
    std::deque<std::pair<std::string, Bytes>> waiting_; ///< Path and message
};

} // namespace kentongan::emulator
