// Whole conversations as files in tests/golden/dialogue: what people write and what they get.
//
//   pack id-jember      which pack (first line)
//   # …                 a comment
//   new [language]      another phone
//   ~ 25                so many hours pass
//   own | away          this phone asked for the known cases | the store does not answer
//   > text              an SMS to the box ("\n" in it is a line feed)
//   < reply             and the rest of its lines as "  …"
//   = draft             what is handed in or kept
// UPDATE_GOLDEN=1 rewrites what follows from the lines that people wrote.
#include "base/gsm7.hpp"
#include "contract/dialogue/played_dialogue.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace kentongan;

namespace {

std::string shown(const char* what, const domain::Draft& draft) {
    std::string out = std::string("= ") + what + " " + draft.service + " (" + draft.language + ")";
    for (const auto& [field, value] : draft.answers)
        out += " " + field + "=" + (value.size() > 120 ? std::to_string(value.size()) + " bytes" : value);
    if (draft.anonymous) out += " anonymous";
    if (draft.confidential) out += " confidential";
    return out + "\n";
}

std::string unescaped(std::string text) {
    for (std::size_t at = 0; (at = text.find("\\n", at)) != std::string::npos; ++at)
        text.replace(at, 2, "\n");
    return text;
}

std::string indented(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3)
        text.insert(at + 1, "  ");
    return text;
}

class Player {
  public:
    std::string play(const std::string& line) {
        if (line.starts_with("pack ")) {
            pack_ = test::test_pack(line.substr(5));
            village_ = test::test_village(pack_);
            cases_.pack = &pack_;
        } else if (line.starts_with("new")) {
            conversation_ = {};
            cases_.own = cases_.away = false;
            if (line.size() > 4) conversation_.language = line.substr(4);
        } else if (line.starts_with("~ ")) {
            now_ += std::chrono::hours(std::atoi(line.c_str() + 2));
            if (now_ - conversation_.touched >= dialogue::kKeep)
                if (auto kept = dialogue::expire(pack_, conversation_)) {
                    conversation_ = {};
                    return line + "\n" + shown("kept", *kept);
                }
        } else if (line == "own") {
            cases_.own = true;
        } else if (line == "away") {
            cases_.away = true;
        } else if (line.starts_with(">")) {
            return line + "\n" + say(unescaped(line.size() > 2 ? line.substr(2) : ""));
        }
        return line + "\n";
    }

  private:
    std::string say(const std::string& text) {
        // What a box does: seal, open, go on.
        auto opened = dialogue::Conversation::from_bytes(conversation_.to_bytes());
        REQUIRE(opened);
        conversation_ = *opened;
        auto turn = dialogue::answer(pack_, village_, conversation_, text, cases_, now_);
        std::string out;
        if (turn.keep_unsorted) {
            CHECK(domain::check_draft(pack_, village_, *turn.keep_unsorted).empty());
            out += shown("kept", *turn.keep_unsorted);
        }
        auto reply = test::sent(pack_, village_, conversation_, turn);
        if (turn.submit) {
            CHECK(domain::check_draft(pack_, village_, *turn.submit).empty());
            out += shown("submit", *turn.submit);
        }
        CHECK(gsm7::fits_one_sms(reply, true));
        out += "< " + indented(reply) + "\n";
        if (turn.forget) out += "= forget\n";
        return out;
    }

    domain::Pack pack_;
    domain::Village village_;
    dialogue::Conversation conversation_;
    test::KnownCases cases_;
    Instant now_ = from_unix(1795500000);
};

bool written_by_people(const std::string& line) {
    return !line.starts_with("<") && !line.starts_with("=") && !line.starts_with("  ");
}

} // namespace

TEST_CASE("conversations go as written down") {
    auto folder = std::filesystem::path(KENTONGAN_SOURCE_DIR) / "tests" / "golden" / "dialogue";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++files;
        INFO(entry.path().filename().string());
        std::ifstream file(entry.path(), std::ios::binary);
        std::string expected;
        std::string actual;
        Player player;
        for (std::string line; std::getline(file, line);) {
            expected += line + "\n";
            if (written_by_people(line)) actual += player.play(line);
        }
        file.close();
        if (std::getenv("UPDATE_GOLDEN") != nullptr)
            std::ofstream(entry.path(), std::ios::binary) << actual;
        else
            CHECK(actual == expected);
    }
    CHECK(files >= 4);
}
