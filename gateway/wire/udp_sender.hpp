// The box's half of the UDP carrier: frames in, datagrams out, answers back (docs/formats/udp.md).
//
// Pure: bytes and time come in, bytes go out. Data leaves in the very first datagram; there is no handshake.
#pragma once

#include "wire/udp_datagram.hpp"
#include "wire/udp_flow.hpp"

#include <functional>
#include <unordered_map>

namespace kentongan::wire {

/// Where the frames come from: the caller's queue, in the caller's order of importance.
class FrameSource {
  public:
    struct Piece {
        Bytes frame;                    ///< Opaque, not empty.
        std::vector<std::uint64_t> ids; ///< What it carries; at least one. Acknowledged one by one.
    };
    /// True for what is on its way already, or was put into this datagram: not to be given again now.
    using Busy = std::function<bool(std::uint64_t id)>;

    virtual ~FrameSource() = default;
    /// The most important frame of at most `room` bytes that carries no busy id. Nothing: none fits, or none
    /// waits.
    virtual std::optional<Piece> next(std::size_t room, const Busy& busy) = 0;
    /// Whether anything that is not busy waits, of any size.
    virtual bool more(const Busy& busy) = 0;
};

/// One conversation with the district over one path. Not thread-safe; `source` must outlive it.
class UdpSender {
  public:
    /// `first`: the number of the first datagram, any.
    UdpSender(std::uint16_t box, FrameSource& source, FlowLimits limits = {}, std::uint16_t first = 0);

    /// The next datagram to hand to the socket now; nothing: wait until deadline() or news. Call in a loop.
    std::optional<Bytes> next(Tick now);
    /// Something new is in the source.
    void wake() { starved_ = false; }
    /// An answer that was authenticated. `committed`: what the district has committed and the source will not
    /// give any more; ids that are not on their way are passed over. Returns the ids that the echoed datagram
    /// carried, whether committed or not: enough for a frame that is answered rather than acknowledged.
    std::vector<std::uint64_t> answered(const UdpHeader& header, std::span<const std::uint64_t> committed,
                                        Tick now);
    /// The same ids came to an end another way (another carrier): says nothing of this path.
    void withdrawn(std::span<const std::uint64_t> ids);
    /// The socket refused a datagram for its size. What it carried is given again.
    void too_large(Tick now);

    /// When to call next() again if nothing happens before. Nothing: when something new waits.
    [[nodiscard]] std::optional<Tick> deadline() const;
    [[nodiscard]] bool carrier_dead() const { return flow_.carrier_dead(); }
    [[nodiscard]] bool quiet() const { return carried_.empty(); } ///< Nothing is under way.
    [[nodiscard]] const UdpFlow& flow() const { return flow_; }

    struct Counters {
        std::uint64_t datagrams = 0, bytes = 0; ///< Bytes of UDP payload.
        std::uint64_t copies = 0;               ///< Datagrams that repeat what may still arrive.
    };
    [[nodiscard]] const Counters& counters() const { return counters_; }

  private:
    struct Track {
        unsigned copies = 0;       // datagrams in flight that carry it
        unsigned sends = 0;        // ever
        unsigned rests = 0;        // times it arrived without being committed
        std::optional<Tick> until; // not to be sent again before
    };
    struct Built {
        std::vector<Bytes> frames;
        std::vector<std::uint64_t> ids;
        bool copy = false;
    };
    Built build(std::size_t room, unsigned copies);
    [[nodiscard]] FrameSource::Busy busy(unsigned copies, const std::vector<std::uint64_t>& taken) const;
    [[nodiscard]] unsigned copies_allowed() const;
    [[nodiscard]] UdpFlow::Seq widen(std::uint16_t seq) const;
    struct Landing {
        std::optional<UdpFlow::Seq> echoed;
        std::uint32_t before = 0; // the map of an answer
        [[nodiscard]] bool says(UdpFlow::Seq seq) const;
    };
    std::vector<UdpFlow::Seq> land(const Landing& landing, std::span<const std::uint64_t> gone,
                                   std::optional<Tick> now);
    void release(const std::vector<std::uint64_t>& ids, std::optional<Tick> arrived);
    void settle(Tick now);

    std::uint16_t box_;
    FrameSource& source_;
    UdpFlow flow_;
    std::map<UdpFlow::Seq, std::vector<std::uint64_t>> carried_;
    std::unordered_map<std::uint64_t, Track> tracks_;
    std::optional<Tick> rest_ends_; // the soonest of all
    bool starved_ = false;
    Counters counters_;
};

} // namespace kentongan::wire
