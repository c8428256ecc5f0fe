// The desk's work: list cases, read one, move it on, answer.
//
// Content is opened only for the officer who reads it and is forgotten with the answer to them.
#pragma once

#include "district/setting.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kentongan::district {

inline constexpr std::uint32_t kCasesPerPage = 25;

struct ListedCase {
    CaseRow row;
    std::string village; ///< Its name; the id if the pack has lost it.
    bool overdue = false;
};

struct CaseList {
    std::vector<ListedCase> cases;
    std::uint64_t total = 0;
    std::uint32_t page = 1;
    std::uint32_t pages = 1;
};

/// One question and its answer, in words.
struct ReadAnswer {
    std::string field;
    std::string ask;
    std::string value; ///< Canonical.
    std::string words; ///< For people: the choice's text, grouped money, the hamlet's name.
};

struct ReadEvent {
    Instant at{};
    std::string officer;
    std::string from;
    std::string to;
    std::string reason;
    std::string answer;
};

struct NextState {
    std::string state;
    std::string word;
    bool reason_required = false;
};

/// Personal: shown to one officer, never stored.
struct CaseDetail {
    ListedCase listed;
    std::vector<ReadAnswer> answers;
    bool anonymous = false;
    bool confidential = false;
    std::string language;
    bool notify = false;
    std::string sender_alias; ///< Empty: not sent from a phone.
    std::string consent_version;
    std::vector<ReadEvent> events;
    std::vector<NextState> next;
};

struct MoveOrder {
    std::string officer;
    ItemId id;
    std::string to;
    std::string reason;
    std::string answer;
    std::uint32_t version = 0; ///< The one that the officer has seen.
};

/// A checked move. Holds the citizen's receipt and phone until it is destroyed.
class PlannedMove {
  public:
    /// Seals the words to the citizen's receipt: some 20 ms of Argon2id, so not under any lock. Threads: any.
    /// Errors: kNoSpace - no memory for it; nothing has changed.
    [[nodiscard]] Status seal();
    ~PlannedMove();
    PlannedMove(PlannedMove&&) = default;
    PlannedMove& operator=(PlannedMove&&) = default;

  private:
    friend class Cases;
    PlannedMove() = default;
    CaseMove change_;
    domain::ReceiptCode receipt_;
    std::string reason_;
    std::string answer_;
    bool sealed_ = false;
};

/// Why a move is refused; each is something the officer can mend.
enum class MoveFault : std::int64_t {
    kNotAllowed = 1, ///< The life cycle has no such step from here.
    kReasonMissing = 2,
    kReasonUnusable = 3, ///< Above wire::kMaxReplyText bytes, or not text.
    kAnswerUnusable = 4,
};

/// Threads: one at a time, except PlannedMove::seal(). Keeps references: store and setting outlive it.
///
/// The wall: an officer's role decides which recipient's cases exist. Those of the other are kNotFound,
/// whatever is asked of them.
class Cases {
  public:
    Cases(Store& store, const Setting& setting) : store_(store), setting_(setting) {}

    /// `filter.recipient`, `offset` and `limit` are set here. `page` counts from 1; beyond the last it is
    /// empty.
    [[nodiscard]] Result<CaseList> list(Role role, CaseFilter filter, std::uint32_t page, Instant now);

    /// Words in `language` (the pack's default, if it has no such).
    /// Errors: kNotFound; kDenied, kCorrupt, kUnsupported - the record does not open or is not understood
    /// any more.
    [[nodiscard]] Result<CaseDetail> detail(Role role, const ItemId& id, std::string_view language,
                                            Instant now);

    /// Checks and prepares a move. Errors: kInvalid - `native` is a MoveFault; kConflict - another version by
    /// now; kNotFound; and those of detail().
    [[nodiscard]] Result<PlannedMove> plan(Role role, const MoveOrder& order, Instant now);
    /// Carries out a sealed plan: new state, event and the box's update, in one commit.
    /// Errors: kConflict - somebody else moved the case since.
    [[nodiscard]] Status carry_out(const PlannedMove& plan);
    /// plan(), seal() and carry_out(), where nobody waits.
    [[nodiscard]] Status move(Role role, const MoveOrder& order, Instant now);

    struct Summary {
        struct Count {
            std::string lifecycle;
            std::string state;
            std::uint64_t cases = 0;
        };
        std::vector<Count> by_state;
        std::uint64_t overdue = 0;
        struct OneBox {
            Box box;
            std::uint64_t quarantined = 0; ///< Envelopes of it that wait for a clerk.
        };
        std::vector<OneBox> boxes;
    };
    [[nodiscard]] Result<Summary> summary(Role role, Instant now);

  private:
    ListedCase listed(const CaseRow& row, const std::map<std::uint32_t, std::string>& village_of,
                      Instant now) const;
    Result<CaseRow> row_for(Role role, const ItemId& id);
    Result<std::map<std::uint32_t, std::string>> village_names();

    Store& store_;
    const Setting& setting_;
};

} // namespace kentongan::district
