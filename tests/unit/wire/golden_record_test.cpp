// Known answers of records: a catalogue of every type of field, and requests that use each form of them.
#include "tools/golden.hpp"
#include "wire/record.hpp"

#include <algorithm>
#include <iterator>

namespace {

using namespace kentongan;
using domain::Field;
using domain::FieldType;

Field field(const char* id, std::uint8_t number, FieldType type) {
    Field out;
    out.id = id;
    out.number = number;
    out.type = type;
    if (type == FieldType::kChoice) out.choices = {{"one", 1}, {"two", 2}, {"two hundred", 200}};
    return out;
}

// The letter of docs/formats/record.md is service 1 here as it is in its pack.
domain::Pack catalogue() {
    domain::Pack pack;
    pack.consent_version = "id-2026-11";
    pack.languages = {{"id", "Indonesia", false, false}, {"en", "English", false, false}};
    pack.phone.country_code = "62";
    pack.identity.length = 16;
    pack.applicant = {field("identity", 1, FieldType::kIdentityNumber), field("name", 2, FieldType::kText),
                      field("hamlet", 3, FieldType::kPlace), field("rt", 4, FieldType::kNumber),
                      field("rw", 5, FieldType::kNumber)};
    domain::Service letter;
    letter.id = "letter";
    letter.number = 1;
    letter.fields = {field("purpose", 1, FieldType::kChoice), field("words", 2, FieldType::kText)};
    domain::Service all;
    all.id = "all";
    all.number = 300;
    all.fields = {field("day", 1, FieldType::kDate),    field("agreed", 2, FieldType::kYesNo),
                  field("phone", 3, FieldType::kPhone), field("again", 4, FieldType::kPhone),
                  field("money", 5, FieldType::kMoney), field("kind", 6, FieldType::kChoice),
                  field("place", 7, FieldType::kPlace), field("other", 8, FieldType::kPhone),
                  field("words", 11, FieldType::kText)};
    pack.services = {letter, all};
    return pack;
}

const char* name_of_type(FieldType type) {
    switch (type) {
    case FieldType::kChoice:
        return "choice";
    case FieldType::kText:
        return "text";
    case FieldType::kNumber:
        return "number";
    case FieldType::kMoney:
        return "money";
    case FieldType::kDate:
        return "date";
    case FieldType::kIdentityNumber:
        return "identity";
    case FieldType::kPhone:
        return "phone";
    case FieldType::kYesNo:
        return "yes-no";
    case FieldType::kPlace:
        return "place";
    }
    return "?";
}

std::string listed(const std::vector<Field>& fields) {
    std::string out;
    for (const auto& one : fields)
        out += (out.empty() ? "" : ", ") + std::to_string(one.number) + ' ' + name_of_type(one.type);
    return out;
}

struct Catalogue {
    domain::Pack pack = catalogue();
    domain::Village village;
    wire::Dictionaries dictionaries;

    Catalogue() {
        village.hamlets = {{"near", 1, "Near"}, {"far", 17, "Far"}};
        std::ifstream file(std::string(KENTONGAN_SOURCE_DIR) +
                               "/gateway/packs/id-jember/dictionaries/1.zdict",
                           std::ios::binary);
        Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        auto loaded = wire::Dictionaries::load({{1, bytes}});
        REQUIRE(loaded);
        dictionaries = *loaded;
    }

    void says(test::Golden& golden, const std::string& name, const Field& one,
              const std::string& value) const {
        auto number = [&](const auto& list) {
            auto at =
                std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.id == value; });
            return std::to_string(at->number);
        };
        auto shown = one.type == FieldType::kChoice  ? number(one.choices)
                     : one.type == FieldType::kPlace ? number(village.hamlets)
                     : one.type == FieldType::kText  ? to_hex(as_bytes(value))
                                                     : value;
        golden.line(name + std::to_string(one.number), shown);
    }

    void show(test::Golden& golden, const std::string& name, const domain::Request& request,
              bool zstd = false) {
        auto record = wire::encode_request(pack, village, dictionaries, request);
        REQUIRE(record);
        auto bytes = zstd ? golden.kept(name, *record) : *record;
        auto read = wire::decode_request(pack, village, dictionaries, bytes);
        REQUIRE(read);
        CHECK(read->answers == request.answers);
        CHECK(read->accepted_at == request.accepted_at);
        const auto* service = pack.service(request.service);
        golden.line(name, bytes);
        golden.number(name + "-service", service->number);
        golden.number(name + "-channel", static_cast<std::uint64_t>(request.channel));
        golden.line(name + "-who", std::string(request.anonymous ? "anonymous" : "named") +
                                       (request.confidential ? " confidential" : " public"));
        golden.number(name + "-at", static_cast<std::uint64_t>(to_unix(request.accepted_at)));
        golden.number(name + "-attempt", request.attempt);
        golden.line(name + "-language", request.language);
        golden.line(name + "-consent", request.consent_version.empty() ? "none" : request.consent_version);
        golden.line(name + "-notify", request.notify ? request.notify->e164 : "none");
        golden.line(name + "-sender", request.sender ? request.sender->e164 : "none");
        for (const auto& one : pack.applicant)
            if (request.answers.contains(one.id))
                says(golden, name + "-applicant-", one, request.answers.at(one.id));
        for (const auto& one : service->fields)
            if (request.answers.contains(one.id))
                says(golden, name + "-answer-", one, request.answers.at(one.id));
    }
};

} // namespace

TEST_CASE("known answers of records in each form") {
    test::Golden golden("record.txt");
    Catalogue catalogue;
    golden.line("languages", "id en");
    golden.line("consent", catalogue.pack.consent_version);
    golden.line("country-code", catalogue.pack.phone.country_code);
    golden.number("identity-length", catalogue.pack.identity.length);
    golden.line("applicant", listed(catalogue.pack.applicant));
    for (const auto& service : catalogue.pack.services)
        golden.line("service-" + std::to_string(service.number), listed(service.fields));
    golden.line("dictionary-1", "gateway/packs/id-jember/dictionaries/1.zdict");

    domain::Request letter;
    letter.service = "letter";
    letter.language = "id";
    letter.accepted_at = from_unix(1795489200);
    letter.answers = {{"identity", "3509275203850000"},
                      {"name", "Siti Contoh"},
                      {"hamlet", "near"},
                      {"rt", "3"},
                      {"rw", "1"},
                      {"purpose", "two"}};
    letter.notify = domain::Msisdn{"+6280000000012"};
    letter.consent_version = catalogue.pack.consent_version;
    catalogue.show(golden, "letter", letter); // the page's

    domain::Request bare; // nothing but what is always there
    bare.service = "letter";
    bare.language = "en";
    bare.channel = domain::Channel::kUssd;
    bare.accepted_at = from_unix(1704067200);
    bare.anonymous = true;
    catalogue.show(golden, "bare", bare);

    domain::Request wide; // everything that has a longer form
    wide.service = "all";
    wide.language = "jv";
    wide.channel = domain::Channel::kAssisted;
    wide.accepted_at = from_unix(253402300740);
    wide.confidential = true;
    wide.attempt = 300;
    wide.consent_version = "older words";
    wide.notify = domain::Msisdn{"+6280000000012"};
    wide.sender = domain::Msisdn{"+6280000000012"};
    wide.answers = {{"day", "2199-12-31"},
                    {"agreed", "yes"},
                    {"phone", "+6280000000077"},
                    {"again", "+6280000000012"},
                    {"money", "9223372036854775807"},
                    {"kind", "two hundred"},
                    {"place", "far"},
                    {"other", "+6280000000077"},
                    {"words", "aB3dE6 gH9jK2\nmN5pQ8 (sT1vW4) {yZ7}; O'k? A-b/c.D,e!"}};
    catalogue.show(golden, "wide", wide);

    domain::Request irregular = letter; // what people and other packs bring
    irregular.answers["identity"] = "3509 27";
    irregular.answers["rt"] = "03";
    irregular.notify = domain::Msisdn{"+4915100000000"};
    irregular.answers["purpose"] = "two hundred";
    irregular.answers["words"] = "SURAT Untuk bank";
    catalogue.show(golden, "irregular", irregular, true);

    domain::Request seven = letter;
    seven.answers["words"] = "x9Q7#4zK2!8wB6@1vM5%3tR0^";
    seven.answers["name"] = "Q1w2E3r4T5y6U7i8O9p0A1s2D3f4G5h6J7k8L9";
    catalogue.show(golden, "seven", seven);

    domain::Request raw = letter;
    raw.answers["words"] =
        "\xE6\x9D\x91\xE3\x81\xAE\xE8\xAD\xA6\xE6\x9D\xBF\xE3\x82\x92\xE5\x8F\xA9\xE3\x81\x8F";
    catalogue.show(golden, "raw", raw);

    domain::Request story = letter;
    story.answers["words"] =
        "Saya diminta membayar seratus ribu rupiah untuk surat keterangan domisili di kantor desa.";
    catalogue.show(golden, "story", story, true);
    golden.settle();
}
