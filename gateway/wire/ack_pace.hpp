// When the receiver of datagrams answers: rarely while everything arrives in order, at once when something is
// missing.
//
// Pure, one for each conversation. The content of an answer is not its business: every answer tells
// everything that is known, so a lost one is made good by the next.
#pragma once

#include "wire/udp_datagram.hpp"
#include "wire/udp_flow.hpp"

namespace kentongan::wire {

class AckPace {
  public:
    /// A datagram with frames came. True: answer it now, echoing its number. A keep-alive is never answered
    /// and is not reported here.
    [[nodiscard]] bool arrived(std::uint16_t seq, bool push, Tick now);
    /// When an answer is due if nothing more comes.
    [[nodiscard]] std::optional<Tick> deadline() const { return due_; }
    /// The header of an answer that leaves now: echoes the datagram that came last.
    [[nodiscard]] UdpHeader header(std::uint16_t box) const;
    /// An answer left, for whatever reason.
    void answered();

  private:
    std::optional<std::uint16_t> newest_;
    std::uint16_t last_ = 0;
    std::uint64_t seen_ = 0; // bit n: newest_ - n came
    unsigned waiting_ = 0;
    unsigned young_ = 0;
    Tick last_at_{};
    std::optional<Tick> gap_; // between two arrivals in order
    std::optional<Tick> due_;
};

} // namespace kentongan::wire
