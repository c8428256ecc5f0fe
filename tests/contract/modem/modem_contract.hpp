// The rules of box/ports/modem.hpp as cases; every implementation passes them.
#pragma once

#include "box/ports/modem.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kentongan::contract {

/// One implementation with the world around it. Several rules share a rig: opening a real modem takes
/// seconds.
class ModemRig {
  public:
    virtual ~ModemRig() = default;
    [[nodiscard]] virtual box::Modem& modem() = 0;
    /// The same device, opened anew.
    virtual void reopen() = 0;

    virtual void deliver(const std::string& from, const std::string& text) = 0;
    /// Two or more parts of one long text.
    virtual void deliver_long(const std::string& from, const std::string& text) = 0;
    /// 8-bit data; in parts with a user data header when it is longer than one message.
    virtual void deliver_data(const std::string& from, const Bytes& data) = 0;
    /// Something that cannot be decoded, in the next slot.
    virtual void deliver_rubbish() = 0;
    virtual void lose_next_send() = 0;
    virtual void refuse_next_send(std::uint32_t cause) = 0;
    virtual void lose_next_erase() = 0;
    virtual void unplug() = 0;
    /// Out of the network, or back in it.
    virtual void register_in_network(bool registered) = 0;

    struct OnAir {
        std::string to;
        std::string text;
        bool binary = false; ///< TP-DCS 0x04 without a user data header
        Bytes data;
    };
    [[nodiscard]] virtual std::vector<OnAir> on_air() = 0;
    [[nodiscard]] virtual std::size_t used() = 0;
    /// Messages that wait in the network for room.
    [[nodiscard]] virtual std::size_t waiting() = 0;
};

/// A store of 6 slots.
using MakeRig = std::unique_ptr<ModemRig> (*)();

void check_receiving(const MakeRig& make);
void check_sending(const MakeRig& make);
void check_data(const MakeRig& make);
void check_lost_answers(const MakeRig& make);

} // namespace kentongan::contract
