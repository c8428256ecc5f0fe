// A stick in memory that is pulled out after so many bytes and steps, and what it may hold then.
#pragma once

#include "adapters/usb/folder.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>

namespace kentongan::test {

class MemoryStick : public usb::Folder {
  public:
    using Content = std::shared_ptr<Bytes>;
    using Names = std::map<std::string, Content>;

    /// Bytes written and other steps until it is gone; each costs one.
    std::optional<std::size_t> until_gone;
    std::uint64_t room = 1 << 20;
    std::optional<std::size_t> bad_byte; ///< Of everything read: altered there.

    std::size_t steps = 0;
    Names now;

    /// What it may hold after the end: only what was synced; everything that was begun; or any part of what
    /// was not synced, in any order, a rename in three pieces as FAT has it.
    Names only_synced() const { return synced_; }
    Names everything() const { return now; }
    Names any_part(std::mt19937_64& random) const {
        auto out = synced_;
        auto pieces = pending_;
        std::shuffle(pieces.begin(), pieces.end(), random);
        for (const auto& [name, content] : pieces) {
            if (random() % 2 == 0) continue;
            if (content)
                out[name] = content;
            else
                out.erase(name);
        }
        return out;
    }
    void insert_again(Names names) {
        now = synced_ = std::move(names);
        pending_.clear();
        until_gone.reset();
    }

    Result<std::vector<std::string>> names(std::size_t most) override {
        TRY(step());
        std::vector<std::string> out;
        for (const auto& [name, content] : now) out.push_back(name);
        if (out.size() > most) return fail(ErrorCode::kNoSpace, "test.names");
        return out;
    }
    Result<Bytes> read(const std::string& name, std::size_t max_size) override {
        TRY(step());
        auto found = now.find(name);
        if (found == now.end()) return fail(ErrorCode::kNotFound, "test.read");
        auto out = *found->second;
        if (out.size() > max_size) return fail(ErrorCode::kNoSpace, "test.read");
        if (bad_byte && *bad_byte < out.size()) out[*bad_byte] ^= 1;
        return out;
    }
    Status write(const std::string& name, BytesView content) override {
        TRY(step());
        auto file = std::make_shared<Bytes>();
        change(name, file);
        for (auto byte : content) {
            TRY(step());
            file->push_back(byte);
        }
        return {};
    }
    Status rename(const std::string& from, const std::string& to) override {
        TRY(step());
        auto found = now.find(from);
        if (found == now.end()) return fail(ErrorCode::kNotFound, "test.rename");
        auto content = found->second;
        pending_.emplace_back(to, nullptr);
        change(to, content);
        change(from, nullptr);
        return {};
    }
    Status remove(const std::string& name) override {
        TRY(step());
        change(name, nullptr);
        return {};
    }
    Status sync() override {
        TRY(step());
        synced_ = now;
        pending_.clear();
        return {};
    }
    Result<std::uint64_t> free_bytes() override {
        TRY(step());
        return room;
    }

  private:
    Status step() {
        if (until_gone && steps >= *until_gone) return fail(ErrorCode::kUnavailable, "test.gone");
        ++steps;
        return {};
    }
    void change(const std::string& name, const Content& content) {
        pending_.emplace_back(name, content);
        if (content)
            now[name] = content;
        else
            now.erase(name);
    }

    Names synced_;
    std::vector<std::pair<std::string, Content>> pending_; ///< Null: the name goes.
};

} // namespace kentongan::test
