// The public cacophony vectors for Noise_K and Noise_Kpsk0 with 25519, ChaChaPoly and SHA256.
#include "wire/noise.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using namespace kentongan;
using namespace kentongan::wire;

Bytes hex(const char* text) {
    return from_hex(text).value();
}

Key32 key(const char* text) {
    auto bytes = hex(text);
    Key32 out{};
    std::copy_n(bytes.begin(), out.size(), out.begin());
    return out;
}

const AgreePair kInitiator =
    agree_pair(key("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"));
const AgreePair kEphemeral =
    agree_pair(key("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a"));
const AgreePair kResponder =
    agree_pair(key("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"));
const Bytes kPrologue = hex("4a6f686e2047616c74");
const Bytes kFirstPayload = hex("4c756477696720766f6e204d69736573");
const Bytes kSecondPayload = hex("4d757272617920526f746862617264");
const Key32 kPsk = key("54686973206973206d7920417573747269616e20706572737065637469766521");

struct Vector {
    const Key32* psk;
    const char* handshake;
    const char* transport;
};

const Vector kVectors[] = {
    {nullptr,
     "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
     "18467a8f8358c37e189cac4aa41dadaa6573febe24d52f366661eaa09018ab2c",
     "e1a9bb158e6b0ac7e1d0907b52cbba5deffc834f315bb46d259b892191a9ab"},
    {&kPsk,
     "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
     "62220de7094395cf11c9932009e93db1b1a0748fd7470e3cc6337704c570a3bd",
     "e58f970199cd1f1960db5b4e46366dd4f559dafc77527b5d54a84e13ab065f"},
};

} // namespace

TEST_CASE("the public vectors of Noise K and Kpsk0") {
    CHECK(to_hex(kResponder.shown) == "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62");
    for (const auto& vector : kVectors) {
        NoiseSecrets sent;
        auto writer =
            NoiseWriter::begin(kPrologue, kInitiator, kResponder.shown, vector.psk, kEphemeral, sent);
        REQUIRE(writer);
        auto message = writer->write(kFirstPayload);
        CHECK(to_hex(message) == vector.handshake);
        CHECK(to_hex(seal_once(sent.first, {}, kSecondPayload)) == vector.transport);

        auto read = noise_read(kPrologue, kInitiator.shown, kResponder, vector.psk, message);
        REQUIRE(read);
        CHECK(read->payload == kFirstPayload);
        CHECK(read->secrets.first == sent.first);
        CHECK(read->secrets.second == sent.second);
        auto second = open_once(read->secrets.first, {}, hex(vector.transport));
        REQUIRE(second);
        CHECK(*second == kSecondPayload);
    }
}

TEST_CASE("a handshake of anybody else, to anybody else, or altered, does not open") {
    NoiseSecrets sent;
    auto writer = NoiseWriter::begin(kPrologue, kInitiator, kResponder.shown, &kPsk, kEphemeral, sent);
    REQUIRE(writer);
    const auto message = writer->write(kFirstPayload);
    auto denied = [&](const Result<NoiseOpened>& opened) {
        return !opened && opened.error().code == ErrorCode::kDenied;
    };
    CHECK(denied(noise_read(kFirstPayload, kInitiator.shown, kResponder, &kPsk, message)));
    CHECK(denied(noise_read(kPrologue, kEphemeral.shown, kResponder, &kPsk, message)));
    CHECK(denied(noise_read(kPrologue, kInitiator.shown, kInitiator, &kPsk, message)));
    CHECK(denied(noise_read(kPrologue, kInitiator.shown, kResponder, nullptr, message)));
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        auto flipped = message;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        INFO("bit " << bit);
        // The top bit of a Curve25519 point is masked away (RFC 7748 §5), but the hash still covers it.
        CHECK(denied(noise_read(kPrologue, kInitiator.shown, kResponder, &kPsk, flipped)));
    }
    for (std::size_t size = 0; size < message.size(); ++size)
        CHECK_FALSE(
            noise_read(kPrologue, kInitiator.shown, kResponder, &kPsk, BytesView(message).first(size)));
}

TEST_CASE("nothing is sealed to a point of low order") {
    NoiseSecrets sent;
    auto writer = NoiseWriter::begin(kPrologue, kInitiator, Key32{}, &kPsk, kEphemeral, sent);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == ErrorCode::kInvalid);
}
