// Texts of strangers, one per line, and a stored conversation that somebody damaged. The first byte picks the
// pack and says whether the rest of the first line is a conversation in bytes (hexadecimal).
#include "base/gsm7.hpp"
#include "contract/dialogue/played_dialogue.hpp"
#include "tools/packs.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

struct Ground {
    domain::Pack pack;
    domain::Village village;
};

const Ground& ground(std::size_t index) {
    static const Ground grounds[2] = {
        {test::test_pack("id-jember"), test::test_village(test::test_pack("id-jember"))},
        {test::test_pack("xq-qamar"), test::test_village(test::test_pack("xq-qamar"))}};
    return grounds[index];
}

void must(bool condition) {
    if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& [pack, village] = ground(data[0] & 1U);
    std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    dialogue::Conversation conversation;
    if ((data[0] & 2U) != 0) {
        auto line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(input.size(), line.size() + 1));
        auto bytes = from_hex(line);
        auto read = dialogue::Conversation::from_bytes(bytes ? BytesView(*bytes) : as_bytes(line));
        if (read) {
            must(bytes ? read->to_bytes() == *bytes : true);
            conversation = *read;
        }
    }
    test::KnownCases cases;
    cases.pack = &pack;
    cases.own = (data[0] & 4U) != 0;
    auto now = from_unix(1795500000);
    for (int line = 0; line < 64 && !input.empty(); ++line) {
        auto text = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(input.size(), text.size() + 1));
        auto turn = dialogue::answer(pack, village, conversation, text, cases, now);
        must(turn.submit.has_value() || !turn.reply.empty());
        must(gsm7::fits_one_sms(test::sent(pack, village, conversation, turn), true));
        auto stored = conversation.to_bytes();
        must(dialogue::Conversation::from_bytes(stored).has_value());
        (void)dialogue::expire(pack, conversation);
        now += seconds(60);
    }
    return 0;
}
