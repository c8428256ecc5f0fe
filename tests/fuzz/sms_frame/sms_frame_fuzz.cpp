// Text that may be a frame's 7-bit form, any text: read only if writing it again gives the same text; and any
// bytes as a frame.
#include "wire/sms_frame.hpp"

#include <cstdlib>

using namespace kentongan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = as_text({data, size});
    if (auto frame = wire::frame_of_text(text)) {
        auto again = wire::frame_as_text(*frame);
        if (!again || *again != text) std::abort();
    }
    auto written = wire::frame_as_text({data, size});
    if (written.has_value() != (size > 0 && size <= wire::kSmsTextRoom)) std::abort();
    if (written && wire::frame_of_text(*written) != Bytes(data, data + size)) std::abort();
    return 0;
}
