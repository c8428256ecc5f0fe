// What a request weighs: prints `name value` lines for scripts/bench. The first argument is the file of
// letters that scripts/train-dictionary makes of words that no dictionary has seen.
//
// "As the pack asks" is the letter of the issue; "whole" asks for an address and for the purpose in words
// too.
#include "tools/packs.hpp"
#include "tools/sealing_box.hpp"
#include "wire/padding.hpp"
#include "wire/record.hpp"
#include "wire/text_coding.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

using namespace kentongan;
using Clock = std::chrono::steady_clock;

namespace {

// Of a following item by SMS: tag 1, box 2, epoch 2, counter 2, MAC 16.
constexpr std::size_t kOverhead = 23;
constexpr std::size_t kSms = 140;

using Row = std::map<std::string, std::string>;

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= line.size();) {
        auto to = std::min(line.find('\t', from), line.size());
        out.push_back(line.substr(from, to - from));
        from = to + 1;
    }
    return out;
}

std::vector<Row> read_rows(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::vector<Row> rows;
    std::vector<std::string> keys;
    while (std::getline(file, line)) {
        auto values = cells(line);
        if (keys.empty()) {
            keys = values;
            continue;
        }
        Row row;
        for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) row[keys[i]] = values[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

domain::Request request_of(const domain::Pack& pack, const Row& row) {
    domain::Request out;
    out.language = pack.default_language;
    bool report = row.at("kind") == "report";
    out.service = report ? "pengaduan" : row.at("service");
    if (report) {
        out.answers = {{"kategori", "jalan"}, {"cerita", row.at("cerita")}};
        out.channel = domain::Channel::kSms;
        out.sender = domain::Msisdn{"+6280000000012"};
        return out;
    }
    out.accepted_at = from_unix(1767225600 + std::stol(row.at("minute")) * 60);
    out.consent_version = pack.consent_version;
    if (!row.at("phone").empty()) out.notify = domain::Msisdn{row.at("phone")};
    for (const auto* field : pack.fields_of(*pack.service(out.service)))
        if (domain::shown(*field, out.answers)) out.answers[field->id] = row.at(field->id);
    return out;
}

// The pack with an address among the applicant's questions, and a purpose that is always asked in words.
domain::Pack asking_more(domain::Pack pack) {
    domain::Field address;
    address.id = "alamat";
    address.number = 6;
    address.max = 120;
    pack.applicant.push_back(address);
    for (auto& service : pack.services)
        for (auto& field : service.fields) field.when.reset();
    return pack;
}

struct Sizes {
    std::vector<std::size_t> sealed;
    std::vector<std::size_t> padded;

    void add(const Bytes& record) {
        sealed.push_back(record.size() + kOverhead);
        padded.push_back(wire::padded_size(record.size()) + kOverhead);
    }
    static double at(std::vector<std::size_t> sizes, double share) {
        std::sort(sizes.begin(), sizes.end());
        auto place = static_cast<std::size_t>(share * static_cast<double>(sizes.size()));
        return static_cast<double>(sizes[std::min(place, sizes.size() - 1)]);
    }
    [[nodiscard]] double one_sms_share() const {
        auto fit = std::count_if(padded.begin(), padded.end(), [](auto size) { return size <= kSms; });
        return static_cast<double>(fit) / static_cast<double>(padded.size());
    }
};

void say(const std::string& name, double value) {
    std::printf("%s %.3f\n", name.c_str(), value);
}

struct Measured {
    Sizes letters;
    Sizes reports;
};

Measured measure(const domain::Pack& pack, const domain::Village& village,
                 const wire::Dictionaries& dictionaries, const std::vector<Row>& rows) {
    Measured out;
    for (const auto& row : rows) {
        auto request = request_of(pack, row);
        auto record = wire::encode_request(pack, village, dictionaries, request);
        auto read = record ? wire::decode_request(pack, village, dictionaries, *record)
                           : Result<domain::Request>(fail(ErrorCode::kInternal, "bench"));
        if (!read || read->answers != request.answers) std::abort();
        (row.at("kind") == "report" ? out.reports : out.letters).add(*record);
    }
    return out;
}

void say_letters(const std::string& what, const Sizes& sizes, const std::string& ending) {
    say("wire." + what + "_bytes_median" + ending, Sizes::at(sizes.sealed, 0.5));
    say("wire." + what + "_bytes_p99" + ending, Sizes::at(sizes.sealed, 0.99));
    say("wire." + what + "_bytes_padded_median" + ending, Sizes::at(sizes.padded, 0.5));
    say("wire." + what + "_one_sms_share" + ending, sizes.one_sms_share());
}

double median_us(const std::vector<Row>& rows, const std::function<void(const Row&)>& work) {
    std::vector<double> times;
    for (const auto& row : rows) {
        auto start = Clock::now();
        work(row);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return times[times.size() / 2];
}

Bytes file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace

int main(int argc, char** argv) {
    auto rows = read_rows(argc > 1 ? argv[1] : "");
    if (rows.empty()) {
        std::fputs("wire_bench: give the file of `scripts/train-dictionary letters FILE`\n", stderr);
        return 2;
    }
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    auto own = wire::Dictionaries::load(pack.dictionaries);
    auto general = wire::Dictionaries::load(
        {{1, file_bytes(std::filesystem::path(KENTONGAN_SOURCE_DIR) / "tests/bench/data/general.zdict")}});
    if (!own || !general) std::abort();
    auto more = asking_more(pack);

    const struct {
        const wire::Dictionaries& dictionaries;
        const char* ending;
    } cases[] = {{*own, ""}, {*general, "_pessimistic"}, {wire::Dictionaries(), "_without_dictionary"}};
    for (const auto& [dictionaries, ending] : cases) {
        auto asked = measure(pack, village, dictionaries, rows);
        say_letters("letter", asked.letters, ending);
        say_letters("report160", asked.reports, ending);
        say_letters("whole_letter", measure(more, village, dictionaries, rows).letters, ending);
    }
    // As sealed, not as reckoned: an item late in its epoch, less its padded record.
    auto district = wire::make_district_keys();
    test::SealingBox box(wire::make_box_keys(BoxId{7}), district.shown);
    Bytes record(60, 1);
    std::size_t sealed = 0;
    for (int i = 0; i < 200; ++i)
        sealed = box.seal_record(record, domain::Recipient::kDistrict).frames.back().size();
    if (sealed - wire::padded_size(record.size()) != kOverhead) return 1;
    say("wire.security_overhead_sms", static_cast<double>(sealed - wire::padded_size(record.size())));

    std::vector<Bytes> records;
    say("wire.letter_encode_us", median_us(rows, [&](const Row& row) {
            records.push_back(*wire::encode_request(pack, village, *own, request_of(pack, row)));
        }));
    std::size_t next = 0;
    say("wire.letter_decode_us", median_us(rows, [&](const Row&) {
            (void)wire::decode_request(pack, village, *own, records[next++]);
        }));
}
