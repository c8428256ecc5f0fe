#include "pdu.hpp"

#include "base/gsm7.hpp"

#include <algorithm>

namespace kentongan::emulator {
namespace {

constexpr std::string_view kServiceCentre = "+628000000001";
constexpr std::size_t kMaxUserData = 140;
constexpr std::size_t kValidityOctets[] = {0, 7, 1, 7}; // by the format in the first octet

bool is_dialled(std::string_view address) {
    auto digits = address.starts_with('+') ? address.substr(1) : address;
    return std::all_of(digits.begin(), digits.end(),
                       [](char c) { return (c >= '0' && c <= '9') || c == '*' || c == '#'; });
}

std::uint8_t semi_octet(char c) {
    if (c == '*') return 0xa;
    if (c == '#') return 0xb;
    return static_cast<std::uint8_t>(c - '0');
}

void append_semi_octets(Bytes& out, std::string_view digits) {
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        std::uint8_t high = i + 1 < digits.size() ? semi_octet(digits[i + 1]) : 0xf;
        out.push_back(static_cast<std::uint8_t>(high << 4 | semi_octet(digits[i])));
    }
}

// TS 23.040 §9.1.2.5: length in semi-octets, type, value.
Status append_address(Bytes& out, std::string_view address) {
    if (is_dialled(address)) {
        bool international = address.starts_with('+');
        auto digits = international ? address.substr(1) : address;
        if (digits.size() > 255) return fail(ErrorCode::kInvalid, "pdu.address");
        out.push_back(static_cast<std::uint8_t>(digits.size()));
        out.push_back(international ? 0x91 : 0x81);
        append_semi_octets(out, digits);
        return {};
    }
    auto packed = gsm7::pack(TRY(gsm7::encode(address)));
    if (packed.size() > 100) return fail(ErrorCode::kInvalid, "pdu.address");
    auto septets = TRY(gsm7::encode(address)).size();
    out.push_back(static_cast<std::uint8_t>((septets * 7 + 3) / 4));
    out.push_back(0xd0);
    out.insert(out.end(), packed.begin(), packed.end());
    return {};
}

Result<std::string> read_address(ByteReader& reader) {
    std::size_t semi_octets = TRY(reader.u8());
    auto type = TRY(reader.u8());
    auto value = TRY(reader.raw((semi_octets + 1) / 2));
    if ((type & 0x70) == 0x50) return gsm7::decode(TRY(gsm7::unpack(value, semi_octets * 4 / 7)));
    std::string out = (type & 0x70) == 0x10 ? "+" : "";
    for (std::size_t i = 0; i < semi_octets; ++i)
        out += "0123456789*#abc?"[i % 2 == 0 ? value[i / 2] & 0xf : value[i / 2] >> 4];
    return out;
}

void append_service_centre(Bytes& out) {
    auto digits = kServiceCentre.substr(1);
    out.push_back(static_cast<std::uint8_t>(1 + (digits.size() + 1) / 2));
    out.push_back(0x91);
    append_semi_octets(out, digits);
}

Status skip_service_centre(ByteReader& reader) {
    auto size = TRY(reader.u8());
    (void)TRY(reader.raw(size));
    return {};
}

std::uint8_t swapped(unsigned two_digits) {
    return static_cast<std::uint8_t>((two_digits % 10) << 4 | two_digits / 10);
}

// TS 23.040 §9.2.3.11; always UTC here.
void append_time(Bytes& out, Instant at) {
    auto day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(at - day);
    out.push_back(swapped(static_cast<unsigned>(static_cast<int>(date.year())) % 100));
    out.push_back(swapped(static_cast<unsigned>(date.month())));
    out.push_back(swapped(static_cast<unsigned>(date.day())));
    out.push_back(swapped(static_cast<unsigned>(clock.hours().count())));
    out.push_back(swapped(static_cast<unsigned>(clock.minutes().count())));
    out.push_back(swapped(static_cast<unsigned>(clock.seconds().count())));
    out.push_back(0);
}

Result<Instant> read_time(ByteReader& reader) {
    auto raw = TRY(reader.raw(7));
    auto number = [&](std::size_t i) { return static_cast<unsigned>((raw[i] & 0xf) * 10 + (raw[i] >> 4)); };
    std::chrono::year_month_day date(std::chrono::year(2000 + static_cast<int>(number(0))),
                                     std::chrono::month(number(1)), std::chrono::day(number(2)));
    if (!date.ok() || number(3) > 23 || number(4) > 59 || number(5) > 59)
        return fail(ErrorCode::kCorrupt, "pdu.time");
    // Quarters of an hour; the sign is in the bit that a digit would not use.
    auto quarters = static_cast<int>((raw[6] & 7) * 10 + (raw[6] >> 4));
    auto zone = std::chrono::minutes((raw[6] & 8) != 0 ? -15 * quarters : 15 * quarters);
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(number(3)) +
           std::chrono::minutes(number(4)) + std::chrono::seconds(number(5)) - zone;
}

Bytes header_of(const std::optional<Concatenation>& part) {
    if (!part) return {};
    if (part->wide)
        return {6,
                8,
                4,
                static_cast<std::uint8_t>(part->reference >> 8),
                static_cast<std::uint8_t>(part->reference),
                part->count,
                part->number};
    return {5, 0, 3, static_cast<std::uint8_t>(part->reference), part->count, part->number};
}

Status append_user_data(Bytes& out, const Deliver& message) {
    out.push_back(message.coding == Coding::kGsm7 ? 0x00 : message.coding == Coding::kUcs2 ? 0x08 : 0x04);
    append_time(out, message.at);
    auto header = header_of(message.part);
    Bytes body;
    std::size_t length = 0;
    if (message.coding == Coding::kGsm7) {
        auto septets = TRY(gsm7::encode(message.text));
        auto fill = static_cast<unsigned>((7 - header.size() * 8 % 7) % 7);
        body = gsm7::pack(septets, fill);
        length = (header.size() * 8 + fill) / 7 + septets.size();
    } else {
        if (message.coding == Coding::kUcs2)
            body = TRY(gsm7::to_ucs2(message.text));
        else
            body.assign(message.text.begin(), message.text.end());
        length = header.size() + body.size();
    }
    if (header.size() + body.size() > kMaxUserData) return fail(ErrorCode::kInvalid, "pdu.too_long");
    out.push_back(static_cast<std::uint8_t>(length));
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), body.begin(), body.end());
    return {};
}

struct UserData {
    std::string text;
    Coding coding = Coding::kGsm7;
    std::optional<Concatenation> part;
};

// TS 23.038 §4: the general group, and the class group 1111.
Coding coding_of(std::uint8_t scheme) {
    if ((scheme & 0xf0) == 0xf0) return (scheme & 4) != 0 ? Coding::kEightBit : Coding::kGsm7;
    if ((scheme & 0x0c) == 0x08) return Coding::kUcs2;
    if ((scheme & 0x0c) == 0x04) return Coding::kEightBit;
    return Coding::kGsm7;
}

Result<UserData> read_user_data(ByteReader& reader, std::uint8_t scheme, bool has_header) {
    UserData out;
    out.coding = coding_of(scheme);
    std::size_t length = TRY(reader.u8());
    auto data = TRY(reader.raw(out.coding == Coding::kGsm7 ? (length * 7 + 7) / 8 : length));
    std::size_t header_size = 0;
    if (has_header) {
        if (data.empty() || data[0] + 1u > data.size()) return fail(ErrorCode::kCorrupt, "pdu.header");
        header_size = data[0] + 1u;
        ByteReader elements(data.subspan(1, data[0]));
        while (elements.remaining() > 0) {
            auto id = TRY(elements.u8());
            auto size = TRY(elements.u8());
            auto value = TRY(elements.raw(size));
            if (id == 0 && size == 3) out.part = Concatenation{value[0], value[1], value[2], false};
            if (id == 8 && size == 4)
                out.part = Concatenation{static_cast<std::uint16_t>(value[0] << 8 | value[1]), value[2],
                                         value[3], true};
        }
    }
    if (out.coding == Coding::kGsm7) {
        std::size_t header_septets = (header_size * 8 + 6) / 7;
        if (header_septets > length) return fail(ErrorCode::kCorrupt, "pdu.header");
        auto fill = static_cast<unsigned>(header_septets * 7 - header_size * 8);
        out.text = gsm7::decode(TRY(gsm7::unpack(data.subspan(header_size), length - header_septets, fill)));
    } else if (out.coding == Coding::kUcs2) {
        out.text = gsm7::from_ucs2(data.subspan(header_size));
    } else {
        out.text = as_text(data.subspan(header_size));
    }
    return out;
}

// Cuts whole characters: an escape is not parted from its character, nor a surrogate from its other half.
std::vector<std::string> cut(std::string_view text, bool gsm, std::size_t room) {
    std::vector<std::string> parts(1);
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
        auto character = text.substr(at, end - at);
        auto units = gsm ? gsm7::septets(character).value_or(1) : gsm7::ucs2_units(character).value_or(1);
        if (used + units > room) {
            parts.emplace_back();
            used = 0;
        }
        parts.back() += character;
        used += units;
        at = end;
    }
    return parts;
}

} // namespace

Result<Bytes> encode_deliver(const Deliver& message) {
    Bytes out;
    append_service_centre(out);
    // SMS-DELIVER, no more messages to send; user data header where there is one.
    out.push_back(message.part ? 0x44 : 0x04);
    TRY(append_address(out, message.from));
    out.push_back(0);
    TRY(append_user_data(out, message));
    return out;
}

Result<std::vector<Bytes>> deliver_parts(const Deliver& message, std::uint16_t reference) {
    Deliver one = message;
    if (message.coding == Coding::kEightBit && message.text.size() <= kMaxUserData)
        return std::vector<Bytes>{TRY(encode_deliver(one))};
    std::vector<std::string> texts;
    if (message.coding == Coding::kEightBit) {
        constexpr std::size_t kRoomBehindHeader = 134;
        for (std::size_t at = 0; at < message.text.size(); at += kRoomBehindHeader)
            texts.push_back(message.text.substr(at, kRoomBehindHeader));
    } else {
        auto septets = gsm7::septets(message.text);
        auto units = gsm7::ucs2_units(message.text);
        if (!units) return fail(ErrorCode::kInvalid, "pdu.utf8");
        bool gsm = septets.has_value() && message.coding == Coding::kGsm7;
        one.coding = gsm ? Coding::kGsm7 : Coding::kUcs2;
        if (gsm ? *septets <= gsm7::kSeptetsPerSms : *units <= gsm7::kUcs2PerSms)
            return std::vector<Bytes>{TRY(encode_deliver(one))};
        texts = cut(message.text, gsm, gsm ? 153 : 67);
    }
    if (texts.size() > 255) return fail(ErrorCode::kInvalid, "pdu.parts");
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        one.text = texts[i];
        one.part =
            Concatenation{static_cast<std::uint16_t>(reference & 0xff),
                          static_cast<std::uint8_t>(texts.size()), static_cast<std::uint8_t>(i + 1), false};
        out.push_back(TRY(encode_deliver(one)));
    }
    return out;
}

Result<Deliver> decode_deliver(BytesView pdu) {
    ByteReader reader(pdu);
    TRY(skip_service_centre(reader));
    auto first = TRY(reader.u8());
    if ((first & 3) != 0) return fail(ErrorCode::kCorrupt, "pdu.type", first);
    Deliver out;
    out.from = TRY(read_address(reader));
    (void)TRY(reader.u8());
    auto scheme = TRY(reader.u8());
    out.at = TRY(read_time(reader));
    auto data = TRY(read_user_data(reader, scheme, (first & 0x40) != 0));
    TRY(reader.end());
    out.text = std::move(data.text);
    out.coding = data.coding;
    out.part = data.part;
    return out;
}

Result<Submit> decode_submit(BytesView pdu) {
    ByteReader reader(pdu);
    TRY(skip_service_centre(reader));
    auto first = TRY(reader.u8());
    if ((first & 3) != 1) return fail(ErrorCode::kCorrupt, "pdu.type", first);
    (void)TRY(reader.u8()); // the reference is given by the modem
    Submit out;
    out.report_requested = (first & 0x20) != 0;
    out.header = (first & 0x40) != 0;
    out.to = TRY(read_address(reader));
    (void)TRY(reader.u8());
    auto scheme = TRY(reader.u8());
    out.scheme = scheme;
    (void)TRY(reader.raw(kValidityOctets[first >> 3 & 3]));
    auto data = TRY(read_user_data(reader, scheme, (first & 0x40) != 0));
    TRY(reader.end());
    out.text = std::move(data.text);
    out.coding = data.coding;
    out.part = data.part;
    return out;
}

Result<Bytes> deliver_of_submit(BytesView submit, std::string_view from, Instant at) {
    TRY(decode_submit(submit)); // whole and sound
    ByteReader reader(submit);
    TRY(skip_service_centre(reader));
    auto first = TRY(reader.u8());
    (void)TRY(reader.u8());
    (void)TRY(read_address(reader));
    auto protocol = TRY(reader.u8());
    auto scheme = TRY(reader.u8());
    (void)TRY(reader.raw(kValidityOctets[first >> 3 & 3]));
    auto user_data = TRY(reader.raw(reader.remaining()));

    Bytes out;
    append_service_centre(out);
    out.push_back(static_cast<std::uint8_t>(0x04 | (first & 0x40)));
    TRY(append_address(out, from));
    out.push_back(protocol);
    out.push_back(scheme);
    append_time(out, at);
    out.insert(out.end(), user_data.begin(), user_data.end());
    return out;
}

std::size_t tpdu_length(BytesView pdu) {
    if (pdu.empty() || pdu[0] + 1u > pdu.size()) return 0;
    return pdu.size() - pdu[0] - 1;
}

} // namespace kentongan::emulator
