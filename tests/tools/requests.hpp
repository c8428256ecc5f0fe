// Requests for tests of the record: the page's example, and random ones from a seed. Link kentongan_yaml.
#pragma once

#include "domain/request.hpp"
#include "tools/packs.hpp"
#include "wire/dictionary.hpp"
#include "wire/record.hpp"

#include <random>

namespace kentongan::test {

inline wire::Dictionaries loaded_dictionaries(const domain::Pack& pack) {
    auto loaded = wire::Dictionaries::load(pack.dictionaries);
    if (!loaded) std::abort();
    return *loaded;
}

/// What encoding and decoding a record needs of a country.
struct Country {
    domain::Pack pack;
    domain::Village village;
    wire::Dictionaries dictionaries;

    explicit Country(const char* id)
        : pack(test_pack(id)), village(test_village(pack)), dictionaries(loaded_dictionaries(pack)) {}

    Result<Bytes> encode(const domain::Request& request) const {
        return wire::encode_request(pack, village, dictionaries, request);
    }
    Result<domain::Request> decode(BytesView record) const {
        return wire::decode_request(pack, village, dictionaries, record);
    }
};

/// The example of docs/formats/record.md, a letter of the pack id-jember.
inline domain::Request example_letter() {
    domain::Request out;
    out.service = "domisili";
    out.language = "id";
    out.accepted_at = from_unix(1795489200);
    out.answers = {{"identity_number", "3509275203850000"},
                   {"name", "Siti Contoh"},
                   {"hamlet", "krajan"},
                   {"rt", "3"},
                   {"rw", "1"},
                   {"keperluan", "bank"}};
    out.notify = domain::Msisdn{"+6280000000012"};
    out.consent_version = "id-2026-11";
    return out;
}

/// Makes requests that a pack allows and, where asked, some that it nearly allows. Same seed, same requests.
class RequestMaker {
  public:
    RequestMaker(const domain::Pack& pack, const domain::Village& village, std::uint64_t seed)
        : pack_(pack), village_(village), random_(seed) {}

    /// `wild`: values that have no short form occur too.
    domain::Request make(const domain::Service& service, bool wild = false) {
        domain::Request out;
        out.service = service.id;
        out.channel = static_cast<domain::Channel>(1 + below(4));
        out.anonymous = one_in(4);
        out.confidential = one_in(4);
        // To the minute: that is what a record keeps.
        out.accepted_at = from_unix(1704067200 + static_cast<std::int64_t>(below(16'000'000)) * 60);
        out.language = pack_.languages[below(pack_.languages.size())].tag;
        if (!one_in(3)) out.consent_version = pack_.consent_version;
        if (one_in(2)) out.notify = domain::Msisdn{phone()};
        if (one_in(3)) out.sender = one_in(2) && out.notify ? *out.notify : domain::Msisdn{phone()};
        for (const auto* field : pack_.fields_of(service))
            if (!one_in(5)) out.answers[field->id] = answer(*field);
        if (wild) spoil(out, service);
        return out;
    }

    std::string text(std::size_t most) {
        static const char* const kPieces[] = {
            "Siti", "contoh ",    "desa ", "RT 03 ",   "é",       "ḍâ ",
            "نص ",  "ABC-12/x ",  "\n",    "surat ",   "(tanah)", "Rp 50.000,- ",
            "~",    "keperluan ", "' ",    ". Jalan ", "MELATI ", "\xf0\x9f\x8f\xa0"};
        std::string out = one_in(2) ? "Contoh" : "contoh";
        for (auto left = below(1 + most / 8); left > 0; --left) out += kPieces[below(std::size(kPieces))];
        return out;
    }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool one_in(std::uint64_t many) { return below(many) == 0; }

  private:
    std::string digits(std::size_t count) {
        std::string out;
        while (out.size() < count) out += static_cast<char>('0' + below(10));
        return out;
    }
    std::string phone() { return "+" + pack_.phone.country_code + digits(7 + below(6)); }

    std::string answer(const domain::Field& field) {
        switch (field.type) {
        case domain::FieldType::kChoice:
            return field.choices[below(field.choices.size())].id;
        case domain::FieldType::kPlace:
            return village_.hamlets[below(village_.hamlets.size())].id;
        case domain::FieldType::kNumber:
        case domain::FieldType::kMoney:
            return std::to_string(random_() >> (1 + below(63)));
        case domain::FieldType::kDate:
            return std::to_string(1900 + below(300)) + "-0" + std::to_string(1 + below(9)) + "-" +
                   std::to_string(10 + below(19));
        case domain::FieldType::kIdentityNumber:
            return digits(pack_.identity.length);
        case domain::FieldType::kPhone:
            return phone();
        case domain::FieldType::kYesNo:
            return one_in(2) ? "yes" : "no";
        case domain::FieldType::kText:
            break;
        }
        return text(one_in(10) ? 2000 : 60);
    }

    void spoil(domain::Request& request, const domain::Service& service) {
        if (one_in(2)) request.accepted_at = from_unix(static_cast<std::int64_t>(below(4'223'376'660)) * 60);
        if (one_in(2)) request.attempt = static_cast<std::uint32_t>(random_() >> below(64));
        if (one_in(4)) request.language = "jv-x-krama";
        if (one_in(4)) request.consent_version = "older words";
        if (one_in(4)) request.notify = domain::Msisdn{"+4915100000000"};
        if (one_in(4)) request.sender = domain::Msisdn{"SHORT"};
        for (const auto* field : pack_.fields_of(service)) {
            if (!one_in(3)) continue;
            bool chosen =
                field->type == domain::FieldType::kChoice || field->type == domain::FieldType::kPlace;
            if (chosen)
                request.answers[field->id] = "#" + std::to_string(200 + below(56));
            else if (field->type != domain::FieldType::kYesNo)
                request.answers[field->id] = one_in(2) ? "" : one_in(2) ? "007" : digits(30);
        }
    }

    const domain::Pack& pack_;
    const domain::Village& village_;
    std::mt19937_64 random_;
};

inline bool same(const domain::Request& left, const domain::Request& right) {
    return left.service == right.service && left.language == right.language &&
           left.channel == right.channel && left.accepted_at == right.accepted_at &&
           left.answers == right.answers && left.anonymous == right.anonymous &&
           left.confidential == right.confidential && left.notify == right.notify &&
           left.sender == right.sender && left.consent_version == right.consent_version &&
           left.attempt == right.attempt;
}

} // namespace kentongan::test
