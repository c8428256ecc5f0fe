// How one map of a pack file is read: every key asked for by name, the rest reported. Private to this room.
#pragma once

#include "domain/catalogue.hpp"
#include "domain/pack_tree.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::domain {

/// Collects faults, at most kMost of them: a broken pack does not fill the memory with complaints.
class Faults {
  public:
    static constexpr std::size_t kMost = 200;

    explicit Faults(std::vector<PackFault>& out) : out_(out) {}
    void add(std::string_view path, int line, std::string message);

  private:
    std::vector<PackFault>& out_;
};

/// Reads one map; `path` is its file. Call done() at the end: it reports unknown and repeated keys.
/// A wrong type or value is reported where it stands, and the fallback is returned.
class MapReader {
  public:
    MapReader(const PackNode& node, std::string_view path, Faults& faults);

    [[nodiscard]] int line() const { return node_.line; }
    /// Where `key` stands, else the line of the map.
    [[nodiscard]] int line_of(std::string_view key) const;
    void fault(int line, std::string message) { faults_.add(path_, line, std::move(message)); }

    const PackNode* optional(std::string_view key);
    const PackNode* required(std::string_view key);

    std::string text(std::string_view key, std::size_t max_characters);
    std::string text_or(std::string_view key, std::string fallback, std::size_t max_characters);
    /// Lower-case letters, digits and "_", beginning with a letter; at most 32.
    std::string id(std::string_view key);
    std::int64_t number(std::string_view key, std::int64_t min, std::int64_t max);
    std::int64_t number_or(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max);
    bool flag_or(std::string_view key, bool fallback);
    /// The items of a list; empty (and reported, if `must`) when missing or not a list.
    const std::vector<PackNode>& list(std::string_view key, bool must, std::size_t max);
    /// A list of plain values.
    std::vector<std::string> words(std::string_view key, bool must, std::size_t max);
    void done();

    /// One value of a node that is not in a map.
    std::optional<std::int64_t> number_in(const PackNode& node, std::int64_t min, std::int64_t max);

  private:
    const PackNode& node_;
    std::string path_;
    Faults& faults_;
    std::set<std::string, std::less<>> known_;
};

[[nodiscard]] bool is_pack_id(std::string_view text);

/// pack_rules.cpp: how numbers are written, and what commands are called.
void read_identity(const PackNode& node, std::string_view path, Pack& pack, Faults& faults);
void read_phone(const PackNode& node, std::string_view path, Pack& pack, Faults& faults);
void read_keywords(const PackNode& node, std::string_view path, Pack& pack, Faults& faults);
/// pack_lifecycles.cpp
void read_lifecycles(const std::vector<PackNode>& nodes, std::string_view path, Pack& pack, Faults& faults);
/// pack_services.cpp. `before`: fields asked earlier, for conditions and against repeated ids.
std::vector<Field> read_fields(const std::vector<PackNode>& nodes, std::string_view path,
                               const std::vector<Field>& before, Faults& faults);
void read_service(const PackFile& file, Pack& pack, Faults& faults);

/// Where each text stands, for the faults found in it later.
struct TextPlace {
    std::string path;
    int line = 0;
};
using TextPlaces = std::map<LanguageTag, std::map<std::string, TextPlace, std::less<>>>;
/// pack_texts.cpp
void read_texts(const std::vector<PackFile>& files, Pack& pack, TextPlaces& places, Faults& faults);
void check_text_keys(const Pack& pack, const TextPlaces& places, Faults& faults);
/// pack_sms.cpp: every SMS of every dialogue fits one SMS, in every language, with the longest values.
void check_sms_texts(const Pack& pack, const TextPlaces& places, Faults& faults);

} // namespace kentongan::domain
