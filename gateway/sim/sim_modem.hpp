// A modem without radio: slots, a network and faults that the simulated world plays.
#pragma once

#include "box/ports/modem.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace kentongan::sim {

/// Threads: one. Takes no time: a simulated world adds its own.
class SimModem final : public box::Modem {
  public:
    explicit SimModem(std::uint32_t capacity = 30) : capacity_(capacity) {}

    struct OnAir {
        std::string to;
        std::string text;
        bool binary = false;
        Bytes data;
    };

    // --- the world's side
    // --------------------------------------------------------------------------------------

    /// The network delivers one part; it waits in the network when the store is full.
    void deliver(box::StoredSms sms);
    /// One part of a short text.
    void deliver(std::string sender, std::string text, Instant at);
    /// One message of 8-bit data.
    void deliver_data(std::string sender, BytesView data, Instant at);
    [[nodiscard]] const std::vector<OnAir>& on_air() const { return on_air_; }
    [[nodiscard]] std::size_t used() const { return slots_.size(); }
    [[nodiscard]] std::size_t waiting() const { return network_.size(); }
    void set_registered(bool registered) { registered_ = registered; }
    void set_signal(std::uint8_t percent) { signal_percent_ = percent; }

    /// The next send is carried out and its answer lost; the next is refused with `cause`.
    void lose_next_send() { lose_next_send_ = true; }
    void refuse_next_send(std::uint32_t cause) { refuse_next_send_ = cause; }
    /// The next deletion is carried out and its answer lost.
    void lose_next_erase() { lose_next_erase_ = true; }
    /// The device vanishes; with restart() it is back with what the SIM holds.
    void unplug() { gone_ = true; }
    void restart();

    // --- the box's side
    // ----------------------------------------------------------------------------------------

    Result<box::ModemStatus> status() override;
    Result<std::vector<box::StoredSms>> stored() override;
    Result<Bytes> read(std::uint32_t slot) override;
    Status erase(std::uint32_t slot) override;
    box::SendResult send(std::string_view to, std::string_view text) override;
    box::SendResult send_data(std::string_view to, BytesView data) override;
    Result<bool> wait(std::chrono::milliseconds longest) override;

  private:
    void fill_slots();
    box::SendResult submit(OnAir sms);

    std::uint32_t capacity_;
    std::map<std::uint32_t, box::StoredSms> slots_;
    std::deque<box::StoredSms> network_;
    std::vector<OnAir> on_air_;
    bool registered_ = true;
    std::uint8_t signal_percent_ = 60;
    bool gone_ = false;
    bool news_ = false;
    bool lose_next_send_ = false;
    std::uint32_t refuse_next_send_ = 0;
    bool lose_next_erase_ = false;
};

} // namespace kentongan::sim
