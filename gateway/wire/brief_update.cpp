#include "wire/brief_update.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

// What follows state and time.
constexpr std::uint8_t kReplyFollows = 1; // not in this answer
constexpr std::uint8_t kReply = 2;
constexpr std::uint8_t kNotice = 4;
constexpr std::uint8_t kKnownParts = 7;

constexpr std::size_t kMostDigits = 15; // ITU-T E.164 §6.1
constexpr std::size_t kMostLanguage = 35;
constexpr std::size_t kCodeDigits = 8;
constexpr std::uint32_t kCodes = 100'000'000;
constexpr std::uint8_t kNoDigit = 0xF;

bool digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void write_notice(ByteWriter& out, const Notice& notice) {
    auto number = std::string_view(notice.to.e164).substr(1);
    out.u8(static_cast<std::uint8_t>(number.size()));
    for (std::size_t at = 0; at < number.size(); at += 2) {
        auto high = static_cast<unsigned>(number[at] - '0');
        auto low = at + 1 < number.size() ? static_cast<unsigned>(number[at + 1] - '0') : kNoDigit;
        out.u8(static_cast<std::uint8_t>(high << 4 | low));
    }
    out.text(notice.language);
    std::uint32_t code = 0;
    for (char c : notice.code.digits) code = code * 10 + static_cast<std::uint32_t>(c - '0');
    out.u32(code);
}

Result<Notice> read_notice(ByteReader& in) {
    Notice out;
    auto count = TRY(in.u8());
    if (count == 0 || count > kMostDigits) return fail(ErrorCode::kCorrupt, "brief.digits");
    out.to.e164.push_back('+');
    for (std::size_t at = 0; at < count; at += 2) {
        auto pair = TRY(in.u8());
        auto high = static_cast<std::uint8_t>(pair >> 4);
        auto low = static_cast<std::uint8_t>(pair & 0xF);
        bool whole = at + 1 < count;
        if (high > 9 || (whole ? low > 9 : low != kNoDigit)) return fail(ErrorCode::kCorrupt, "brief.digit");
        out.to.e164 += static_cast<char>('0' + high);
        if (whole) out.to.e164 += static_cast<char>('0' + low);
    }
    out.language = TRY(in.text(kMostLanguage));
    auto code = TRY(in.u32());
    if (code >= kCodes) return fail(ErrorCode::kCorrupt, "brief.code");
    auto shown = std::to_string(code);
    out.code.digits = std::string(kCodeDigits - shown.size(), '0') + shown;
    return out;
}

} // namespace

bool fits_brief(const Notice& notice) {
    const auto& number = notice.to.e164;
    return number.size() >= 2 && number.size() <= kMostDigits + 1 && number[0] == '+' &&
           digits(std::string_view(number).substr(1)) && notice.language.size() <= kMostLanguage &&
           notice.code.digits.size() == kCodeDigits && digits(notice.code.digits);
}

void write_brief(ByteWriter& out, const StatusUpdate& update, Instant base) {
    bool notice = update.to_tell && fits_brief(*update.to_tell);
    out.u8(update.state);
    out.varint(static_cast<std::uint64_t>((base - std::min(update.at, base)).count()));
    out.u8(static_cast<std::uint8_t>((update.reply_follows ? kReplyFollows : 0) |
                                     (update.reply.empty() ? 0 : kReply) | (notice ? kNotice : 0)));
    if (!update.reply.empty()) out.block(update.reply);
    if (notice) write_notice(out, *update.to_tell);
}

Result<StatusUpdate> read_brief(ByteReader& in, Instant base) {
    StatusUpdate out;
    out.state = TRY(in.u8());
    auto ago = TRY(in.varint());
    if (base < Instant{} || ago > static_cast<std::uint64_t>(to_unix(base)))
        return fail(ErrorCode::kCorrupt, "brief.time");
    out.at = base - seconds(static_cast<std::int64_t>(ago));
    auto parts = TRY(in.u8());
    if ((parts & ~kKnownParts) != 0) return fail(ErrorCode::kUnsupported, "brief.parts", parts);
    out.reply_follows = (parts & kReplyFollows) != 0;
    if ((parts & kReply) != 0) {
        auto reply = TRY(in.block(kMaxReply));
        // One spelling: a reply is here, or follows, or there is none.
        if (reply.empty() || out.reply_follows) return fail(ErrorCode::kCorrupt, "brief.reply");
        out.reply.assign(reply.begin(), reply.end());
    }
    if ((parts & kNotice) != 0) out.to_tell = TRY(read_notice(in));
    return out;
}

} // namespace kentongan::wire
