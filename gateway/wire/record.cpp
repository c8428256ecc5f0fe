#include "wire/record.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::wire {
namespace {

using domain::Field;
using domain::FieldType;

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kAnonymous = 1;
constexpr std::uint8_t kConfidential = 2;
constexpr std::uint8_t kHasNotify = 4;
constexpr std::uint8_t kHasSender = 8;
constexpr std::uint8_t kKnownFlags = 15;
// A question belongs to the applicant block of the pack or to the service.
constexpr std::uint8_t kOfApplicant = 0;
constexpr std::uint8_t kOfService = 1;
constexpr std::size_t kMaxValue = 8 * 1024; // kMaxTextCharacters of up to four bytes

Result<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return fail(ErrorCode::kInvalid, "record.number");
    return value;
}

std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

template <class Named>
const Named* by_id(const std::vector<Named>& list, std::string_view id) {
    auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.id == id; });
    return found == list.end() ? nullptr : &*found;
}

template <class Named>
const Named* by_number(const std::vector<Named>& list, std::uint8_t number) {
    auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.number == number; });
    return found == list.end() ? nullptr : &*found;
}

Status write_value(ByteWriter& out, const Field& field, const domain::Village& village,
                   const std::string& value) {
    switch (field.type) {
    case FieldType::kChoice: {
        const auto* choice = by_id(field.choices, value);
        if (choice == nullptr) return fail(ErrorCode::kInvalid, "record.choice");
        out.u8(choice->number);
        return {};
    }
    case FieldType::kPlace: {
        const auto* hamlet = by_id(village.hamlets, value);
        if (hamlet == nullptr) return fail(ErrorCode::kInvalid, "record.place");
        out.u8(hamlet->number);
        return {};
    }
    case FieldType::kNumber:
    case FieldType::kMoney:
        out.varint(zigzag(TRY(parse_integer(value))));
        return {};
    case FieldType::kYesNo:
        out.u8(value == "yes" ? 1 : 0);
        return {};
    case FieldType::kText:
    case FieldType::kDate:
    case FieldType::kIdentityNumber:
    case FieldType::kPhone:
        if (value.size() > kMaxValue) return fail(ErrorCode::kNoSpace, "record.text");
        out.text(value);
        return {};
    }
    return fail(ErrorCode::kInternal, "record.type");
}

Result<std::string> read_value(ByteReader& in, const Field& field, const domain::Village& village) {
    switch (field.type) {
    case FieldType::kChoice: {
        auto number = TRY(in.u8());
        const auto* choice = by_number(field.choices, number);
        if (choice == nullptr) return fail(ErrorCode::kUnsupported, "record.choice", number);
        return choice->id;
    }
    case FieldType::kPlace: {
        auto number = TRY(in.u8());
        const auto* hamlet = by_number(village.hamlets, number);
        // A hamlet that the district has not heard of yet is still readable, by its number.
        return hamlet == nullptr ? "#" + std::to_string(number) : hamlet->id;
    }
    case FieldType::kNumber:
    case FieldType::kMoney:
        return std::to_string(unzigzag(TRY(in.varint())));
    case FieldType::kYesNo: {
        auto value = TRY(in.u8());
        if (value > 1) return fail(ErrorCode::kCorrupt, "record.yes_no");
        return std::string(value == 1 ? "yes" : "no");
    }
    case FieldType::kText:
    case FieldType::kDate:
    case FieldType::kIdentityNumber:
    case FieldType::kPhone:
        return in.text(kMaxValue);
    }
    return fail(ErrorCode::kInternal, "record.type");
}

std::string padded(std::uint64_t value, std::size_t width) {
    auto digits = std::to_string(value);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

} // namespace

Result<Bytes> encode_request(const domain::Pack& pack, const domain::Village& village,
                             const domain::Request& request) {
    const auto* service = pack.service(request.service);
    if (service == nullptr) return fail(ErrorCode::kInvalid, "record.service");
    ByteWriter out;
    out.u8(kVersion);
    out.u16(service->number);
    out.u8(static_cast<std::uint8_t>(request.channel));
    out.u8(static_cast<std::uint8_t>((request.anonymous ? kAnonymous : 0) |
                                     (request.confidential ? kConfidential : 0) |
                                     (request.notify ? kHasNotify : 0) | (request.sender ? kHasSender : 0)));
    out.instant(request.accepted_at);
    out.varint(static_cast<std::uint64_t>(TRY(parse_integer(request.code.digits))));
    out.varint(static_cast<std::uint64_t>(TRY(parse_integer(request.receipt.digits))));
    out.text(request.language);
    out.text(request.consent_version);
    if (request.notify) out.text(request.notify->e164);
    if (request.sender) out.text(request.sender->e164);

    out.varint(request.answers.size());
    for (const auto& [id, value] : request.answers) {
        const auto* own = service->field(id);
        const auto* field = own != nullptr ? own : by_id(pack.applicant, id);
        if (field == nullptr) return fail(ErrorCode::kInvalid, "record.field");
        out.u8(own != nullptr ? kOfService : kOfApplicant);
        out.u8(field->number);
        TRY(write_value(out, *field, village, value));
    }
    if (out.bytes().size() > kMaxRecord) return fail(ErrorCode::kNoSpace, "record.size");
    return std::move(out).take();
}

Result<domain::Request> decode_request(const domain::Pack& pack, const domain::Village& village,
                                       BytesView record) {
    if (record.size() > kMaxRecord) return fail(ErrorCode::kCorrupt, "record.size");
    ByteReader in(record);
    auto version = TRY(in.u8());
    if (version != kVersion) return fail(ErrorCode::kUnsupported, "record.version", version);
    auto number = TRY(in.u16());
    const auto* service = pack.service(number);
    if (service == nullptr) return fail(ErrorCode::kUnsupported, "record.service", number);

    domain::Request request;
    request.service = service->id;
    auto channel = TRY(in.u8());
    if (channel < 1 || channel > 4) return fail(ErrorCode::kCorrupt, "record.channel", channel);
    request.channel = static_cast<domain::Channel>(channel);
    auto flags = TRY(in.u8());
    if ((flags & ~kKnownFlags) != 0) return fail(ErrorCode::kCorrupt, "record.flags", flags);
    request.anonymous = (flags & kAnonymous) != 0;
    request.confidential = (flags & kConfidential) != 0;
    request.accepted_at = TRY(in.instant());
    request.code.digits = padded(TRY(in.varint()), 8);
    request.receipt.digits = padded(TRY(in.varint()), 16);
    if (!domain::parse_case_code(request.code.digits) || !domain::parse_receipt_code(request.receipt.digits))
        return fail(ErrorCode::kCorrupt, "record.code");
    request.language = TRY(in.text(35));
    request.consent_version = TRY(in.text(64));
    if ((flags & kHasNotify) != 0) request.notify = domain::Msisdn{TRY(in.text(20))};
    if ((flags & kHasSender) != 0) request.sender = domain::Msisdn{TRY(in.text(20))};

    auto count = TRY(in.varint());
    if (count > domain::kMaxAnswers) return fail(ErrorCode::kCorrupt, "record.answers");
    for (std::uint64_t i = 0; i < count; ++i) {
        auto owner = TRY(in.u8());
        if (owner > kOfService) return fail(ErrorCode::kCorrupt, "record.owner", owner);
        auto field_number = TRY(in.u8());
        const auto* field = by_number(owner == kOfService ? service->fields : pack.applicant, field_number);
        if (field == nullptr) return fail(ErrorCode::kUnsupported, "record.field", field_number);
        auto value = TRY(read_value(in, *field, village));
        if (!request.answers.emplace(field->id, std::move(value)).second)
            return fail(ErrorCode::kCorrupt, "record.field", field_number);
    }
    TRY(in.end());
    return request;
}

} // namespace kentongan::wire
