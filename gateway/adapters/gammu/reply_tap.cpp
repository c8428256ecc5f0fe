#include "adapters/gammu/reply_tap.hpp"

#include <charconv>

namespace kentongan::gammu {
namespace {

// The integer at the front of `text`, which moves behind it and one separator.
std::optional<int> take_number(std::string_view& text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    int value = 0;
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return value;
}

} // namespace

void ReplyTap::clear() {
    command_ = Command::kOther;
    pdu_is_next_ = false;
    listed_.clear();
    lists_ = 0;
    single_.reset();
    deletion_.reset();
    ok_seen_ = false;
}

void ReplyTap::feed(std::string_view piece) {
    for (char c : piece) {
        if (c == '\n') {
            line(partial_);
            partial_.clear();
        } else if (partial_.size() < kMaxLine) {
            partial_ += c;
        }
    }
}

void ReplyTap::line(std::string_view text) {
    if (text.empty() || text[0] < '1' || text[0] > '9' || !text.ends_with('"')) return;
    auto quote = text.find(" \"");
    auto rest = text;
    auto number = take_number(rest);
    if (!number || quote == std::string_view::npos || quote + 2 > text.size() - 1 || quote > 6) return;
    reply_line(static_cast<std::uint32_t>(*number), text.substr(quote + 2, text.size() - quote - 3));
}

void ReplyTap::reply_line(std::uint32_t number, std::string_view text) {
    if (text == "OK") ok_seen_ = true;
    if (number == 1) {
        pdu_is_next_ = false;
        command_ = text.starts_with("AT+CMGL")   ? Command::kList
                   : text.starts_with("AT+CMGR") ? Command::kRead
                   : text.starts_with("AT+CMGD") ? Command::kDelete
                                                 : Command::kOther;
        // The same reply is traced again after libGammu took a doubled echo off it.
        if (command_ == Command::kList)
            std::erase_if(listed_, [this](const TappedSms& sms) { return sms.folder == lists_; });
        return;
    }
    bool final =
        text == "OK" || text == "ERROR" || text.starts_with("+CMS ERROR") || text.starts_with("+CME ERROR");
    if (command_ == Command::kList) {
        if (text.starts_with("+CMGL:")) {
            auto rest = text.substr(6);
            auto index = take_number(rest);
            auto state = take_number(rest);
            pdu_is_next_ = index && *index >= 0 && listed_.size() < kMaxListed;
            if (pdu_is_next_)
                listed_.push_back({lists_, static_cast<std::uint32_t>(*index), state.value_or(0), ""});
        } else if (final) {
            if (text == "OK") ++lists_;
            command_ = Command::kOther;
        } else if (pdu_is_next_ && !text.empty()) {
            listed_.back().pdu = text;
            pdu_is_next_ = false;
        }
    } else if (command_ == Command::kRead) {
        if (text.starts_with("+CMGR:")) {
            pdu_is_next_ = true;
            single_ = "";
        } else if (final) {
            command_ = Command::kOther;
        } else if (pdu_is_next_ && !text.empty()) {
            single_ = text;
            pdu_is_next_ = false;
        }
    } else if (command_ == Command::kDelete && final) {
        deletion_ = text;
        command_ = Command::kOther;
    }
}

} // namespace kentongan::gammu
