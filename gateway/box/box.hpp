// The village's application: one object that answers its processes' messages, in batches that commit
// together.
//
// Threads: one, the core thread; blocks for a disk write at most (and ~20 ms where a receipt opens a reply).
#pragma once

#include "box/carriers.hpp"
#include "box/forward.hpp"
#include "box/sms_carrier.hpp"
#include "box/sms_desk.hpp"
#include "box/stick_desk.hpp"
#include "wire/local.hpp"

#include <functional>

namespace kentongan::box {

/// Names a connected process for as long as it is connected.
using PeerId = std::uint64_t;

struct Inbound {
    PeerId peer = 0;
    wire::local::Message message;
};

struct Outbound {
    PeerId peer = 0;
    wire::local::Message message;
};

class Box {
  public:
    explicit Box(Ground ground, SmsSetting sms = {});
    // Its parts refer to each other.
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;

    /// Answers a batch in one transaction. Every answer returned is true after this returns: "received" means
    /// committed. If the store refuses, nothing of the batch was kept, questions get Refused and SMS stay on
    /// the SIM.
    [[nodiscard]] std::vector<Outbound> handle(const std::vector<Inbound>& batch, Instant now);

    /// Time passing, about once a second. Returns what is to be sent.
    [[nodiscard]] std::vector<Outbound> tick(Instant now);

    /// Writes what is counted and not written yet.
    void before_stop();

    /// A process has gone. What a modem had in hand is of unknown fate.
    void peer_left(PeerId peer, Instant now);

    /// A call for news and what waits, in at most `room` bytes and a call. `echo`, `sparing`: see
    /// Forward::call().
    Result<Bytes> next_parcel(std::uint32_t echo, std::size_t room, Instant now,
                              const Forward::Cargo& cargo = {}, bool sparing = false);
    /// See Forward; for carriers that put their own parcels together.
    Result<Forward::Outgoing> outgoing(std::size_t room, const std::function<bool(const ItemId&)>& skip,
                                       const Forward::Cargo& cargo) {
        return forward_.outgoing(room, skip, cargo);
    }
    Result<Bytes> call(std::uint32_t echo, Instant now, bool sparing) {
        return forward_.call(echo, now, sparing);
    }

    /// What came back by that carrier: every answer in it, in one transaction.
    /// Errors: kDenied, kCorrupt, kUnsupported - nothing in it is to be believed; kUnavailable - not kept.
    Result<Forward::Absorbed> absorb(BytesView parcel, Instant now, Carrier by = Carrier::kHttps);

    /// Which carrier may be used now, and what each was used for. Counts reach the store with what commits.
    [[nodiscard]] Carriers& carriers() { return carriers_; }
    /// What the district's SMS have done since last asked, within handle(): for carriers that have the same
    /// items on their way.
    [[nodiscard]] Forward::Absorbed heard_by_sms() { return sms_carrier_.take_heard(); }

    /// Answers one message of a console: how the links are; an export for a stick, or what a stick brought,
    /// each in a transaction of its own. `echo`: fresh, as for next_parcel(). What was kept is true after
    /// this returns.
    struct StickReply {
        wire::local::Message answer;
        Forward::Absorbed absorbed;
    };
    [[nodiscard]] StickReply stick(const Inbound& inbound, std::uint32_t echo, Instant now);

    /// Whether the disk is nearly full: new requests are refused politely, everything else goes on.
    void set_storage_low(bool low) { storage_low_ = low; }
    /// Whether anything waits to be forwarded.
    [[nodiscard]] bool has_waiting();
    /// Whether an item does that is of this cargo, or that is not.
    [[nodiscard]] bool has_waiting(const Forward::Cargo& cargo);
    [[nodiscard]] bool has_waiting_beyond(const Forward::Cargo& cargo);
    /// The store reported an I/O error: close it, open it again, and make a new Box.
    [[nodiscard]] bool store_failed() const { return store_failed_; }

  private:
    Status one(const Inbound& inbound, Instant now, std::vector<Outbound>& out);
    Result<wire::local::Message> submit(const wire::local::Submit& submit, Instant now);
    wire::local::Message status(const wire::local::AskStatus& ask, Instant now);
    Result<wire::local::Message> stick_one(const Inbound& inbound, std::uint32_t echo, Instant now,
                                           Forward::Absorbed& absorbed);
    Result<wire::local::LinksAre> links(Instant now);
    void recall();
    Status pump(Instant now, std::vector<Outbound>& out);
    Status settle(const std::vector<SmsOutbox::FrameFate>& fates, Instant now);
    Status keep_counts();
    void believed(const Forward::Absorbed& absorbed);
    /// Runs `work` in a transaction; false if anything of it was not kept.
    bool kept(const std::function<Status()>& work);

    Ground ground_;
    Carriers carriers_;
    Intake intake_;
    Statuses statuses_;
    SmsOutbox outbox_;
    Bulletins bulletins_;
    Forward forward_;
    SmsCarrier sms_carrier_;
    SmsDesk sms_desk_;
    StickDesk stick_desk_;
    std::optional<PeerId> modem_;
    wire::local::ModemState modem_state_;
    bool storage_low_ = false;
    bool store_failed_ = false;
};

} // namespace kentongan::box
