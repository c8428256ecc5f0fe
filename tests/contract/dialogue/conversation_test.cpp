#include "dialogue/engine.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace kentongan;
using dialogue::Conversation;

namespace {

bool same(const Conversation& a, const Conversation& b) {
    return a.language == b.language && a.node == b.node && a.slots == b.slots && a.stopped == b.stopped &&
           a.touched == b.touched;
}

} // namespace

TEST_CASE("a conversation survives its bytes") {
    Conversation conversation;
    CHECK(same(*Conversation::from_bytes(conversation.to_bytes()), conversation));
    conversation.language = "ar";
    conversation.node = "offer";
    conversation.slots = {{"text", std::string(8000, 'x')}, {"a", ""}, {"page", "3"}};
    conversation.stopped = true;
    conversation.touched = from_unix(1795500000);
    CHECK(same(*Conversation::from_bytes(conversation.to_bytes()), conversation));
}

TEST_CASE("hostile bytes are corrupt, and what is accepted has one spelling") {
    Conversation conversation;
    conversation.language = "id";
    conversation.node = "ask";
    conversation.slots = {{"a.x", "1"}, {"field", "y"}, {"service", "z"}};
    auto right = conversation.to_bytes();
    for (std::size_t size = 0; size < right.size(); ++size)
        CHECK(Conversation::from_bytes(BytesView(right).first(size)).error().code == ErrorCode::kCorrupt);
    auto longer = right;
    longer.push_back(0);
    CHECK_FALSE(Conversation::from_bytes(longer));
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = right;
        for (int changes = 0; changes < 3; ++changes)
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        if (auto read = Conversation::from_bytes(bytes)) CHECK(read->to_bytes() == bytes);
    }
}
