// How key files are written and read: a title with a version, then `name value` a line in a fixed order.
// Internal to wire.
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace kentongan::wire {

inline constexpr std::size_t kMaxKeyText = 64 * 1024;

inline std::string key_line(std::string_view name, BytesView value) {
    return std::string(name) + ' ' + to_hex(value) + '\n';
}

/// Reads in exactly the order of writing; the first fault stays, and end() says it.
class KeyText {
  public:
    /// `title` ends with the version: another version of the same kind is kUnsupported, all else kCorrupt.
    KeyText(std::string_view text, std::string_view title, std::size_t max_size = kMaxKeyText) : rest_(text) {
        if (text.size() > max_size) {
            refuse("keys.size");
            return;
        }
        auto first = next_line();
        if (first == title) return;
        auto kind = title.substr(0, title.find(' ') + 1);
        status_ = fail(first.starts_with(kind) ? ErrorCode::kUnsupported : ErrorCode::kCorrupt, "keys.title");
    }

    void number(std::string_view name, std::uint32_t& out) {
        auto value = value_of(name);
        if (!status_) return;
        auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
        if (error != std::errc() || end != value.data() + value.size() ||
            (value.size() > 1 && value.front() == '0'))
            refuse("keys.number");
    }

    template <std::size_t N>
    void key(std::string_view name, std::array<std::uint8_t, N>& out) {
        auto value = bytes(name, N);
        if (!status_) return;
        if (value.size() != N)
            refuse("keys.value");
        else
            std::copy(value.begin(), value.end(), out.begin());
        wipe(value);
    }

    Bytes bytes(std::string_view name, std::size_t max_size) {
        auto value = value_of(name);
        if (!status_) return {};
        auto out = from_hex(value);
        // One value, one spelling: capitals would be another file with the same meaning.
        if (!out || out->size() > max_size ||
            std::any_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'F'; })) {
            refuse("keys.value");
            return {};
        }
        return std::move(*out);
    }

    /// Whether another line of this name follows.
    [[nodiscard]] bool more(std::string_view name) const {
        return status_ && rest_.starts_with(name) && rest_.size() > name.size() && rest_[name.size()] == ' ';
    }

    Status end() {
        if (status_ && !rest_.empty()) refuse("keys.trailing");
        return status_;
    }

  private:
    void refuse(const char* where) { status_ = fail(ErrorCode::kCorrupt, where); }
    std::string_view next_line() {
        auto at = rest_.find('\n');
        if (at == std::string_view::npos) { // a file cut off in its last line is no file
            if (status_) refuse("keys.line");
            return std::exchange(rest_, {});
        }
        auto out = rest_.substr(0, at);
        rest_.remove_prefix(at + 1);
        return out;
    }
    std::string_view value_of(std::string_view name) {
        if (!status_) return {};
        auto text = next_line();
        if (!status_) return {};
        if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != ' ') {
            refuse("keys.line");
            return {};
        }
        return text.substr(name.size() + 1);
    }

    std::string_view rest_;
    Status status_;
};

} // namespace kentongan::wire
