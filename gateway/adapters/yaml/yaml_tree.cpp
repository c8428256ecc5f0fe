#include "adapters/yaml/yaml_tree.hpp"

#include <yaml.h>

#include <cstring>
#include <string>

namespace kentongan::yaml {
namespace {

using domain::PackNode;

int line_of(const yaml_mark_t& mark) {
    return static_cast<int>(mark.line) + 1;
}

class Event {
  public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { yaml_event_delete(&event_); }
    [[nodiscard]] yaml_event_t* get() { return &event_; }
    yaml_event_t* operator->() { return &event_; }

  private:
    yaml_event_t event_{};
};

class TreeBuilder {
  public:
    explicit TreeBuilder(std::string_view text) {
        // Fails only without memory, which ends a process of ours anyway; every later call then fails
        // cleanly.
        ready_ = yaml_parser_initialize(&parser_) == 1;
        if (!ready_) return;
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    TreeBuilder(const TreeBuilder&) = delete;
    TreeBuilder& operator=(const TreeBuilder&) = delete;
    ~TreeBuilder() {
        if (ready_) yaml_parser_delete(&parser_);
    }

    /// The fault's message, empty when the whole document was read.
    std::string run() {
        if (!ready_) return "no memory";
        for (bool end = false; !end;) {
            Event event;
            if (yaml_parser_parse(&parser_, event.get()) != 1) {
                line_ = static_cast<int>(parser_.problem_mark.line) + 1;
                return parser_.problem != nullptr ? parser_.problem : "not readable as YAML";
            }
            line_ = line_of(event->start_mark);
            auto message = take(event, end);
            if (!message.empty()) return message;
        }
        return documents_ == 1 ? std::string() : "the file is empty";
    }

    [[nodiscard]] int line() const { return line_; }
    [[nodiscard]] PackNode root() && { return std::move(root_); }

  private:
    struct Level {
        PackNode node;
        std::string key; ///< Of the entry that is being read.
        bool has_key = false;
        int key_line = 0;
    };

    std::string take(Event& event, bool& end) {
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
            if (++documents_ > 1) return "a second document in one file";
            if (event->data.document_start.version_directive != nullptr ||
                event->data.document_start.tag_directives.start !=
                    event->data.document_start.tag_directives.end)
                return "directives are not used in packs";
            return {};
        case YAML_STREAM_END_EVENT:
            end = true;
            return {};
        case YAML_ALIAS_EVENT:
            return "aliases are not used in packs";
        case YAML_SCALAR_EVENT:
            return scalar(event);
        case YAML_SEQUENCE_START_EVENT:
            return open(PackNode::Kind::kList, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
        case YAML_MAPPING_START_EVENT:
            return open(PackNode::Kind::kMap, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT: {
            auto node = std::move(stack_.back().node);
            stack_.pop_back();
            return put(std::move(node));
        }
        default:
            return {};
        }
    }

    static std::string plain(const yaml_char_t* anchor, const yaml_char_t* tag) {
        if (anchor != nullptr) return "anchors are not used in packs";
        if (tag != nullptr) return "tags are not used in packs";
        return {};
    }

    std::string open(PackNode::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
        if (auto message = plain(anchor, tag); !message.empty()) return message;
        if (stack_.size() >= kMaxDepth) return "nested deeper than " + std::to_string(kMaxDepth) + " levels";
        if (++nodes_ > kMaxNodes) return "more than " + std::to_string(kMaxNodes) + " values";
        if (awaits_key()) return "a key must be a plain text";
        Level level;
        level.node.kind = kind;
        level.node.line = line_;
        stack_.push_back(std::move(level));
        return {};
    }

    [[nodiscard]] bool awaits_key() const {
        return !stack_.empty() && stack_.back().node.kind == PackNode::Kind::kMap && !stack_.back().has_key;
    }

    std::string scalar(Event& event) {
        const auto& found = event->data.scalar;
        if (auto message = plain(found.anchor, found.tag); !message.empty()) return message;
        if (++nodes_ > kMaxNodes) return "more than " + std::to_string(kMaxNodes) + " values";
        std::string text(reinterpret_cast<const char*>(found.value), found.length);
        // "\0" may be written as an escape inside double quotes.
        if (text.find('\0') != std::string::npos) return "a NUL character";
        if (awaits_key()) {
            stack_.back().key = std::move(text);
            stack_.back().has_key = true;
            stack_.back().key_line = line_;
            return {};
        }
        PackNode node;
        node.line = line_;
        node.scalar = std::move(text);
        return put(std::move(node));
    }

    std::string put(PackNode node) {
        if (stack_.empty()) {
            root_ = std::move(node);
            return {};
        }
        auto& level = stack_.back();
        if (level.node.kind == PackNode::Kind::kList) {
            level.node.items.push_back(std::move(node));
            return {};
        }
        // An entry stands where its key stands: that is where a person looks for it.
        node.line = level.key_line;
        level.node.entries.emplace_back(std::move(level.key), std::move(node));
        level.has_key = false;
        return {};
    }

    yaml_parser_t parser_{};
    bool ready_ = false;
    std::vector<Level> stack_;
    PackNode root_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
    int line_ = 1;
};

} // namespace

std::optional<domain::PackFile> parse(std::string_view path, std::string_view text,
                                      std::vector<domain::PackFault>& faults) {
    auto fault = [&](int line, std::string message) {
        faults.push_back(domain::PackFault{std::string(path), line, std::move(message)});
    };
    if (text.size() > kMaxFileBytes) {
        fault(1, "the file has more than " + std::to_string(kMaxFileBytes) + " bytes");
        return std::nullopt;
    }
    if (std::memchr(text.data(), 0, text.size()) != nullptr) {
        fault(1, "a NUL byte");
        return std::nullopt;
    }
    TreeBuilder builder(text);
    auto message = builder.run();
    if (!message.empty()) {
        fault(builder.line(), std::move(message));
        return std::nullopt;
    }
    return domain::PackFile{std::string(path), std::move(builder).root()};
}

} // namespace kentongan::yaml
