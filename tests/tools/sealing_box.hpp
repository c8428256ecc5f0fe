// A box as its district sees it: seals what a test wants sealed, calls, and reads the answers.
#pragma once

#include "domain/request.hpp"
#include "wire/answer.hpp"
#include "wire/record.hpp"
#include "wire/seal.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

namespace kentongan::test {

class SealingBox {
  public:
    explicit SealingBox(wire::BoxSecret secret, const wire::DistrictPublic& district)
        : keys(std::move(secret)), prekey_(district.current()), sealer_(keys, prekey_) {}
    SealingBox(const SealingBox&) = delete; // the sealer refers to the keys

    struct Sealed {
        ItemId id;
        domain::CaseCode code;
        domain::ReceiptCode receipt;
        std::vector<Bytes> frames; ///< One item, or a bare opening and one item.
    };

    Sealed seal_record(BytesView record, domain::Recipient recipient) {
        if (sealer_.must_open(recipient, kNow)) {
            if (!sealer_.open(recipient, ++epochs, previous, kNow)) std::abort();
            marks_[epochs] = sealer_.standing(recipient).mark;
        }
        auto turn = sealer_.take(recipient, record.size());
        Sealed out{turn.item, turn.seed.code(0), turn.seed.receipt(), {}};
        if (turn.opening) out.frames.push_back(turn.opening->second);
        auto item = sealer_.seal(recipient, record);
        if (!item) std::abort();
        out.frames.push_back(std::move(*item));
        return out;
    }

    /// The frames of it; sets its id, code and receipt.
    std::vector<Bytes> seal(const domain::Pack& pack, const domain::Village& village,
                            const wire::Dictionaries& dictionaries, domain::Request& request) {
        auto record = wire::encode_request(pack, village, dictionaries, request);
        if (!record) std::abort();
        auto sealed = seal_record(*record, pack.service(request.service)->recipient);
        request.id = sealed.id;
        request.code = sealed.code;
        request.receipt = sealed.receipt;
        return std::move(sealed.frames);
    }

    /// The next item opens a new epoch.
    void reboot() { sealer_.abandon(); }

    wire::Call call(std::uint64_t last_update = 0) {
        wire::Call out;
        out.box = keys.shown.box;
        out.key_id = prekey_.id;
        out.echo = ++echoes_;
        out.last_update = last_update;
        return out;
    }
    Bytes frame(const wire::Call& call) const { return wire::encode(call, link().up); }

    /// Frames of these, in their order, and a call before them where there is one.
    Bytes parcel(std::vector<Bytes> frames, const std::optional<wire::Call>& with = std::nullopt) const {
        if (with) frames.insert(frames.begin(), frame(*with));
        return wire::write_parcel(frames);
    }

    /// What of it is for this box, as one answer; nothing if there is none.
    std::optional<wire::Answer> read(BytesView parcel) const {
        auto frames = wire::read_parcel(parcel);
        if (!frames) return std::nullopt;
        std::optional<wire::Answer> out;
        for (auto frame : *frames) {
            auto answer = wire::decode_answer(frame, link().down, [&](std::uint16_t epoch) {
                auto found = marks_.find(epoch);
                return found == marks_.end() ? std::nullopt : std::optional(found->second);
            });
            if (!answer) continue;
            if (out)
                out->acks.insert(out->acks.end(), answer->acks.begin(), answer->acks.end());
            else
                out = std::move(*answer);
        }
        return out;
    }

    /// Whether this answer says that the district has it.
    static bool acknowledges(const wire::Answer& answer, const ItemId& item) {
        auto place = wire::place_of(item);
        for (const auto& ack : answer.acks)
            if (ack.epoch == place.epoch && ack.mark == place.mark && ack.covers(place.counter)) return true;
        return false;
    }

    wire::BoxSecret keys;
    std::uint16_t epochs = 0; ///< Newest number used.
    wire::ClosedEpoch previous;

  private:
    static constexpr Instant kNow{};
    wire::LinkKeys link() const {
        auto keys_of_link = wire::link_keys(keys.agree, prekey_.district, keys.psk);
        if (!keys_of_link) std::abort();
        return *keys_of_link;
    }

    wire::Prekey prekey_;
    wire::Sealer sealer_;
    std::map<std::uint16_t, wire::Mark> marks_;
    std::uint32_t echoes_ = 0;
};

} // namespace kentongan::test
