// Where a modem keeps short messages: numbered slots, a capacity, and the network that waits when it is full.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace kentongan::emulator {

/// <stat> of TS 27.005 §3.1 in PDU mode.
enum class SlotState : std::uint8_t { kUnread = 0, kRead = 1, kUnsent = 2, kSent = 3 };

struct Slot {
    std::string pdu_hex; ///< As it is shown; may be damaged on purpose.
    std::size_t tpdu_length = 0;
    SlotState state = SlotState::kUnread;
};

/// Slots count from 1; the lowest free one is used next, so a deleted slot is soon another message's.
class SimStore {
  public:
    explicit SimStore(std::size_t capacity) : capacity_(capacity) {}

    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    void set_capacity(std::size_t capacity) { capacity_ = capacity; }
    [[nodiscard]] const std::map<int, Slot>& slots() const { return slots_; }
    [[nodiscard]] std::size_t waiting() const { return network_.size(); }
    [[nodiscard]] bool full() const { return slots_.size() >= capacity_; }

    /// The slot used, or nothing when full (a delivery then waits in the network, a +CMGW is refused).
    std::optional<int> store(Slot slot);
    /// In a slot of one's choice, over what is there.
    void put(int index, Slot slot) { slots_[index] = std::move(slot); }
    /// As store(), but a message that finds no room waits in the network.
    std::optional<int> deliver(Slot slot);
    /// Delivers one that waited, if there is one and room for it.
    std::optional<int> deliver_waiting();
    Slot* find(int index);
    bool erase(int index) { return slots_.erase(index) > 0; }
    void clear() { slots_.clear(); }

  private:
    std::size_t capacity_;
    std::map<int, Slot> slots_;
    std::deque<Slot> network_;
};

} // namespace kentongan::emulator
