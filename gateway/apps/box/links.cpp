#include "apps/box/links.hpp"

#include "base/log.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace kentongan::apps {
namespace {

using box::Carrier;
using box::Share;
using std::chrono::steady_clock;

// A failing link is tried again ever more rarely, up to this many poll intervals; something new is worth an
// early try.
constexpr int kLongestBackoff = 10;
constexpr std::chrono::seconds kEarlyTry{5};

} // namespace

std::uint32_t fresh_echo() {
    std::uint32_t echo = 0;
    while (echo == 0) wire::random_bytes({reinterpret_cast<std::uint8_t*>(&echo), sizeof echo});
    return echo;
}

Links::Links(LinkOptions options, BoxId id, Clock now, Heard heard)
    : options_(std::move(options)), id_(id), now_(std::move(now)), heard_(std::move(heard)),
      uplink_(std::make_unique<https::Uplink>(options_.uplink)),
      answered_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Links::~Links() {
    uplink_.reset();
    ::close(answered_fd_);
}

void Links::use(box::Box& box) {
    box_ = &box;
    next_udp_ = steady_clock::now();
    if (options_.datagrams) box_->carriers().set_link(Carrier::kDatagrams, box::Link::kUntried);
    box_->carriers().set_link(Carrier::kHttps, box::Link::kUntried);
}

void Links::leave() {
    udp_.reset(); // it spoke for the box
    box_ = nullptr;
}

void Links::withdrawn(const std::vector<ItemId>& items) {
    if (udp_) udp_->withdrawn(items);
}

void Links::watch(std::vector<pollfd>& watched) const {
    watched.push_back({answered_fd_, POLLIN, 0});
    if (udp_) watched.push_back({udp_->fd(), POLLIN, 0});
}

std::optional<steady_clock::time_point> Links::deadline() const {
    auto due = udp_ ? udp_->deadline() : std::nullopt;
    if (!due) return std::nullopt;
    return Moment(std::chrono::duration_cast<steady_clock::duration>(*due));
}

void Links::drive() {
    take_answer();
    note_budgets();
    drive_datagrams();
    drive_https();
}

bool Links::may(Carrier carrier, Share share, std::size_t bytes) {
    return static_cast<bool>(box_->carriers().may(carrier, share, bytes, 0, now_()));
}

void Links::note_budgets() {
    for (auto carrier : {Carrier::kDatagrams, Carrier::kHttps}) {
        auto least = box::least_load(carrier);
        auto why = box_->carriers().may(carrier, Share::kOrdinary, least.bytes, 0, now_()).why;
        auto& noted = noted_[static_cast<std::size_t>(carrier) - 1];
        if (why == noted) continue;
        noted = why;
        log(LogLevel::kInfo, "box.budget",
            {{"carrier", static_cast<int>(carrier)}, {"hindrance", static_cast<int>(why)}});
        // The day has turned, or another carrier takes over.
        hurry_ = box_->has_waiting();
    }
}

// --- datagrams ---

void Links::open_datagrams() {
    if (!options_.datagrams || udp_ || steady_clock::now() < next_udp_) return;
    if (!may(Carrier::kDatagrams, Share::kUrgent, UdpCarrier::kLargestPacket)) return;
    // A name may take seconds to resolve; the first answer is kept by resolvers, and a number takes no time.
    auto address = udp::Address::resolve(options_.datagrams->first, options_.datagrams->second);
    auto socket = address ? udp::Socket::connect(*address) : tl::unexpected<Error>(address.error());
    if (!socket) {
        next_udp_ = steady_clock::now() + udp_rest_;
        return;
    }
    std::uint16_t first = 0;
    wire::random_bytes({reinterpret_cast<std::uint8_t*>(&first), sizeof first});
    udp_ = std::make_unique<UdpCarrier>(std::move(*socket), address->is_v6(), *box_, id_, first);
    poll_by_datagrams(steady_clock::now());
}

void Links::close_datagrams() {
    udp_.reset();
    hurry_ = true;
    next_exchange_ = steady_clock::now();
}

void Links::poll_by_datagrams(Moment time) {
    auto now = now_();
    bool sparing = !may(Carrier::kDatagrams, Share::kPublications, UdpCarrier::kLargestPacket);
    if (may(Carrier::kDatagrams, Share::kOrdinary, UdpCarrier::kLargestPacket)) {
        udp_->ask(now, sparing);
    } else if (may(Carrier::kHttps, Share::kOrdinary, kBareExchange)) {
        bulk_ = bulk_ || time >= https_rests_until_;
    } else if (time >= next_rare_) {
        next_rare_ = time + kRareCall;
        udp_->ask(now, true);
    }
}

void Links::drive_datagrams() {
    open_datagrams();
    if (!udp_) return;
    if (!may(Carrier::kDatagrams, Share::kUrgent, UdpCarrier::kLargestPacket)) {
        close_datagrams();
        return;
    }
    auto time = steady_clock::now();
    if (hurry_) udp_->wake();
    if (time >= next_exchange_) {
        poll_by_datagrams(time);
        next_exchange_ = time + options_.poll_every;
        // What HTTPS failed to bring, or had no budget for.
        if (time >= https_rests_until_) bulk_ = bulk_ || box_->has_waiting_beyond(udp_->cargo(now_()));
    }
    auto tick = std::chrono::duration_cast<wire::Tick>(time.time_since_epoch());
    udp_->drive(tick, now_(), [&](const box::Forward::Absorbed& absorbed) {
        udp_rest_ = kFirstUdpRest;
        box_->carriers().set_link(Carrier::kDatagrams, box::Link::kUp);
        heard_(absorbed);
        // A whole publication is cheaper by HTTPS than three times its request at a time.
        if (absorbed.more && absorbed.pieces && may(Carrier::kHttps, Share::kPublications, kWithPieces))
            bulk_ = true;
        else if (absorbed.more)
            poll_by_datagrams(time);
    });
    if (hurry_) bulk_ = bulk_ || box_->has_waiting_beyond(udp_->cargo(now_()));
    hurry_ = false;
    if (!udp_->dead()) return;
    log(LogLevel::kWarning, "box.no_datagrams", {{"again_in_s", udp_rest_.count()}});
    box_->carriers().set_link(Carrier::kDatagrams, box::Link::kSilent);
    next_udp_ = time + udp_rest_;
    udp_rest_ = std::min(udp_rest_ * 2, kLongestUdpRest);
    close_datagrams();
}

// --- HTTPS ---

std::optional<Links::Leave> Links::https_leave(Moment time) {
    auto& carriers = box_->carriers();
    auto now = now_();
    if (!may(Carrier::kHttps, Share::kUrgent, kBareExchange)) return std::nullopt;
    Leave out;
    out.cargo.urgent_only = !may(Carrier::kHttps, Share::kOrdinary, kBareExchange);
    if (out.cargo.urgent_only) {
        if (!box_->has_waiting(out.cargo) && time < next_rare_) return std::nullopt;
        next_rare_ = time + kRareCall;
    }
    out.sparing = !may(Carrier::kHttps, Share::kPublications, kWithPieces);
    out.room = slice_;
    auto share = out.cargo.urgent_only ? Share::kUrgent : Share::kOrdinary;
    if (auto left = carriers.left(Carrier::kHttps, share, now))
        out.room = std::min<std::uint64_t>(out.room, *left - std::min<std::uint64_t>(*left, kBareExchange));
    return out;
}

void Links::drive_https() {
    if (uplink_->busy()) return;
    auto time = steady_clock::now();
    if (by_datagrams()) {
        if (!bulk_) return;
        bulk_ = false;
        next_exchange_ = time;
    }
    if (hurry_)
        next_exchange_ =
            std::min(next_exchange_,
                     backoff_ == backoff_.zero() ? time : time + std::min(kEarlyTry, options_.poll_every));
    hurry_ = false;
    if (time < next_exchange_) return;
    next_exchange_ = time + options_.poll_every;
    auto leave = https_leave(time);
    if (!leave) return;
    auto upload = box_->next_parcel(fresh_echo(), leave->room, now_(), leave->cargo, leave->sparing);
    if (!upload) return;
    uplink_->start(std::move(upload).take(), [this](Result<Bytes> answer, https::Traffic traffic) {
        {
            std::lock_guard lock(answer_mutex_);
            answered_.emplace(Answered{std::move(answer), traffic});
        }
        std::uint64_t one = 1;
        [[maybe_unused]] auto written = ::write(answered_fd_, &one, sizeof one);
    });
    // Until the answer comes: the uplink always answers, at the latest when the link is silent for its limit.
    next_exchange_ = Moment::max();
}

void Links::take_answer() {
    std::uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(answered_fd_, &count, sizeof count);
    std::optional<Answered> answered;
    {
        std::lock_guard lock(answer_mutex_);
        answered = std::exchange(answered_, std::nullopt);
    }
    if (!answered) return;
    auto time = steady_clock::now();
    box_->carriers().used(Carrier::kHttps, answered->traffic.up, answered->traffic.down, 0, now_());
    Result<box::Forward::Absorbed> absorbed = fail(ErrorCode::kInternal, "box.answer");
    if (answered->answer)
        absorbed = box_->absorb(*answered->answer, now_(), Carrier::kHttps);
    else
        absorbed = tl::unexpected<Error>(answered->answer.error());
    if (absorbed) {
        backoff_ = backoff_.zero();
        slice_ = std::min(slice_ * 2, kLargestSlice);
        box_->carriers().set_link(Carrier::kHttps, box::Link::kUp);
        heard_(*absorbed);
        withdrawn(absorbed->retired);
        // Without an acknowledgement an upload changed nothing: sending it again at once would only spin.
        bool again = absorbed->more || (!absorbed->retired.empty() && box_->has_waiting());
        if (by_datagrams())
            bulk_ = again && (absorbed->pieces || box_->has_waiting_beyond(udp_->cargo(now_())));
        next_exchange_ = again && !by_datagrams() ? time : time + options_.poll_every;
        return;
    }
    log(LogLevel::kWarning, "box.exchange_failed",
        {LogField::of_static("error", name_of(absorbed.error().code)),
         LogField::of_static("where", absorbed.error().where),
         {"native", absorbed.error().native}});
    box_->carriers().set_link(Carrier::kHttps, box::Link::kSilent);
    slice_ = kFirstSlice;
    backoff_ = std::clamp(backoff_ * 2, std::chrono::seconds(1), options_.poll_every * kLongestBackoff);
    next_exchange_ = time + backoff_;
    https_rests_until_ = next_exchange_;
}

} // namespace kentongan::apps
