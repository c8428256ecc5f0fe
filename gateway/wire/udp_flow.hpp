// When the next datagram of the UDP carrier may leave, how large it may be, and which ones are lost.
//
// Pure: knows datagrams by number and size, never their content; time comes in, nothing is read or sent. What
// it does and why is ADR 0014; the rules that it keeps are RFC 8085's, with the estimators of RFC 6298 and
// 9002.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace kentongan::wire {

/// Time as the machines of the wire count it: since any fixed origin, never backwards. Not wall time.
using Tick = std::chrono::microseconds;

/// Sizes are bytes of UDP payload unless said otherwise. The defaults are measured (docs/formats/udp.md).
struct FlowLimits {
    std::size_t ip_overhead = 28;       ///< IPv4 and UDP headers; 48 with IPv6.
    std::size_t small_datagram = 512;   ///< Where nothing is known, and on links up to 20 kbit/s.
    std::size_t large_datagram = 1100;  ///< On links from 40 kbit/s, once one of that size has arrived.
    std::size_t initial_datagrams = 4;  ///< In flight before the first answer; also the least window.
    std::size_t max_in_flight = 49'152; ///< Whatever the link can do, in IP bytes.
    Tick first_timeout = std::chrono::seconds(3); ///< Silence before the round trip is known.
    Tick max_timeout = std::chrono::seconds(60);
    unsigned silent_tries = 2; ///< Time-outs in a row after which carrier_dead().
};

/// The sender's flow control of one path. Not thread-safe; owns nothing outside itself; never fails.
class UdpFlow {
  public:
    /// A datagram's number, growing by one for each. The wire carries the low 16 bits.
    using Seq = std::uint64_t;

    struct Permit {
        std::size_t max_bytes = 0; ///< UDP payload.
        bool probe =
            false; ///< After silence: send something that is answered at once, whatever is in flight.
    };

    /// `first`: the number of the first datagram.
    explicit UdpFlow(FlowLimits limits = {}, Seq first = 0);

    /// Whether a datagram may leave now. With nothing to send, call idle() instead of sent().
    [[nodiscard]] std::optional<Permit> may_send(Tick now);
    /// A datagram of `payload` bytes left; its number.
    Seq sent(std::size_t payload, Tick now);
    /// There was a permit and nothing to send: what is measured until then says nothing of the link's rate.
    void idle();

    /// These arrived. `echoed`: the one among them that caused the answer; only it tells the round trip.
    /// Numbers that are unknown (twice acknowledged, taken for lost) are passed over.
    void acked(std::span<const Seq> seqs, std::optional<Seq> echoed, Tick now);
    /// These do not matter any more, and nobody can say whether they arrived.
    void forgotten(std::span<const Seq> seqs);
    /// Datagrams that are to be taken for lost, each named once. Also lets time-outs happen.
    [[nodiscard]] std::vector<Seq> take_lost(Tick now);
    /// The path refused a datagram for its size (EMSGSIZE): small ones only from now on.
    void too_large(Tick now);

    /// When to call again even if nothing arrives: the pace, a loss or a time-out is due. Nothing: only with
    /// news. `has_data`: whether the caller would use a permit.
    [[nodiscard]] std::optional<Tick> deadline(bool has_data) const;

    /// So many time-outs without any answer that another carrier should be tried. Ends with any answer.
    [[nodiscard]] bool carrier_dead() const { return timeouts_ >= limits_.silent_tries; }
    [[nodiscard]] bool is_in_flight(Seq seq) const { return sent_.count(seq) > 0; }
    [[nodiscard]] Seq next_seq() const { return next_; }

    /// What has been learned, for tail repair, the scheduler and figures.
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; } ///< IP bytes.
    [[nodiscard]] std::size_t window() const;                          ///< IP bytes.
    [[nodiscard]] double rate() const { return bandwidth(); }          ///< IP bytes a second; 0: not known.
    [[nodiscard]] double loss() const { return loss_; }                ///< Share lost lately, 0 to 1.
    [[nodiscard]] std::optional<Tick> round_trip() const { return smoothed_; }
    [[nodiscard]] std::size_t datagram_size() const;

  private:
    struct Sent {
        Tick at{};
        std::size_t bytes = 0; // IP
        bool large = false;
        // What the sender knew when it left: the base of its rate sample.
        std::uint64_t delivered = 0;
        Tick delivered_at{};
        Tick first_sent_at{};
        bool idle = false;
    };
    struct Best { // the largest rate of one round
        std::uint64_t round = 0;
        double rate = 0;
    };
    enum class Phase : std::uint8_t { kStart, kDrain, kSteady };
    enum class Large : std::uint8_t { kUntried, kTrying, kArrives, kVanishes };

    void advance(Tick now);
    void measure_round_trip(Tick sample, Tick now);
    void measure_rate(const Sent& best, Tick now);
    void choose_phase(Tick now);
    void judge(bool lost);
    void judge_size(const Sent& datagram, bool lost, Tick now);
    void remove(std::map<Seq, Sent>::iterator at);
    [[nodiscard]] double bandwidth() const;
    [[nodiscard]] double gain() const;
    [[nodiscard]] double bdp() const;
    [[nodiscard]] double least_window() const;
    [[nodiscard]] Tick loss_delay() const;
    [[nodiscard]] std::optional<Tick> timeout_at() const;
    [[nodiscard]] std::optional<Tick> loss_at() const;
    [[nodiscard]] Tick shortest() const;

    FlowLimits limits_;
    Seq next_;
    std::map<Seq, Sent> sent_;
    std::size_t in_flight_ = 0;
    std::vector<Seq> lost_;

    // Round trip.
    std::optional<Tick> smoothed_;
    Tick variation_{};
    Tick latest_{};
    std::array<Tick, 2> shortest_{}; // of this and of the previous stretch of time
    Tick stretch_since_{};
    Seq newest_acked_ = 0; // one past

    // Rate.
    std::uint64_t delivered_ = 0; // IP bytes
    Tick delivered_at_{};
    Tick first_sent_at_{};
    std::uint64_t idle_until_ = 0; // in terms of delivered_
    std::uint64_t round_ = 0;
    std::uint64_t round_ends_ = 0;
    std::array<Best, 10> best_{};
    double best_at_check_ = 0;
    unsigned rounds_without_growth_ = 0;
    Phase phase_ = Phase::kStart;
    std::size_t start_window_;
    unsigned step_ = 0; // of the cycle of paces
    Tick step_since_{};

    // Pace and silence.
    Tick next_send_{};
    Tick silent_since_{};
    unsigned timeouts_ = 0;
    unsigned probes_ = 0;

    // Loss and size.
    double loss_ = 0;
    unsigned judged_ = 0;
    Large large_ = Large::kUntried;
    bool want_large_ = false;
    unsigned large_lost_ = 0;
    Tick large_refused_at_{};
};

/// Whether an address translator on the way is worth being kept awake, and when.
///
/// `last_sent`: when anything last went out. `expected`: when the district is expected to say something by
/// itself. Nothing: no keep-alive; calling again when it matters costs less.
[[nodiscard]] std::optional<Tick> keep_alive_at(Tick last_sent, std::optional<Tick> expected);

} // namespace kentongan::wire
