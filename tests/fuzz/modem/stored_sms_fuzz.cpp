// A stored PDU, any octets: checked, and decoded by libGammu only if it is sound.
#include "adapters/gammu/sms_text.hpp"
#include "base/gsm7.hpp"

#include <cstdlib>

using namespace kentongan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 2048) return 0;
    auto sms = gammu::to_stored(1, to_hex({data, size}));
    if (sms.corrupt && !(sms.sender.empty() && sms.text.empty())) std::abort();
    if (sms.binary ? !sms.text.empty() : !sms.data.empty()) std::abort();
    if (sms.data.size() > wire::kSmsDataRoom || (sms.corrupt && sms.binary)) std::abort();
    if (!gsm7::ucs2_units(sms.sender) || !gsm7::ucs2_units(sms.text)) std::abort();
    if (sms.part_number < 1 || sms.part_number > sms.part_count) std::abort();
    auto as_text = gammu::to_stored(1, {reinterpret_cast<const char*>(data), size});
    if (as_text.slot != 1) std::abort();
    return 0;
}
