#include "dialogue/engine.hpp"

namespace kentongan::dialogue {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMostSlots = 40;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestValue = 2 * kMaxText; // 2,000 characters of UTF-8

} // namespace

Bytes Conversation::to_bytes() const {
    ByteWriter writer;
    writer.u8(kFormat);
    writer.text(language);
    writer.text(node);
    writer.u8(stopped ? 1 : 0);
    writer.instant(touched);
    writer.varint(slots.size());
    for (const auto& [name, value] : slots) {
        writer.text(name);
        writer.text(value);
    }
    return std::move(writer).take();
}

Result<Conversation> Conversation::from_bytes(BytesView bytes) {
    ByteReader reader(bytes);
    Conversation conversation;
    if (TRY(reader.u8()) != kFormat) return fail(ErrorCode::kCorrupt, "conversation.format");
    conversation.language = TRY(reader.text(kLongestName));
    conversation.node = TRY(reader.text(kLongestName));
    auto stopped = TRY(reader.u8());
    if (stopped > 1) return fail(ErrorCode::kCorrupt, "conversation.stopped");
    conversation.stopped = stopped == 1;
    conversation.touched = TRY(reader.instant());
    auto count = TRY(reader.varint());
    if (count > kMostSlots) return fail(ErrorCode::kCorrupt, "conversation.slots");
    for (std::uint64_t at = 0; at < count; ++at) {
        auto name = TRY(reader.text(kLongestName));
        auto value = TRY(reader.text(kLongestValue));
        // In order, each once: one conversation has one spelling in bytes.
        if (!conversation.slots.empty() && name <= conversation.slots.rbegin()->first)
            return fail(ErrorCode::kCorrupt, "conversation.order");
        conversation.slots.emplace_hint(conversation.slots.end(), std::move(name), std::move(value));
    }
    TRY(reader.end());
    return conversation;
}

} // namespace kentongan::dialogue
