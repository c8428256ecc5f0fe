#include "domain/numbers.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::domain;

namespace {

std::string identity_problem(const Pack& pack, std::string_view typed, bool synthetic = true) {
    auto problem = check_identity(pack.identity, typed, synthetic);
    return problem ? problem->text_key : "";
}

std::string phone_of(const Pack& pack, std::string_view typed, bool synthetic = true) {
    Msisdn number;
    return check_phone(pack.phone, typed, synthetic, &number) ? "" : number.e164;
}

} // namespace

TEST_CASE("identity numbers of the first country") {
    auto pack = test::test_pack("id-jember");
    CHECK(identity_problem(pack, "3509275203850000").empty());
    CHECK(identity_problem(pack, "3509301708900000").empty());
    CHECK(identity_problem(pack, "3509.2752 0385-0000").empty());
    CHECK(identity_problem(pack, "٣٥٠٩٢٧٥٢٠٣٨٥٠٠٠٠").empty()); // the same digits of another keyboard
    CHECK(identity_problem(pack, "350927320385000") == "identity.error.length");
    CHECK(identity_problem(pack, "3509277203850000") == "identity.error.day");
    CHECK(identity_problem(pack, "3509270003850000") == "identity.error.day");
    CHECK(identity_problem(pack, "3509273203850000") == "identity.error.day");
    CHECK(identity_problem(pack, "3509271213850000") == "identity.error.month");
    CHECK(identity_problem(pack, "2009275203850000") == "identity.error.province");
    CHECK(identity_problem(pack, "350927520385000x") == "identity.error.characters");
    CHECK(identity_problem(pack, "") == "identity.error.length");
    CHECK(identity_problem(pack, std::string(100'000, '1')) == "identity.error.length");
    CHECK(identity_problem(pack, "3509275203850000", false) == "identity.error.serial");

    auto problem = check_identity(pack.identity, "350927520385000", true);
    REQUIRE(problem);
    CHECK(problem->values ==
          std::vector<std::pair<std::string, std::string>>{{"expected", "16"}, {"got", "15"}});
    std::string digits;
    CHECK_FALSE(check_identity(pack.identity, "3509 2752 0385 0000", true, &digits));
    CHECK(digits == "3509275203850000");
}

TEST_CASE("identity numbers of the second country: another length and a check digit") {
    auto pack = test::test_pack("xq-qamar");
    CHECK(identity_problem(pack, "100090000").empty());
    CHECK(identity_problem(pack, "100-090-000").empty());
    CHECK(identity_problem(pack, "100080000") == "identity.error.checksum");
    CHECK(identity_problem(pack, "900010000") == "identity.error.region");
    CHECK(identity_problem(pack, "100090000", false) == "identity.error.serial");
    CHECK(identity_problem(pack, "3509275203850000") == "identity.error.length");
}

TEST_CASE("checksums") {
    IdentityRule rule;
    rule.length = 8;
    rule.checksum = IdentityRule::Checksum::kDamm;
    CHECK_FALSE(check_identity(rule, "48217739", false));
    CHECK(check_identity(rule, "48217730", false));
    rule.checksum = IdentityRule::Checksum::kMod97;
    CHECK_FALSE(check_identity(rule, "00000098", false)); // 98 mod 97 = 1
    CHECK(check_identity(rule, "00000097", false));
    rule.checksum = IdentityRule::Checksum::kLuhn;
    rule.length = 11;
    CHECK_FALSE(check_identity(rule, "79927398713", false));
    CHECK(check_identity(rule, "79927398710", false));
}

TEST_CASE("phone numbers in every spelling") {
    auto pack = test::test_pack("id-jember");
    for (const char* typed : {"+62 800 0000 0001", "080000000001", "6280000000001", "80000000001",
                              "0800-0000-0001", "(0800) 0000 0001", "+62.800.0000.0001"})
        CHECK(phone_of(pack, typed) == "+6280000000001");
    for (const char* typed : {"+62 800 0000 0001", "080000000001"})
        CHECK(phone_of(pack, typed, false).empty());
    for (const char* typed : {"", "0", "+", "08", "0800", "0800000000010", "+1 555 0100", "++6280000000001",
                              "080000000001x", "62", "4444", "62 62 80000000001", "+080000000001"})
        CHECK(phone_of(pack, typed).empty());
    CHECK(phone_of(pack, std::string(5000, '8')).empty());

    auto other = test::test_pack("xq-qamar");
    CHECK(phone_of(other, "+999 700 0001") == "+9997000001");
    CHECK(phone_of(other, "8 700 0001") == "+9997000001");
    CHECK(phone_of(other, "700 0001") == "+9997000001");
    CHECK(phone_of(other, "512 3456", false) == "+9995123456"); // +999 is assigned to no country
    CHECK(phone_of(other, "8 6123 4567", false) == "+99961234567");
    CHECK(phone_of(other, "080000000001").empty());
}

TEST_CASE("only subscribers are answered") {
    auto pack = test::test_pack("id-jember");
    CHECK(answerable(pack.phone, "+6280000000001", true) == Msisdn{"+6280000000001"});
    CHECK(answerable(pack.phone, "080000000001", true) == Msisdn{"+6280000000001"});
    for (const char* sender : {"4444", "151", "Kentongan", "", "+", "80000000001", "+6280000000001x",
                               "+62 800 0000 0001", "TELKOM", "+15550100"})
        CHECK_FALSE(answerable(pack.phone, sender, true));
    CHECK_FALSE(answerable(pack.phone, "+6280000000001", false));
}
