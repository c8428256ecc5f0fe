// libGammu's trace, any text: bounded, and the same however it is cut into pieces.
#include "adapters/gammu/reply_tap.hpp"

#include <cstdlib>

using kentongan::gammu::ReplyTap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    ReplyTap whole;
    whole.feed(text);
    ReplyTap pieces;
    for (std::size_t at = 0; at < size; at += 3) pieces.feed(text.substr(at, 3));
    if (whole.listed().size() > ReplyTap::kMaxListed) std::abort();
    if (whole.listed().size() != pieces.listed().size() || whole.lists() != pieces.lists() ||
        whole.single() != pieces.single() || whole.deletion() != pieces.deletion())
        std::abort();
    return 0;
}
