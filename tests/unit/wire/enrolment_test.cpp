#include "wire/crockford.hpp"
#include "wire/enrolment.hpp"
#include "wire/escrow.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace kentongan;

namespace {

Bytes seed(std::uint8_t fill) {
    return Bytes(32, fill);
}

struct Meeting {
    wire::RootSecret root = wire::root_from(seed(1));
    wire::DistrictSecret district = wire::district_keys_from(root, seed(2));
    std::string code = wire::invitation_code({1, 2, 3, 4, 5, 6});
    wire::EnrolmentStart start = *wire::start_enrolment(BoxId{7}, district.shown, code);
    wire::EnrolmentRequest request = *wire::open_request(start.request, district);
    Bytes welcome = wire::make_welcome(request, "contoh", district);
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace

TEST_CASE("a box and its district come to know each other", "[enrolment]") {
    Meeting meeting;
    CHECK(meeting.request.box == meeting.start.keys.shown);
    CHECK(meeting.request.psk == meeting.start.keys.psk);
    CHECK(meeting.request.code == meeting.code);
    auto welcome = wire::open_welcome(meeting.welcome, meeting.start.keys, meeting.start.request);
    REQUIRE(welcome);
    CHECK(welcome->village == "contoh");
    CHECK(welcome->district.keyring == meeting.district.shown.keyring);
    CHECK(welcome->district.root == meeting.start.keys.root);
    // Neither code nor psk stand in the request for who carries it.
    auto text = std::string(as_text(meeting.start.request));
    CHECK(text.find(meeting.code) == std::string::npos);
    CHECK(text.find(std::string(as_text(meeting.start.keys.psk))) == std::string::npos);
}

TEST_CASE("every flipped bit and truncation of request and welcome is refused", "[enrolment]") {
    Meeting meeting;
    auto each = [](const Bytes& bytes, auto read) {
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            auto altered = bytes;
            altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            INFO("bit " << bit);
            REQUIRE_FALSE(read(altered));
        }
        for (std::size_t size = 0; size < bytes.size(); ++size)
            REQUIRE_FALSE(read(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))));
        auto longer = bytes;
        longer.push_back(0);
        REQUIRE_FALSE(read(longer));
    };
    each(meeting.start.request,
         [&](const Bytes& bytes) { return wire::open_request(bytes, meeting.district); });
    each(meeting.welcome, [&](const Bytes& bytes) {
        return wire::open_welcome(bytes, meeting.start.keys, meeting.start.request);
    });
}

TEST_CASE("a welcome is for one box, one request and one root", "[enrolment]") {
    Meeting meeting;
    auto again = *wire::start_enrolment(BoxId{7}, meeting.district.shown, meeting.code);
    CHECK(code_of(wire::open_welcome(meeting.welcome, again.keys, again.request)) == ErrorCode::kDenied);
    auto other = *wire::start_enrolment(BoxId{8}, meeting.district.shown, meeting.code);
    CHECK(code_of(wire::open_welcome(meeting.welcome, other.keys, meeting.start.request)) ==
          ErrorCode::kDenied);

    auto stranger = wire::make_district_keys();
    auto forged = wire::make_welcome(meeting.request, "contoh", stranger);
    CHECK(code_of(wire::open_welcome(forged, meeting.start.keys, meeting.start.request)) ==
          ErrorCode::kDenied);
    // The right root and keyring, signed with another key.
    auto mixed = meeting.district;
    mixed.sign = stranger.sign;
    forged = wire::make_welcome(meeting.request, "contoh", mixed);
    CHECK(code_of(wire::open_welcome(forged, meeting.start.keys, meeting.start.request)) ==
          ErrorCode::kDenied);
    // A box that is withdrawn by the very keyring that welcomes it.
    REQUIRE(wire::issue_keyring(meeting.district, meeting.root, std::vector{BoxId{7}}));
    auto late = wire::make_welcome(meeting.request, "contoh", meeting.district);
    CHECK(code_of(wire::open_welcome(late, meeting.start.keys, meeting.start.request)) == ErrorCode::kDenied);
}

TEST_CASE("a request is for one district, and psk and code cannot be moved to other keys", "[enrolment]") {
    Meeting meeting;
    CHECK(code_of(wire::open_request(meeting.start.request, wire::make_district_keys())) ==
          ErrorCode::kDenied);
    // A thief of the request signs its sealed part under keys of his own.
    auto thief = wire::make_box_keys(BoxId{7});
    auto his = *wire::make_request(thief, meeting.district.shown, meeting.code);
    auto sealed_at = static_cast<std::ptrdiff_t>(1 + 4 + 32 + 32 + 32);
    auto forged = his;
    std::copy(meeting.start.request.begin() + sealed_at, meeting.start.request.end() - 64,
              forged.begin() + sealed_at);
    CHECK(code_of(wire::open_request(forged, meeting.district)) == ErrorCode::kDenied);
    CHECK(code_of(wire::start_enrolment(BoxId{0}, meeting.district.shown, meeting.code)) ==
          ErrorCode::kInvalid);
    CHECK(code_of(wire::start_enrolment(BoxId{65536}, meeting.district.shown, meeting.code)) ==
          ErrorCode::kInvalid);
    wire::DistrictPublic none;
    CHECK(code_of(wire::start_enrolment(BoxId{7}, none, meeting.code)) == ErrorCode::kInvalid);
}

TEST_CASE("fingerprints are 30 digits in fives, and differ where anything differs", "[enrolment]") {
    Meeting meeting;
    auto shown = wire::fingerprint(meeting.start.keys.shown);
    CHECK(shown.size() == 35);
    for (std::size_t i = 0; i < shown.size(); ++i)
        CHECK((i % 6 == 5 ? shown[i] == '-' : wire::kCrockford.find(shown[i]) != std::string_view::npos));
    std::set<std::string> all = {shown};
    auto other = meeting.start.keys.shown;
    other.box.value = 8;
    all.insert(wire::fingerprint(other));
    other = meeting.start.keys.shown;
    other.agree[31] ^= 1;
    all.insert(wire::fingerprint(other));
    other = meeting.start.keys.shown;
    other.sign[31] ^= 1;
    all.insert(wire::fingerprint(other));
    auto district = meeting.district.shown;
    all.insert(wire::fingerprint(district));
    district.enrolment[0] ^= 1;
    all.insert(wire::fingerprint(district));
    district = meeting.district.shown;
    district.root[0] ^= 1;
    all.insert(wire::fingerprint(district));
    CHECK(all.size() == 7);
}

TEST_CASE("codes are typed as people type, and a wrong digit is found", "[enrolment]") {
    for (std::uint8_t round = 0; round < 50; ++round) {
        auto code = wire::invitation_code({round, 91, static_cast<std::uint8_t>(round * 7), 1, 250, 3});
        REQUIRE(code.size() == wire::kCodeDigits);
        CHECK(*wire::read_invitation_code(wire::shown_code(code)) == code);
        std::string lower;
        for (char c : code)
            lower += static_cast<char>(c >= 'A' ? c - 'A' + 'a' : c == '0' ? 'o' : c == '1' ? 'l' : c);
        CHECK(*wire::read_invitation_code(" " + lower) == code);
        for (std::size_t at = 0; at < code.size(); ++at)
            for (char digit : wire::kCrockford) {
                if (digit == code[at]) continue;
                auto wrong = code;
                wrong[at] = digit;
                REQUIRE_FALSE(wire::read_invitation_code(wrong));
            }
    }
    CHECK_FALSE(wire::read_invitation_code(""));
    CHECK_FALSE(wire::read_invitation_code("UUUUU-UUUUU"));
    CHECK_FALSE(wire::read_invitation_code("00000-000000"));
}

TEST_CASE("the files of an enrolment come back, and damaged ones are refused", "[enrolment]") {
    Meeting meeting;
    CHECK(*wire::read_request_text(wire::request_text(meeting.start.request)) == meeting.start.request);
    CHECK(*wire::read_welcome_text(wire::welcome_text(meeting.welcome)) == meeting.welcome);
    auto text = wire::write_text(meeting.start);
    auto again = wire::read_enrolment_start(text);
    REQUIRE(again);
    CHECK(again->request == meeting.start.request);
    CHECK(again->keys.psk == meeting.start.keys.psk);
    for (std::size_t size = 0; size < text.size(); ++size)
        REQUIRE_FALSE(wire::read_enrolment_start(text.substr(0, size)));
    CHECK(code_of(wire::read_request_text("kentongan-enrolment-request 2\n")) == ErrorCode::kUnsupported);
    CHECK(code_of(wire::read_welcome_text(wire::request_text(meeting.start.request))) == ErrorCode::kCorrupt);
}

TEST_CASE("an escrow opens with the recovery key alone", "[escrow]") {
    Meeting meeting;
    wire::Key32 recovery{};
    recovery.fill(77);
    wire::Escrow escrow;
    escrow.keys = meeting.district;
    escrow.boxes.push_back({meeting.request.box, "contoh", true, meeting.request.psk});
    auto file = *wire::seal_escrow(escrow, wire::public_of(recovery));
    auto opened = wire::open_escrow(file, recovery);
    REQUIRE(opened);
    CHECK(opened->keys.enrolment == meeting.district.enrolment);
    REQUIRE(opened->boxes.size() == 1);
    CHECK(opened->boxes[0].keys == meeting.request.box);
    CHECK(opened->boxes[0].psk == meeting.request.psk);
    CHECK(opened->boxes[0].revoked);
    wire::Key32 other{};
    other.fill(78);
    CHECK(code_of(wire::open_escrow(file, other)) == ErrorCode::kDenied);
    auto sealed = *from_hex(
        std::string_view(file).substr(file.find("sealed ") + 7, file.size() - file.find("sealed ") - 8));
    for (std::size_t bit = 0; bit < sealed.size() * 8; bit += 5) {
        auto altered = sealed;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        REQUIRE_FALSE(wire::open_escrow("kentongan-escrow 1\nsealed " + to_hex(altered) + "\n", recovery));
    }
    CHECK(code_of(wire::open_escrow(file.substr(0, file.size() / 2), recovery)) == ErrorCode::kCorrupt);
    CHECK(code_of(wire::seal_escrow(escrow, wire::Key32{})) == ErrorCode::kInvalid);
}
