#include "domain/tariff.hpp"

#include <algorithm>

namespace kentongan::domain {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

} // namespace

std::string_view name_of(Carrier carrier) {
    switch (carrier) {
    case Carrier::kDatagrams:
        return "datagrams";
    case Carrier::kHttps:
        return "https";
    case Carrier::kSms:
        return "sms";
    case Carrier::kStick:
        return "stick";
    }
    return "?";
}

Tariff tariff_of(const Tariffs& tariffs, Carrier carrier) {
    auto found = tariffs.find(carrier);
    if (found != tariffs.end()) return found->second;
    Tariff out;
    out.allowed = carrier != Carrier::kSms;
    return out;
}

std::uint64_t cost_of(const Tariff& tariff, std::uint64_t bytes, std::uint64_t messages) {
    constexpr std::uint64_t kMostMessages = 1'000'000'000;
    bytes = std::min(bytes, kMostCounted);
    messages = std::min(messages, kMostMessages);
    auto whole = bytes / kMegabyte * tariff.cost_per_megabyte;
    auto rest = (bytes % kMegabyte * tariff.cost_per_megabyte + kMegabyte - 1) / kMegabyte;
    return whole + rest + messages * tariff.cost_per_message;
}

std::optional<std::uint64_t> bytes_for(const Tariff& tariff, std::uint64_t money, std::uint64_t messages) {
    if (tariff.cost_per_megabyte == 0) return std::nullopt;
    money = std::min(money, kMostMoney);
    money -= std::min(money, cost_of(tariff, 0, messages));
    return money * kMegabyte / tariff.cost_per_megabyte;
}

} // namespace kentongan::domain
