// Reads stored messages out of libGammu's trace.
//
// libGammu's calls give a decoded message or an error, never the PDU. The PDU is needed twice: to name a
// message by its content, and to keep one that cannot be decoded. libGammu's trace function
// (GSM_SetDebugFunction, a public interface) is given every reply line as `3 "0791…"`; this picks the PDUs of
// +CMGL and +CMGR from it. A change of that format in another version of libGammu makes the tap find nothing,
// and then nothing is ever deleted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::gammu {

struct TappedSms {
    std::uint32_t folder = 0; ///< Which +CMGL since clear(), from 0
    std::uint32_t index = 0;  ///< As the modem counts
    int state = 0;            ///< <stat> of TS 27.005 §3.1
    std::string pdu;          ///< As it came
};

/// Threads: one. Bounded: keeps at most kMaxListed messages.
class ReplyTap {
  public:
    static constexpr std::size_t kMaxListed = 1024;
    static constexpr std::size_t kMaxLine = 4096;

    void clear();
    /// A piece of the trace; lines end with "\n".
    void feed(std::string_view piece);

    [[nodiscard]] const std::vector<TappedSms>& listed() const { return listed_; }
    /// How many lists ended with OK since clear().
    [[nodiscard]] std::uint32_t lists() const { return lists_; }
    /// The PDU of the last +CMGR since clear().
    [[nodiscard]] const std::optional<std::string>& single() const { return single_; }
    /// The last line of the reply to AT+CMGD since clear(): "OK", "ERROR", "+CMS ERROR: …".
    [[nodiscard]] const std::optional<std::string>& deletion() const { return deletion_; }

    /// Whether any reply ended with OK since clear().
    [[nodiscard]] bool ok_seen() const { return ok_seen_; }

  private:
    void line(std::string_view text);
    void reply_line(std::uint32_t number, std::string_view text);

    enum class Command : std::uint8_t { kOther, kList, kRead, kDelete };
    std::string partial_;
    Command command_ = Command::kOther;
    bool pdu_is_next_ = false;
    std::vector<TappedSms> listed_;
    std::uint32_t lists_ = 0;
    std::optional<std::string> single_;
    std::optional<std::string> deletion_;
    bool ok_seen_ = false;
};

} // namespace kentongan::gammu
