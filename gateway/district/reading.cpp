#include "district/reading.hpp"

#include "wire/case_words.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

std::string money(const domain::Money& rule, const std::string& digits) {
    bool negative = digits.starts_with('-');
    std::string grouped;
    std::size_t count = 0;
    for (auto digit = digits.rbegin(); digit != digits.rend() && *digit != '-'; ++digit, ++count) {
        if (count != 0 && count % 3 == 0) grouped.insert(0, rule.group);
        grouped.insert(grouped.begin(), *digit);
    }
    if (negative) grouped.insert(grouped.begin(), '-');
    return rule.symbol_first ? rule.symbol + grouped : grouped + " " + rule.symbol;
}

std::string words_of(const domain::Pack& pack, const domain::Village* village, const domain::Field& field,
                     const std::string& owner, const std::string& value, std::string_view language) {
    auto text_or_value = [&](const std::string& key) {
        auto text = pack.text(language, key);
        return text == key ? value : std::string(text);
    };
    switch (field.type) {
    case domain::FieldType::kChoice:
        return text_or_value(owner + "." + field.id + "." + value);
    case domain::FieldType::kYesNo:
        return text_or_value("answer." + value);
    case domain::FieldType::kMoney:
        return money(pack.money, value);
    case domain::FieldType::kPlace: {
        if (village == nullptr) return value;
        auto hamlet = std::find_if(village->hamlets.begin(), village->hamlets.end(),
                                   [&](const auto& one) { return one.id == value; });
        return hamlet == village->hamlets.end() ? value : hamlet->name;
    }
    default:
        return value;
    }
}

} // namespace

std::vector<ReadAnswer> read_answers(const Setting& setting, const Box& box, const domain::Request& request,
                                     std::string_view language) {
    const auto& pack = setting.pack;
    const auto* service = pack.service(request.service);
    std::vector<ReadAnswer> out;
    if (service == nullptr) return out;
    const auto* village = setting.village(box.village);
    for (const auto* field : pack.fields_of(*service)) {
        auto answer = request.answers.find(field->id);
        if (answer == request.answers.end()) continue;
        auto owner = pack.owner_of(*service, *field);
        out.push_back({field->id, std::string(pack.text(language, owner + "." + field->id + ".ask")),
                       answer->second, words_of(pack, village, *field, owner, answer->second, language)});
    }
    return out;
}

Result<Bytes> write_words(const Setting& setting, const CaseRow& row, const wire::Reply& words) {
    ByteWriter plain;
    plain.text(words.reason);
    plain.text(words.answer);
    auto bytes = std::move(plain).take();
    auto sealed = wire::seal_words(setting.keys.shown, row.recipient, row.id, bytes);
    wipe(bytes);
    return sealed;
}

Result<wire::Reply> read_words(const Setting& setting, const CaseRow& row, const Event& event) {
    wire::Reply words;
    if (event.words.empty()) return words;
    auto plain = TRY(wire::open_words(setting.keys, row.recipient, row.id, event.words));
    ByteReader reader(plain);
    words.reason = TRY(reader.text(wire::kMaxReplyText));
    words.answer = TRY(reader.text(wire::kMaxReplyText));
    TRY(reader.end());
    wipe(plain);
    return words;
}

} // namespace kentongan::district
