// The real kentongan-district with a state folder of its own, real sockets, real TLS; spoken to with curl.
#pragma once

#include "adapters/json/json.hpp"
#include "adapters/sqlite/district_store.hpp"
#include "tools/packs.hpp"
#include "tools/program.hpp"
#include "tools/sealing_box.hpp"
#include "tools/temporary_folder.hpp"
#include "wire/keys.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::test {

struct Answer {
    int status = 0; ///< 0: no answer.
    std::string head;
    std::string body;
    [[nodiscard]] json::Json json() const;
    /// The value of a header, or "".
    [[nodiscard]] std::string header(const std::string& name) const;
    /// error.code of the body.
    [[nodiscard]] std::string error() const;
};

inline const std::string kOfficer = "petugas";
inline const std::string kInspector = "inspektur";
inline const std::string kPassword = "contoh-sandi-2026";

class DistrictServer {
  public:
    /// `prepared`: with keys, box 7 enrolled, an officer and an inspector.
    explicit DistrictServer(bool prepared = true);

    /// Starts it; `crash_at` > 0: with the crash shim, which kills it at that outward step once `armed()`
    /// exists.
    void start(bool plain_desk = true, int crash_at = 0);
    void kill();
    /// SIGTERM; its exit status.
    int stop();
    [[nodiscard]] bool running() const { return server_ != nullptr; }
    /// Waits for a server that the shim has killed.
    int wait();

    [[nodiscard]] std::string state() const { return folder / "state"; }
    [[nodiscard]] std::string armed() const { return folder / "armed"; }
    [[nodiscard]] bool can_crash() const;

    /// Runs a command of the program; its exit status. `input` goes to standard input.
    int command(std::vector<std::string> words, const std::string& input = {}, int crash_at = 0) const;
    /// What a shell puts before a command that is to die at that outward step; empty for 0.
    [[nodiscard]] std::string crashing(int crash_at) const;
    /// What the last command said on standard output.
    [[nodiscard]] std::string output() const;
    /// A code for one box of the village.
    [[nodiscard]] std::string invite() const;
    std::unique_ptr<sqlite::SqliteDistrictStore> store() const;

    // --- boxes ---
    Answer post_upload(const std::string& bytes, std::vector<std::string> more = {}) const;
    Answer call_box_port(const std::string& path, std::vector<std::string> more) const;
    domain::Request letter();
    domain::Request report();
    /// Its frames; sets its id, code and receipt.
    std::vector<Bytes> sealed(domain::Request& request);
    /// With a call before the frames.
    Bytes upload(const std::vector<Bytes>& frames, std::uint64_t last_update = 0);
    /// The whole exchange; nothing if it was not answered with a valid answer.
    std::optional<wire::Answer> exchange(BytesView upload);
    static bool acknowledges(const std::optional<wire::Answer>& answer, const ItemId& item) {
        return answer && SealingBox::acknowledges(*answer, item);
    }
    /// Of the prepared box.
    SealingBox& sealing();

    TemporaryFolder folder;
    std::vector<std::string> options; ///< Of serve, besides those that it always has.
    domain::Pack pack = test_pack("id-jember");
    domain::Village village = test_village(pack);
    wire::BoxSecret box = wire::make_box_keys(BoxId{7});
    wire::DistrictPublic district;
    std::uint16_t box_port = 0;
    std::uint16_t desk_port = 0;
    std::string desk_url;

    std::string log() const;
    Answer curl(std::vector<std::string> words) const;

  private:
    std::unique_ptr<Program> server_;
    std::unique_ptr<SealingBox> sealing_;
    mutable int calls_ = 0;
};

/// A browser at the desk: keeps its cookie and token.
class Desk {
  public:
    explicit Desk(const DistrictServer& server) : server_(server) {}
    Answer get(const std::string& path, std::vector<std::string> more = {}) const;
    Answer post(const std::string& path, const std::string& body, std::vector<std::string> more = {}) const;
    /// Signs in and keeps what it gets.
    Answer login(const std::string& name, const std::string& password);
    Answer move(const std::string& id, const std::string& to, int version, const std::string& reason = {},
                const std::string& answer = {}) const;

    std::string token;
    std::string cookie; ///< "name=value"

  private:
    const DistrictServer& server_;
};

std::string hex(const ItemId& id);

} // namespace kentongan::test
