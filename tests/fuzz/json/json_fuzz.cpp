// Whatever bytes come: no crash, and what is accepted survives being written and read again.
#include "adapters/json/json.hpp"

#include <cstdlib>

using namespace kentongan::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto value = parse_json(text);
    if (!value) {
        (void)dump(Json(text)); // any bytes can be written
        return 0;
    }
    Limits wide{64, 1 << 20, 1 << 20};
    auto again = parse_json(dump(*value), wide);
    if (!again || dump(*again) != dump(*value)) std::abort();
    (void)text_at(*value, "a", 16);
    (void)texts_at(*value, "a", 4, 16);
    (void)integer_at(*value, "a", -5, 5);
    (void)only_keys(*value, {"a"});
    return 0;
}
