#include "sim_store.hpp"

namespace kentongan::emulator {

std::optional<int> SimStore::store(Slot slot) {
    if (full()) return std::nullopt;
    int index = 1;
    while (slots_.contains(index)) ++index;
    slots_[index] = std::move(slot);
    return index;
}

std::optional<int> SimStore::deliver(Slot slot) {
    if (full() || !network_.empty()) {
        network_.push_back(std::move(slot));
        return std::nullopt;
    }
    return store(std::move(slot));
}

std::optional<int> SimStore::deliver_waiting() {
    if (network_.empty() || full()) return std::nullopt;
    auto slot = std::move(network_.front());
    network_.pop_front();
    return store(std::move(slot));
}

Slot* SimStore::find(int index) {
    auto found = slots_.find(index);
    return found == slots_.end() ? nullptr : &found->second;
}

} // namespace kentongan::emulator
