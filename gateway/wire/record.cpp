#include "wire/record.hpp"

#include "wire/text_coding.hpp"
#include "wire/value_coding.hpp"

#include <algorithm>
#include <optional>

namespace kentongan::wire {
namespace {

using domain::Field;
using domain::FieldType;

constexpr std::uint64_t kVersion = 2;
constexpr unsigned kVersionBits = 3;
constexpr unsigned kFewServiceBits = 5;
constexpr unsigned kServiceBits = 16;
constexpr unsigned kChannelBits = 2;
constexpr unsigned kLanguageBits = 3;
constexpr std::uint64_t kLanguageAsText = (1U << kLanguageBits) - 1;
enum class Consent : std::uint8_t { kNone, kPresent, kText };
constexpr unsigned kConsentBits = 2;
constexpr unsigned kFewFields = 5; // of a bitmap at once
constexpr unsigned kFewChoiceBits = 3;
constexpr unsigned kFewPlaceBits = 4;
constexpr std::size_t kMaxValue = 8 * 1024; // kMaxTextCharacters of up to four bytes
constexpr std::size_t kMaxLanguage = 35;
constexpr std::size_t kMaxConsent = 64;
constexpr std::size_t kMaxPhone = 20;
constexpr const char* kUnknownLanguage = "und"; // BCP 47: undetermined

template <class Named>
const Named* by_id(const std::vector<Named>& list, std::string_view id) {
    auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.id == id; });
    return found == list.end() ? nullptr : &*found;
}

template <class Named>
const Named* by_number(const std::vector<Named>& list, std::uint64_t number) {
    auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.number == number; });
    return found == list.end() ? nullptr : &*found;
}

// How something reads whose number this pack does not know.
std::string numbered(unsigned number) {
    return "#" + std::to_string(number);
}

template <class Named>
std::optional<std::uint8_t> number_of(const std::vector<Named>& list, const std::string& id) {
    if (const auto* known = by_id(list, id)) return known->number;
    for (unsigned number = 0; id.starts_with('#') && number < 256; ++number)
        if (id == numbered(number) && by_number(list, number) == nullptr)
            return static_cast<std::uint8_t>(number);
    return std::nullopt;
}

// Consent is evidence: a reader with a later pack must not take today's words for those that were agreed to.
std::uint8_t check_of(std::string_view text) {
    std::uint32_t hash = 2166136261; // FNV-1a
    for (char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619;
    hash ^= hash >> 16U;
    return static_cast<std::uint8_t>(hash ^ hash >> 8U);
}

// --- writing -----------------------------------------------------------------------------------------------

class Writer {
  public:
    Writer(const domain::Pack& pack, const domain::Village& village, const domain::Request& request,
           bool irregular)
        : pack_(pack), village_(village), request_(request), irregular_(irregular) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        out_.wipe();
        for (auto& text : texts_) wipe(text);
    }

    // Whether some value has no short form: to be written again as irregular.
    [[nodiscard]] bool needs_irregular() const { return needs_irregular_; }

    Status write(const domain::Service& service) {
        out_.put(kVersion, kVersionBits);
        out_.flag(irregular_);
        bool few = service.number < (1U << kFewServiceBits);
        out_.flag(!few);
        out_.put(service.number, few ? kFewServiceBits : kServiceBits);
        auto channel = static_cast<std::uint64_t>(request_.channel);
        if (channel < 1 || channel > (1U << kChannelBits)) return fail(ErrorCode::kInvalid, "record.channel");
        out_.put(channel - 1, kChannelBits);
        out_.flag(request_.anonymous);
        out_.flag(request_.confidential);
        write_time(out_, request_.accepted_at);
        out_.flag(request_.attempt != 0);
        if (request_.attempt != 0) out_.groups(request_.attempt);
        TRY(language());
        TRY(consent());
        for (const auto* phone : {&request_.notify, &request_.sender}) {
            out_.flag(phone->has_value());
            if (*phone) TRY(write_one_phone((*phone)->e164, kMaxPhone));
        }
        return answers(service);
    }

    Result<Bytes> finish(const Dictionaries& dictionaries) {
        TRY(write_texts(out_, dictionaries, texts_));
        auto record = std::move(out_).finish();
        out_ = {};
        if (record.size() <= kMaxRecord) return record;
        wipe(record);
        return fail(ErrorCode::kNoSpace, "record.size");
    }

  private:
    Status text(const std::string& value, std::size_t max_size) {
        if (value.size() > max_size) return fail(ErrorCode::kNoSpace, "record.text");
        if (!domain::characters(value)) return fail(ErrorCode::kInvalid, "record.text");
        texts_.push_back(value);
        return {};
    }

    Status language() {
        auto found = std::find_if(pack_.languages.begin(), pack_.languages.end(),
                                  [&](const auto& one) { return one.tag == request_.language; });
        auto at = static_cast<std::uint64_t>(found - pack_.languages.begin());
        bool known = found != pack_.languages.end() && at < kLanguageAsText;
        out_.put(known ? at : kLanguageAsText, kLanguageBits);
        return known ? Status() : text(request_.language, kMaxLanguage);
    }

    Status consent() {
        const auto& version = request_.consent_version;
        auto kind = version.empty()                    ? Consent::kNone
                    : version == pack_.consent_version ? Consent::kPresent
                                                       : Consent::kText;
        out_.put(static_cast<std::uint64_t>(kind), kConsentBits);
        if (kind == Consent::kPresent) out_.put(check_of(version), 8);
        return kind == Consent::kText ? text(version, kMaxConsent) : Status();
    }

    // The value by its short form, or as text. `shortly` returns whether it wrote.
    template <class Shortly>
    Status regular(const std::string& value, std::size_t max_size, Shortly shortly) {
        if (!irregular_) {
            needs_irregular_ = !shortly(out_) || needs_irregular_;
            return {};
        }
        BitWriter tried;
        bool fits = shortly(tried);
        out_.flag(!fits);
        out_.append(tried);
        tried.wipe();
        return fits ? Status() : text(value, max_size);
    }

    Status write_one_phone(const std::string& e164, std::size_t max_size) {
        auto known = std::find(phones_.begin(), phones_.end(), e164);
        if (!phones_.empty()) {
            out_.flag(known != phones_.end());
            if (known != phones_.end()) {
                if (phones_.size() > 1) out_.groups(static_cast<std::uint64_t>(known - phones_.begin()));
                return {};
            }
        }
        phones_.push_back(e164);
        return regular(e164, max_size,
                       [&](BitWriter& out) { return write_phone(out, pack_.phone.country_code, e164); });
    }

    // Bits by the fields' numbers, not by their places: a field added in between moves nothing.
    static Status bitmap(BitWriter& out, const std::vector<const Field*>& present) {
        unsigned last = present.empty() ? 1 : present.back()->number;
        unsigned number = 1;
        do {
            for (unsigned i = 0; i < kFewFields; ++i, ++number)
                out.flag(std::any_of(present.begin(), present.end(),
                                     [&](const auto* field) { return field->number == number; }));
            out.flag(number <= last);
        } while (number <= last);
        return {};
    }

    Status answers(const domain::Service& service) {
        if (request_.answers.size() > domain::kMaxAnswers) return fail(ErrorCode::kInvalid, "record.answers");
        std::vector<const Field*> of_applicant;
        std::vector<const Field*> own;
        for (const auto& [id, value] : request_.answers) {
            const auto* field = service.field(id);
            auto& list = field != nullptr ? own : of_applicant;
            if (field == nullptr) field = by_id(pack_.applicant, id);
            if (field == nullptr || field->number == 0) return fail(ErrorCode::kInvalid, "record.field");
            list.push_back(field);
        }
        out_.flag(!of_applicant.empty());
        for (auto* list : {&of_applicant, &own}) {
            std::sort(list->begin(), list->end(),
                      [](const auto* left, const auto* right) { return left->number < right->number; });
            if (list == &own || !list->empty()) TRY(bitmap(out_, *list));
        }
        for (const auto& list : {of_applicant, own})
            for (const auto* field : list) TRY(value(*field, request_.answers.at(field->id)));
        return {};
    }

    Status value(const Field& field, const std::string& value) {
        switch (field.type) {
        case FieldType::kChoice: {
            auto number = number_of(field.choices, value);
            if (!number) return fail(ErrorCode::kInvalid, "record.choice");
            write_small(out_, *number, kFewChoiceBits);
            return {};
        }
        case FieldType::kPlace: {
            auto number = number_of(village_.hamlets, value);
            if (!number) return fail(ErrorCode::kInvalid, "record.place");
            write_small(out_, *number, kFewPlaceBits);
            return {};
        }
        case FieldType::kYesNo:
            if (value != "yes" && value != "no") return fail(ErrorCode::kInvalid, "record.yes_no");
            out_.flag(value == "yes");
            return {};
        case FieldType::kNumber:
        case FieldType::kMoney:
            return regular(value, kMaxValue, [&](BitWriter& out) { return write_number(out, value); });
        case FieldType::kDate:
            return regular(value, kMaxValue, [&](BitWriter& out) { return write_date(out, value); });
        case FieldType::kIdentityNumber:
            return regular(value, kMaxValue,
                           [&](BitWriter& out) { return write_digits(out, value, pack_.identity.length); });
        case FieldType::kPhone:
            return write_one_phone(value, kMaxValue);
        case FieldType::kText:
            return text(value, kMaxValue);
        }
        return fail(ErrorCode::kInternal, "record.type");
    }

    const domain::Pack& pack_;
    const domain::Village& village_;
    const domain::Request& request_;
    bool irregular_;
    bool needs_irregular_ = false;
    BitWriter out_;
    std::vector<std::string> texts_;
    std::vector<std::string> phones_;
};

// --- reading -----------------------------------------------------------------------------------------------

class Reader {
  public:
    Reader(const domain::Pack& pack, const domain::Village& village, BitReader in)
        : pack_(pack), village_(village), in_(in) {}

    Result<domain::Request> read(const Dictionaries& dictionaries) {
        auto version = TRY(in_.take(kVersionBits));
        if (version != kVersion) return unsupported("record.version", version);
        irregular_ = TRY(in_.flag());
        bool many = TRY(in_.flag());
        auto number = TRY(in_.take(many ? kServiceBits : kFewServiceBits));
        const auto* service = pack_.service(static_cast<std::uint16_t>(number));
        if (service == nullptr) return unsupported("record.service", number);
        request_.service = service->id;
        request_.channel = static_cast<domain::Channel>(TRY(in_.take(kChannelBits)) + 1);
        request_.anonymous = TRY(in_.flag());
        request_.confidential = TRY(in_.flag());
        request_.accepted_at = TRY(read_time(in_));
        if (TRY(in_.flag())) {
            auto attempt = TRY(in_.groups());
            if (attempt == 0 || attempt > UINT32_MAX) return corrupt("record.attempt");
            request_.attempt = static_cast<std::uint32_t>(attempt);
        }
        TRY(language());
        TRY(consent());
        for (auto* phone : {&request_.notify, &request_.sender})
            if (TRY(in_.flag())) TRY(read_one_phone(phone->emplace().e164, kMaxPhone));
        TRY(answers(*service));
        TRY(texts(dictionaries));
        return std::move(request_);
    }

  private:
    static tl::unexpected<Error> unsupported(const char* where, std::uint64_t native) {
        return fail(ErrorCode::kUnsupported, where, static_cast<std::int64_t>(native));
    }
    [[nodiscard]] tl::unexpected<Error> corrupt(const char* where) const {
        return fail(ErrorCode::kCorrupt, where, static_cast<std::int64_t>(in_.offset()));
    }

    // Texts come last: remembers where one belongs.
    void text_later(std::string& into, std::size_t max_size) { later_.push_back({&into, max_size}); }

    Status language() {
        auto at = TRY(in_.take(kLanguageBits));
        if (at == kLanguageAsText)
            text_later(request_.language, kMaxLanguage);
        else
            request_.language = at < pack_.languages.size() ? pack_.languages[at].tag : kUnknownLanguage;
        return {};
    }

    Status consent() {
        switch (static_cast<Consent>(TRY(in_.take(kConsentBits)))) {
        case Consent::kNone:
            return {};
        case Consent::kPresent: {
            auto check = static_cast<std::uint8_t>(TRY(in_.take(8)));
            request_.consent_version = check_of(pack_.consent_version) == check
                                           ? pack_.consent_version
                                           : "#" + to_hex(BytesView(&check, 1));
            return {};
        }
        case Consent::kText:
            text_later(request_.consent_version, kMaxConsent);
            return {};
        }
        return corrupt("record.consent");
    }

    template <class Shortly>
    Status regular(std::string& into, std::size_t max_size, Shortly shortly) {
        if (irregular_ && TRY(in_.flag())) {
            text_later(into, max_size);
            return {};
        }
        into = TRY(shortly());
        return {};
    }

    Status read_one_phone(std::string& into, std::size_t max_size) {
        if (!phones_.empty() && TRY(in_.flag())) {
            auto at = phones_.size() > 1 ? TRY(in_.groups()) : 0;
            if (at >= phones_.size()) return corrupt("record.phone");
            same_.push_back({&into, phones_[at]});
            return {};
        }
        phones_.push_back(&into);
        return regular(into, max_size, [&] { return read_phone(in_, pack_.phone.country_code); });
    }

    Result<std::vector<const Field*>> bitmap(const std::vector<Field>& fields) {
        std::vector<const Field*> present;
        bool more = true;
        for (unsigned number = 1; more;) {
            for (unsigned i = 0; i < kFewFields; ++i, ++number) {
                if (!TRY(in_.flag())) continue;
                // Of an unknown type: what follows cannot be read.
                const auto* field = by_number(fields, number);
                if (field == nullptr) return unsupported("record.field", number);
                present.push_back(field);
            }
            more = TRY(in_.flag());
        }
        return present;
    }

    Status answers(const domain::Service& service) {
        std::vector<const Field*> all;
        if (TRY(in_.flag())) all = TRY(bitmap(pack_.applicant));
        auto own = TRY(bitmap(service.fields));
        all.insert(all.end(), own.begin(), own.end());
        if (all.size() > domain::kMaxAnswers) return corrupt("record.answers");
        for (const auto* field : all) {
            auto [at, fresh] = request_.answers.try_emplace(field->id);
            if (!fresh) return corrupt("record.field");
            TRY(value(*field, at->second));
        }
        return {};
    }

    Status value(const Field& field, std::string& into) {
        switch (field.type) {
        case FieldType::kChoice: {
            auto number = TRY(read_small(in_, kFewChoiceBits));
            const auto* choice = by_number(field.choices, number);
            into = choice == nullptr ? numbered(number) : choice->id;
            return {};
        }
        case FieldType::kPlace: {
            auto number = TRY(read_small(in_, kFewPlaceBits));
            const auto* hamlet = by_number(village_.hamlets, number);
            into = hamlet == nullptr ? numbered(number) : hamlet->id;
            return {};
        }
        case FieldType::kYesNo:
            into = TRY(in_.flag()) ? "yes" : "no";
            return {};
        case FieldType::kNumber:
        case FieldType::kMoney:
            return regular(into, kMaxValue, [&] { return read_number(in_); });
        case FieldType::kDate:
            return regular(into, kMaxValue, [&] { return read_date(in_); });
        case FieldType::kIdentityNumber:
            return regular(into, kMaxValue, [&] { return read_digits(in_, pack_.identity.length); });
        case FieldType::kPhone:
            return read_one_phone(into, kMaxValue);
        case FieldType::kText:
            text_later(into, kMaxValue);
            return {};
        }
        return fail(ErrorCode::kInternal, "record.type");
    }

    Status texts(const Dictionaries& dictionaries) {
        auto texts = TRY(read_texts(in_, dictionaries, later_.size()));
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (texts[i].size() > later_[i].max_size || !domain::characters(texts[i]))
                return corrupt("record.text");
            *later_[i].into = std::move(texts[i]);
        }
        for (const auto& [into, from] : same_) *into = *from;
        return {};
    }

    struct Later {
        std::string* into;
        std::size_t max_size;
    };

    const domain::Pack& pack_;
    const domain::Village& village_;
    BitReader in_;
    bool irregular_ = false;
    domain::Request request_;
    std::vector<Later> later_;               // into request_, which does not move meanwhile
    std::vector<const std::string*> phones_; // likewise
    std::vector<std::pair<std::string*, const std::string*>> same_; // likewise
};

} // namespace

Result<Bytes> encode_request(const domain::Pack& pack, const domain::Village& village,
                             const Dictionaries& dictionaries, const domain::Request& request) {
    const auto* service = pack.service(request.service);
    if (service == nullptr) return fail(ErrorCode::kInvalid, "record.service");
    Writer writer(pack, village, request, false);
    TRY(writer.write(*service));
    if (!writer.needs_irregular()) return writer.finish(dictionaries);
    Writer again(pack, village, request, true);
    TRY(again.write(*service));
    return again.finish(dictionaries);
}

Result<domain::Request> decode_request(const domain::Pack& pack, const domain::Village& village,
                                       const Dictionaries& dictionaries, BytesView record) {
    if (record.size() > kMaxRecord) return fail(ErrorCode::kCorrupt, "record.size");
    return Reader(pack, village, TRY(BitReader::of(record))).read(dictionaries);
}

} // namespace kentongan::wire
