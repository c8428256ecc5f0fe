// One text and its answer: what the engine works with while it answers. Private to this room.
#pragma once

#include "dialogue/engine.hpp"
#include "dialogue/understand.hpp"
#include "domain/sms_layout.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kentongan::dialogue {

using Values = std::vector<std::pair<std::string_view, std::string>>;

/// A text of at least so many letters is somebody's story, not a mistyped command: it is never thrown away.
inline constexpr std::size_t kStoryLetters = 15;

/// The words of one conversation's language; every one fits one SMS.
class Voice {
  public:
    Voice(const domain::Pack& pack, const domain::Village& village, std::string_view language);

    [[nodiscard]] const std::string& tag() const { return language_; }
    /// A text with the village's values and `values`.
    [[nodiscard]] std::string say(std::string_view key, Values values = {}) const;
    /// The text as it stands in the pack.
    [[nodiscard]] std::string word(std::string_view key) const;
    /// The same, empty if the pack has no such text.
    [[nodiscard]] std::string word_if_any(std::string_view key) const;
    [[nodiscard]] bool ucs2() const { return ucs2_; }
    /// The pack check proves that nothing is cut here; this is for what it cannot know.
    [[nodiscard]] std::string one_sms(std::string text) const;

  private:
    const domain::Pack& pack_;
    const domain::Village& village_;
    std::string language_;
    bool ucs2_ = false;
};

/// A text for an officer; nothing if the pack has no unsorted service.
[[nodiscard]] std::optional<domain::Draft> unsorted(const domain::Pack& pack, std::string_view language,
                                                    std::string_view text);

class Exchange {
  public:
    Exchange(const domain::Pack& pack, const domain::Village& village, Conversation& conversation,
             Lookups& lookups, Instant now);

    Turn run(std::string_view text);

  private:
    // engine.cpp: what the text means
    bool command();
    bool command_holds() const;
    bool node();
    void not_understood();
    void offered();
    bool status_node();
    bool language_node();
    bool confirm_node();
    bool letters_node();

    // engine.cpp: commands
    void menu();
    void menu_choice(std::size_t digit);
    void letters(std::size_t page);
    void languages(std::size_t page);
    void status(std::string_view typed);
    void set_language(std::size_t index);
    void report(domain::ServiceKind kind, std::string_view story);

    // questions.cpp: the questions of one service
    void begin(const domain::Service& service);
    [[nodiscard]] std::string question(const domain::Service& service, const domain::Field& field) const;
    [[nodiscard]] std::string way_out(const domain::Field& field) const;
    void ask(const domain::Service& service, const domain::Field& field, std::size_t page);
    bool ask_node();
    [[nodiscard]] const domain::Service* led_to(const domain::Field& field, std::string_view choice) const;
    bool pick(const domain::Service& service, const domain::Field& field);
    bool write(const domain::Service& service, const domain::Field& field);
    void next(const domain::Service& service);
    void confirm(const domain::Service& service);
    void submit(const domain::Service& service);
    bool submit_story(const domain::Service& service, std::string_view story);
    std::string take_names_letter(const domain::Service& service, std::string_view story);
    [[nodiscard]] const domain::Field* next_field(const domain::Service& service) const;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> options(const domain::Service& service,
                                                                           const domain::Field& field) const;
    [[nodiscard]] domain::Answers answers() const;

    // state
    void go(std::string_view node);
    void leave() { go({}); }
    void reply(std::string text) { turn_.reply = voice_.one_sms(std::move(text)); }
    [[nodiscard]] std::string slot(std::string_view name) const;
    [[nodiscard]] std::size_t page() const;
    [[nodiscard]] bool writing() const;
    [[nodiscard]] const domain::Service* offered_by_sms(domain::ServiceKind kind) const;
    [[nodiscard]] std::vector<const domain::Service*> letters_by_sms() const;
    [[nodiscard]] domain::SmsListWords list_words(std::string head) const;
    enum class Entry { kLetter, kStatus, kReport, kLevy };
    /// What the menu offers, from 1 on, with its words.
    [[nodiscard]] std::vector<std::pair<Entry, std::string>> menu_entries() const;
    /// The number that was written, alone or with the words that stand beside it in the menu.
    [[nodiscard]] std::optional<std::size_t> menu_digit() const;
    /// The same for a number that stands in the running text of one of these.
    [[nodiscard]] std::optional<std::size_t> digit_of(std::initializer_list<std::string> prompts) const;
    /// The index of the option that was chosen by its digit on the page shown, or by its word.
    enum class Pick { kNone, kOption, kMore, kBack };
    Pick picked(const domain::SmsListWords& words, const std::vector<std::string>& options,
                std::size_t& index) const;

    const domain::Pack& pack_;
    const domain::Village& village_;
    Conversation& conversation_;
    Lookups& lookups_;
    Instant now_;
    Voice voice_;
    Heard heard_;
    Turn turn_;
};

} // namespace kentongan::dialogue
