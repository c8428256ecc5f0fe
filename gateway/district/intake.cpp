#include "district/intake.hpp"

#include "wire/record.hpp"
#include "wire/seal.hpp"
#include "wire/token.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

using Level = wire::ItemReceipt::Level;

// No box gives itself so many updates; a greater number is a defect or a lie, and would use up the counter.
constexpr std::uint64_t kMaxSequence = std::uint64_t{1} << 53;
// Quarantined envelopes read at once.
constexpr std::size_t kAtOnce = 64;

QuarantineReason reason_of(const Error& error) {
    switch (error.code) {
    case ErrorCode::kDenied:
        return QuarantineReason::kDoesNotOpen;
    default:
        return QuarantineReason::kNotUnderstood;
    }
}

} // namespace

/// What one envelope turned out to be.
struct Intake::Sorted {
    std::optional<ItemId> item; ///< Nothing: it has no readable header, so no receipt can name it.
    Level level = Level::kReceived;
    std::optional<NewCase> found;
    std::optional<QuarantineReason> quarantine;
};

Result<NewCase> Intake::new_case(const Box& box, BytesView envelope, Instant now) const {
    auto header = TRY(wire::read_header(envelope));
    auto request = TRY(read_request(setting_, box, envelope));
    const auto* service = setting_.pack.service(request.service);
    if (service == nullptr) return fail(ErrorCode::kUnsupported, "intake.service");
    const auto& lifecycle = setting_.pack.lifecycle_of(*service);

    NewCase out;
    out.row.id = header.item;
    out.row.box = box.keys.box;
    out.row.recipient = header.recipient;
    out.row.code = request.code.digits;
    out.row.service = service->id;
    out.row.lifecycle = lifecycle.id;
    out.row.state = lifecycle.initial().id;
    out.row.channel = request.channel;
    out.row.received_at = now;
    out.row.due_at = setting_.working_days.due(now, service->target_days,
                                               std::chrono::minutes(setting_.pack.utc_offset_minutes));
    out.row.changed_at = now;
    out.envelope.assign(envelope.begin(), envelope.end());
    return out;
}

Result<Intake::Sorted> Intake::sort(const Box& box, BytesView envelope, Instant now) {
    Sorted out;
    auto quarantine = [&](QuarantineReason reason) {
        out.level = Level::kQuarantined;
        out.quarantine = reason;
        return out;
    };
    auto header = wire::read_header(envelope);
    if (!header) return quarantine(QuarantineReason::kNotAnEnvelope);
    out.item = header->item;

    auto known = store_.envelope(header->item);
    if (known) {
        if (std::equal(known->begin(), known->end(), envelope.begin(), envelope.end())) return out;
        return quarantine(QuarantineReason::kOtherContent);
    }
    if (known.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(known.error());

    if (box.revoked) return quarantine(QuarantineReason::kRevokedBox);
    if (header->box != box.keys.box) return quarantine(QuarantineReason::kForeignBox);
    if (!wire::verify(envelope, box.keys)) return quarantine(QuarantineReason::kSignature);
    auto found = new_case(box, envelope, now);
    if (!found) return quarantine(reason_of(found.error()));
    out.found = std::move(*found);
    return out;
}

Result<wire::Download> Intake::take(const wire::Upload& upload, Instant now) {
    auto box = TRY(store_.box(upload.box));
    Delivery delivery;
    delivery.box = upload.box;
    delivery.at = now;
    delivery.waiting = upload.waiting;
    delivery.acknowledged = upload.last_update <= kMaxSequence ? upload.last_update : 0;

    wire::Download download;
    download.box = upload.box;
    download.nonce = upload.nonce;
    download.district_time = now;

    auto room = kMaxQuarantinedPerBox;
    auto kept = TRY(store_.quarantined_of(upload.box));
    room -= std::min(room, kept);
    for (const auto& envelope : upload.envelopes) {
        auto sorted = TRY(sort(box, envelope, now));
        // An id twice in one upload: the first decides, as it would in two uploads.
        auto twice = std::find_if(delivery.cases.begin(), delivery.cases.end(), [&](const NewCase& earlier) {
            return sorted.item && earlier.row.id == *sorted.item;
        });
        if (twice != delivery.cases.end() && sorted.found) {
            bool same = twice->envelope == envelope;
            sorted.found.reset();
            if (!same) {
                sorted.level = Level::kQuarantined;
                sorted.quarantine = QuarantineReason::kOtherContent;
            }
        }
        if (sorted.quarantine) {
            if (room == 0) continue;
            --room;
            delivery.quarantined.push_back({upload.box, wire::digest("kentongan quarantine 1", envelope),
                                            *sorted.quarantine, now, envelope});
        }
        if (sorted.found) delivery.cases.push_back(std::move(*sorted.found));
        if (sorted.item) download.receipts.push_back({*sorted.item, sorted.level});
    }
    TRY(store_.receive(delivery));

    // A revoked box may be in a thief's hands: it is told that its items are kept, and nothing of any
    // citizen.
    if (!box.revoked) {
        auto after = upload.last_update <= kMaxSequence ? upload.last_update : 0;
        download.updates = TRY(store_.updates_after(upload.box, after, wire::kMaxUpdatesPerDownload + 1));
        download.more = download.updates.size() > wire::kMaxUpdatesPerDownload;
        if (download.more) download.updates.resize(wire::kMaxUpdatesPerDownload);
    }
    return download;
}

Result<Bytes> Intake::exchange(BytesView bytes, Instant now) {
    std::optional<Error> trouble;
    auto box_named = [&](BoxId id) -> std::optional<wire::BoxPublic> {
        auto box = store_.box(id);
        if (box) return box->keys;
        if (box.error().code != ErrorCode::kNotFound) trouble = box.error();
        return std::nullopt;
    };
    auto upload = wire::decode_upload(bytes, box_named);
    // A disk that cannot be read must not look like a box that was never registered.
    if (trouble) return tl::unexpected<Error>(*trouble);
    if (!upload) return tl::unexpected<Error>(upload.error());
    auto download = TRY(take(*upload, now));
    return wire::encode(download, setting_.keys);
}

Status Intake::adopt(const Quarantined& one, const Box& box, Instant now) {
    auto header = TRY(wire::read_header(one.envelope));
    if (header.box != one.box) return fail(ErrorCode::kDenied, "intake.box");
    TRY(wire::verify(one.envelope, box.keys));
    // It has waited for us, not for the citizen: due counts from when it came.
    auto found = TRY(new_case(box, one.envelope, one.at));
    found.row.changed_at = now;
    return store_.adopt(one, found);
}

Result<std::size_t> Intake::look_again(Instant now) {
    std::size_t adopted = 0;
    std::size_t skip = 0;
    for (;;) {
        auto some = TRY(store_.quarantined(skip, kAtOnce));
        if (some.empty()) return adopted;
        for (const auto& one : some) {
            ++skip;
            if (one.reason != QuarantineReason::kNotUnderstood &&
                one.reason != QuarantineReason::kNotAnEnvelope)
                continue;
            auto box = TRY(store_.box(one.box));
            if (box.revoked) continue;
            auto done = adopt(one, box, now);
            if (done) {
                ++adopted;
                --skip;
            } else if (done.error().code == ErrorCode::kNoSpace ||
                       done.error().code == ErrorCode::kUnavailable) {
                return tl::unexpected<Error>(done.error());
            }
        }
    }
}

Result<ItemId> Intake::accept(const std::array<std::uint8_t, 32>& digest, Instant now) {
    for (std::size_t skip = 0;; skip += kAtOnce) {
        auto some = TRY(store_.quarantined(skip, kAtOnce));
        if (some.empty()) return fail(ErrorCode::kNotFound, "intake.quarantined");
        for (const auto& one : some) {
            if (one.digest != digest) continue;
            auto box = TRY(store_.box(one.box));
            TRY(adopt(one, box, now));
            return TRY(wire::read_header(one.envelope)).item;
        }
    }
}

} // namespace kentongan::district
