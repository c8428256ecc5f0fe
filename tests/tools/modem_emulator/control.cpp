#include "control.hpp"

#include <algorithm>
#include <cctype>

namespace kentongan::emulator {
namespace {

using Json = nlohmann::json;

Json refused(const char* why) {
    return {{"ok", false}, {"error", why}};
}

Json done() {
    return {{"ok", true}};
}

std::string text_of(const Json& order, const char* key, const std::string& otherwise = "") {
    auto found = order.find(key);
    return found != order.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

std::int64_t number_of(const Json& order, const char* key, std::int64_t otherwise) {
    auto found = order.find(key);
    return found != order.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

bool flag_of(const Json& order, const char* key) {
    auto found = order.find(key);
    return found != order.end() && found->is_boolean() && found->get<bool>();
}

std::string upper_hex(BytesView bytes) {
    auto hex = to_hex(bytes);
    std::transform(hex.begin(), hex.end(), hex.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return hex;
}

std::optional<SlotState> state_named(const std::string& name) {
    if (name == "unread") return SlotState::kUnread;
    if (name == "read") return SlotState::kRead;
    if (name == "unsent") return SlotState::kUnsent;
    if (name == "sent") return SlotState::kSent;
    return std::nullopt;
}

const char* name_of(SlotState state) {
    static constexpr const char* kNames[] = {"unread", "read", "unsent", "sent"};
    return kNames[static_cast<int>(state)];
}

const char* name_of(Coding coding) {
    static constexpr const char* kNames[] = {"gsm7", "ucs2", "8bit"};
    return kNames[static_cast<int>(coding)];
}

} // namespace

Control::Json Control::receive(const Json& order) {
    Deliver message;
    message.from = text_of(order, "from");
    message.text = text_of(order, "text");
    message.at = from_unix(number_of(
        order, "at",
        std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count()));
    auto coding = text_of(order, "coding", "auto");
    if (coding == "8bit") {
        auto data = from_hex(text_of(order, "data"));
        if (!data) return refused("data is not hexadecimal");
        message.coding = Coding::kEightBit;
        message.text = as_text(*data);
    } else if (coding == "ucs2") {
        message.coding = Coding::kUcs2;
    } else if (coding != "auto" && coding != "gsm7") {
        return refused("unknown coding");
    }
    auto reference = number_of(order, "reference", next_reference_++);
    auto parts = deliver_parts(message, static_cast<std::uint16_t>(reference));
    if (!parts) return refused("the message cannot be coded");

    // `order` picks, repeats and turns the parts round: [2,1,1] loses none and doubles the first.
    std::vector<std::size_t> sequence;
    if (auto wanted = order.find("order"); wanted != order.end() && wanted->is_array()) {
        for (const auto& item : *wanted) {
            auto part = item.is_number_integer() ? item.get<std::int64_t>() : 0;
            if (part < 1 || static_cast<std::size_t>(part) > parts->size()) return refused("no such part");
            sequence.push_back(static_cast<std::size_t>(part - 1));
        }
    } else {
        for (std::size_t i = 0; i < parts->size(); ++i) sequence.push_back(i);
    }
    for (auto i : sequence) modem_.deliver(upper_hex((*parts)[i]), tpdu_length((*parts)[i]));
    auto answer = done();
    answer["parts"] = parts->size();
    return answer;
}

Control::Json Control::deliver_pdu(const Json& order) {
    auto hex = text_of(order, "pdu");
    auto pdu = from_hex(hex);
    modem_.deliver(hex, pdu ? tpdu_length(*pdu) : hex.size() / 2);
    return done();
}

Control::Json Control::store(const Json& order) {
    auto index = number_of(order, "index", -1);
    auto state = state_named(text_of(order, "state", "unread"));
    if (index < 0 || index > 255 || !state) return refused("index 0-255, state unread, read, unsent or sent");
    modem_.put(static_cast<int>(index), text_of(order, "pdu"), *state);
    return done();
}

Control::Json Control::fault(const Json& order) {
    Fault fault;
    fault.command = text_of(order, "command");
    auto kind = fault_kind(text_of(order, "kind"));
    if (fault.command.empty() || !kind) return refused("a command and a known kind are needed");
    fault.kind = *kind;
    auto stage = text_of(order, "stage", "final");
    if (stage != "final" && stage != "prompt") return refused("stage is final or prompt");
    fault.stage = stage == "prompt" ? FaultStage::kPrompt : FaultStage::kFinal;
    fault.skip = static_cast<int>(number_of(order, "skip", 0));
    fault.count = static_cast<int>(number_of(order, "count", 1));
    fault.delay =
        std::chrono::milliseconds(std::clamp<std::int64_t>(number_of(order, "delay_ms", 0), 0, 600'000));
    fault.code = static_cast<int>(number_of(order, "code", -1));
    fault.cme = flag_of(order, "cme");
    fault.bytes = static_cast<std::size_t>(std::clamp<std::int64_t>(number_of(order, "bytes", 64), 0, 65536));
    fault.text = text_of(order, "text");
    modem_.faults().add(std::move(fault));
    return done();
}

Control::Json Control::path(const Json& order) {
    if (network_ == nullptr) return refused("this modem is in no network");
    if (order.size() > 1) {
        auto some = [&](const char* key, std::int64_t most) {
            return static_cast<int>(std::clamp<std::int64_t>(number_of(order, key, 0), 0, most));
        };
        PathFaults faults;
        faults.lose_next = some("lose", 1'000'000);
        faults.double_next = some("double", 1'000'000);
        faults.loss_percent = static_cast<unsigned>(some("loss_percent", 100));
        faults.double_percent = static_cast<unsigned>(some("double_percent", 100));
        network_->set_faults(faults, static_cast<std::uint64_t>(number_of(order, "seed", 1)));
    }
    auto answer = done();
    answer["number"] = network_->number();
    answer["carried"] = network_->counts().carried;
    answer["lost"] = network_->counts().lost;
    answer["doubled"] = network_->counts().doubled;
    return answer;
}

Control::Json Control::sim() const {
    auto answer = done();
    answer["capacity"] = modem_.sim().capacity();
    answer["waiting"] = modem_.sim().waiting();
    answer["slots"] = Json::array();
    for (const auto& [index, slot] : modem_.sim().slots())
        answer["slots"].push_back({{"index", index}, {"state", name_of(slot.state)}, {"pdu", slot.pdu_hex}});
    return answer;
}

Control::Json Control::sent(std::size_t after) const {
    auto answer = done();
    const auto& all = modem_.sent();
    answer["next"] = all.size();
    answer["messages"] = Json::array();
    for (std::size_t i = std::min(after, all.size()); i < all.size(); ++i) {
        Json one{{"number", i + 1}, {"reference", all[i].reference}, {"pdu", all[i].pdu_hex}};
        one["understood"] = all[i].understood;
        one["to"] = all[i].message.to;
        bool binary = all[i].message.coding == Coding::kEightBit;
        one["text"] = binary ? to_hex(as_bytes(all[i].message.text)) : all[i].message.text;
        one["coding"] = name_of(all[i].message.coding);
        one["scheme"] = all[i].message.scheme;
        one["header"] = all[i].message.header;
        if (const auto& part = all[i].message.part)
            one["part"] = {{"reference", part->reference}, {"count", part->count}, {"number", part->number}};
        answer["messages"].push_back(std::move(one));
    }
    return answer;
}

Control::Outcome Control::handle(const std::string& line) {
    auto order = Json::parse(line, nullptr, false);
    if (order.is_discarded() || !order.is_object()) return {refused("not a JSON object"), {}};
    auto what = text_of(order, "do");
    auto deadline =
        Clock::now() +
        std::chrono::milliseconds(std::clamp<std::int64_t>(number_of(order, "timeout_ms", 5000), 0, 600'000));
    auto after = static_cast<std::size_t>(std::max<std::int64_t>(number_of(order, "after", 0), 0));

    if (what == "ping") return {done(), {}};
    if (what == "receive") return {receive(order), {}};
    if (what == "deliver_pdu") return {deliver_pdu(order), {}};
    if (what == "store") return {store(order), {}};
    if (what == "fault") return {fault(order), {}};
    if (what == "path") return {path(order), {}};
    if (what == "sim") return {sim(), {}};
    if (what == "sent") return {sent(after), {}};
    if (what == "clear_faults") {
        modem_.faults().clear();
        return {done(), {}};
    }
    if (what == "commands") {
        auto answer = done();
        answer["executed"] = modem_.executed();
        return {std::move(answer), {}};
    }
    if (what == "capacity") {
        modem_.sim().set_capacity(
            static_cast<std::size_t>(std::clamp<std::int64_t>(number_of(order, "slots", 30), 0, 255)));
        return {done(), {}};
    }
    if (what == "network") {
        modem_.network().registration = static_cast<int>(number_of(order, "registration", 1));
        modem_.network().signal = static_cast<int>(number_of(order, "signal", 20));
        return {done(), {}};
    }
    if (what == "ussd") {
        modem_.ussd()[text_of(order, "code")] = text_of(order, "text");
        return {done(), {}};
    }
    if (what == "urc") {
        modem_.unsolicited(text_of(order, "line"));
        return {done(), {}};
    }
    if (what == "garbage") {
        auto bytes =
            static_cast<std::size_t>(std::clamp<std::int64_t>(number_of(order, "bytes", 256), 0, 65536));
        modem_.noise(garbage(bytes, static_cast<std::uint32_t>(number_of(order, "seed", 1))));
        return {done(), {}};
    }
    if (what == "hang_up") {
        terminal_.unplug();
        return {done(), {}};
    }
    if (what == "replug") {
        modem_.restart();
        if (!terminal_.plug_in()) return {refused("no terminal"), {}};
        auto answer = done();
        answer["device"] = terminal_.path();
        return {std::move(answer), {}};
    }
    if (what == "quit") {
        quit_ = true;
        return {done(), {}};
    }
    if (what == "wait_sent")
        return {nullptr, Pending{[this, after](bool over) -> std::optional<Json> {
                                     if (!over && modem_.sent().size() <= after) return std::nullopt;
                                     return sent(after);
                                 },
                                 deadline}};
    if (what == "wait_sim") {
        auto used = static_cast<std::size_t>(std::max<std::int64_t>(number_of(order, "used", 0), 0));
        return {nullptr, Pending{[this, used](bool over) -> std::optional<Json> {
                                     bool there =
                                         modem_.sim().slots().size() == used && modem_.sim().waiting() == 0;
                                     if (!over && !there) return std::nullopt;
                                     auto answer = sim();
                                     answer["ok"] = there;
                                     return answer;
                                 },
                                 deadline}};
    }
    if (what == "wait_command") {
        auto name = text_of(order, "command");
        auto count = static_cast<int>(number_of(order, "count", 1));
        return {nullptr, Pending{[this, name, count](bool over) -> std::optional<Json> {
                                     auto found = modem_.executed().find(name);
                                     int so_far = found == modem_.executed().end() ? 0 : found->second;
                                     if (!over && so_far < count) return std::nullopt;
                                     Json answer{{"ok", so_far >= count}, {"count", so_far}};
                                     return answer;
                                 },
                                 deadline}};
    }
    return {refused("unknown order"), {}};
}

} // namespace kentongan::emulator
