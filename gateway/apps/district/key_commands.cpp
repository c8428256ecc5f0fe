#include "apps/district/key_commands.hpp"

#include "adapters/posix/state_files.hpp"
#include "apps/district/commands.hpp"
#include "apps/district/ground.hpp"
#include "district/boxes.hpp"
#include "district/enrolment.hpp"
#include "district/publishing.hpp"
#include "wire/crockford.hpp"
#include "wire/escrow.hpp"
#include "wire/keyring.hpp"

#include <sys/stat.h>

#include <cstdio>

namespace kentongan::district_app {
namespace {

std::string in_state(const Options& options, const char* name) {
    return options.state + "/" + name;
}

bool exists(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0;
}

Instant now() {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

Status keep_secret(const std::string& path, std::string text) {
    auto done = posix::create_file(path, text, 0600);
    wipe(text);
    return done;
}

// Over the old file: a power cut leaves the one or the other.
Status replace_keys(const Options& options, const wire::DistrictSecret& keys) {
    auto text = wire::write_text(keys);
    auto done = posix::write_file(in_state(options, "district.key"), text, 0600);
    wipe(text);
    return done;
}

Status show(const Options& options, const wire::DistrictSecret& keys) {
    return posix::write_file(in_state(options, "district.pub"), wire::write_text(keys.shown), 0644);
}

int init(const Options& options) {
    if (auto made = posix::make_private_folder(options.state); !made)
        return failed("the state folder cannot be made", made.error());
    if (exists(in_state(options, "district.key")))
        return failed("this folder has keys already; they are never overwritten",
                      Error{ErrorCode::kConflict, "init.keys", 0});
    // district.key comes last of the secrets: an init that was cut off is repeated and takes up what is
    // there.
    if (!exists(in_state(options, "district.root")))
        if (auto kept = keep_secret(in_state(options, "district.root"), wire::write_text(wire::make_root()));
            !kept)
            return failed("the root cannot be written", kept.error());
    if (!exists(in_state(options, "district.psk-key"))) {
        wire::Key32 key{};
        wire::random_bytes(key);
        auto kept =
            keep_secret(in_state(options, "district.psk-key"), wire::write_text(wire::LoneKey::kPskKey, key));
        wipe(key);
        if (!kept) return failed("the psk key cannot be written", kept.error());
    }
    auto root = read_root(options);
    if (!root) return failed("the root cannot be read", root.error());
    auto keys = wire::make_district_keys(*root);
    if (auto kept = keep_secret(in_state(options, "district.key"), wire::write_text(keys)); !kept)
        return failed("the keys cannot be written", kept.error());
    if (auto shown = show(options, keys); !shown)
        return failed("district.pub cannot be written", shown.error());
    auto store = open_store(options.state);
    if (!store) return failed("the database cannot be made", store.error());
    if (auto published = district::publish_keyring(**store, keys, *root, now()); !published)
        return failed("the keyring cannot be kept", published.error());
    std::printf("%s\nfingerprint %s\n", in_state(options, "district.pub").c_str(),
                wire::fingerprint(keys.shown).c_str());
    return 0;
}

struct State {
    std::unique_ptr<sqlite::SqliteDistrictStore> store;
    wire::DistrictSecret keys;
    wire::Key32 psk_key{};
    ~State() { wipe(psk_key); }
};

// What a command works with; says itself what cannot be had.
std::unique_ptr<State> open_state(const Options& options) {
    auto store = open_store(options.state);
    auto keys = read_keys(options.state);
    auto psk_key = read_psk_key(options.state);
    if (!store)
        failed("the state cannot be opened", store.error());
    else if (!keys)
        failed("the keys cannot be read", keys.error());
    else if (!psk_key)
        failed("the psk key cannot be read", psk_key.error());
    else
        return std::unique_ptr<State>(new State{std::move(*store), *keys, *psk_key});
    return nullptr;
}

int invite(const Options& options) {
    auto state = open_state(options);
    if (!state) return 1;
    auto& [store, keys, psk_key] = *state;
    auto code = district::invite(*store, options.village, psk_key, now(),
                                 [](std::span<std::uint8_t> out) { wire::random_bytes(out); });
    if (!code) return failed("no code can be given", code.error());
    std::printf("code %s\nfingerprint %s\n", wire::shown_code(*code).c_str(),
                wire::fingerprint(keys.shown).c_str());
    return 0;
}

const char* why_not(const Error& error) {
    std::string_view where = error.where;
    if (where == "enrolment.unknown_code") return "this code was not given here";
    if (where == "enrolment.used_code") return "this code was used for another box";
    if (where == "enrolment.expired_code") return "this code is older than 24 hours";
    if (error.code == ErrorCode::kConflict)
        return "this number or key is registered already: a box enrolled twice, or a copied box";
    return "the box cannot be enrolled";
}

int enrol(const Options& options) {
    auto state = open_state(options);
    if (!state) return 1;
    auto& [store, keys, psk_key] = *state;
    auto text = posix::read_file(options.file, wire::kMaxRequest * 4);
    if (!text) return failed("the request cannot be read", text.error());
    auto bytes = wire::read_request_text(*text);
    if (!bytes) return failed("this is not a box's request", bytes.error());
    auto request = wire::open_request(*bytes, keys);
    if (!request) return failed("this request is not for this district, or was altered", request.error());
    auto fingerprint = wire::fingerprint(request->box);
    if (!options.fingerprint.empty()) {
        auto typed = wire::read_crockford(options.fingerprint, 30);
        if (!typed || *typed != *wire::read_crockford(fingerprint, 30))
            return failed("the fingerprint is another one; nothing was registered",
                          Error{ErrorCode::kDenied, "enrol.fingerprint", 0});
    }
    auto village = district::enrol(*store, *request, psk_key, now());
    if (!village) return failed(why_not(village.error()), village.error());
    auto path =
        options.welcome.empty()
            ? in_state(options, ("box-" + std::to_string(request->box.box.value) + ".welcome").c_str())
            : options.welcome;
    auto welcome = wire::welcome_text(wire::make_welcome(*request, *village, keys));
    if (auto written = posix::write_file(path, welcome, 0644); !written)
        return failed("the box is registered, but its welcome cannot be written; give the same request again",
                      written.error());
    std::printf("box %u enrolled\nfingerprint %s\n%s\n", request->box.box.value, fingerprint.c_str(),
                path.c_str());
    return 0;
}

// Signs a new keyring after `change` and puts it everywhere. The key file comes first: no box may hear of a
// prekey whose secret could still be lost. Cut off after that, the version has a gap, which boxes do not
// mind.
template <class Change>
int sign_keyring(const Options& options, const wire::RootSecret& root, sqlite::SqliteDistrictStore& store,
                 Change change) {
    auto keys = read_keys(options.state);
    if (!keys) return failed("the keys cannot be read", keys.error());
    auto revoked = district::revoked_boxes(store);
    if (!revoked) return failed("the boxes cannot be read", revoked.error());
    auto newest = district::newest_keyring(store);
    if (!newest) return failed("the keyrings cannot be read", newest.error());
    Status done = change(*keys, root, *revoked, std::max(*newest, options.above));
    if (!done)
        return failed(done.error().code == ErrorCode::kDenied ? "this is another district's root"
                                                              : "no keyring can be signed",
                      done.error());
    if (auto kept = replace_keys(options, *keys); !kept)
        return failed("the keys cannot be written", kept.error());
    if (auto published = district::publish_keyring(store, *keys, root, now()); !published)
        return failed("the keyring cannot be kept", published.error());
    if (auto shown = show(options, *keys); !shown)
        return failed("district.pub cannot be written", shown.error());
    std::printf("keyring %u\n", keys->shown.keyring.version);
    return 0;
}

int revoke(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    // What protects comes first, and does not wait until somebody has fetched the root.
    if (auto done = district::revoke_box(**store, options.box); !done)
        return failed("the box cannot be revoked", done.error());
    std::printf("box %u revoked\n", options.box.value);
    auto root = read_root(options);
    if (!root)
        return failed("the box is refused from now on, but no keyring was signed: give the root with --root",
                      root.error());
    return sign_keyring(options, *root, **store, wire::issue_keyring);
}

int keyring(const Options& options, bool rotate) {
    auto root = read_root(options);
    if (!root) return failed("the root cannot be read; give it with --root", root.error());
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    return sign_keyring(options, *root, **store,
                        [&](wire::DistrictSecret& keys, const wire::RootSecret& by,
                            std::span<const BoxId> revoked, std::uint32_t above) -> Status {
                            if (options.minimum_software)
                                keys.shown.keyring.minimum_software = *options.minimum_software;
                            if (!rotate) return wire::issue_keyring(keys, by, revoked, above);
                            wire::Key64 seed{};
                            wire::random_bytes(seed);
                            auto done = wire::rotate_prekey(keys, by, seed, revoked, above);
                            wipe(seed);
                            return done;
                        });
}

int recovery_key(const Options& options) {
    wire::Key32 secret{};
    wire::random_bytes(secret);
    auto shown = wire::public_of(secret);
    auto kept = keep_secret(options.file, wire::write_text(wire::LoneKey::kRecovery, secret));
    wipe(secret);
    if (!kept) return failed("the recovery key cannot be written; nothing is overwritten", kept.error());
    std::printf("%s\n", to_hex(shown).c_str());
    return 0;
}

int escrow(const Options& options) {
    auto state = open_state(options);
    if (!state) return 1;
    auto& [store, keys, psk_key] = *state;
    auto boxes = store->boxes();
    if (!boxes) return failed("the boxes cannot be read", boxes.error());
    wire::Escrow all;
    all.keys = keys;
    for (const auto& box : *boxes) {
        auto psk = district::psk_of(*store, box.keys.box, psk_key);
        if (!psk) return failed("the psk of a box cannot be read", psk.error());
        all.boxes.push_back({box.keys, box.village, box.revoked, *psk});
        wipe(*psk);
    }
    auto sealed = wire::seal_escrow(all, options.recovery);
    if (!sealed) return failed("nothing can be sealed to this key", sealed.error());
    if (auto written = posix::write_file(options.file, *sealed, 0600); !written)
        return failed("the escrow cannot be written", written.error());
    std::printf("%zu boxes, keyring %u\nfingerprint %s\n", all.boxes.size(), keys.shown.keyring.version,
                wire::fingerprint(keys.shown).c_str());
    return 0;
}

int restore(const Options& options) {
    if (exists(in_state(options, "district.key")) || exists(in_state(options, "district.db")))
        return failed("this folder is a district's already; nothing is overwritten",
                      Error{ErrorCode::kConflict, "restore.state", 0});
    auto secret = posix::read_file(options.recovery_key, 4096);
    if (!secret) return failed("the recovery key cannot be read", secret.error());
    auto recovery = wire::read_lone_key(wire::LoneKey::kRecovery, *secret);
    wipe(*secret);
    if (!recovery) return failed("this is not a recovery key", recovery.error());
    auto text = posix::read_file(options.file, 2 * wire::kMaxEscrow + 64);
    if (!text) return failed("the escrow cannot be read", text.error());
    auto all = wire::open_escrow(*text, *recovery);
    wipe(*recovery);
    if (!all) return failed("the escrow does not open with this key", all.error());
    if (auto made = posix::make_private_folder(options.state); !made)
        return failed("the state folder cannot be made", made.error());
    wire::Key32 psk_key{};
    wire::random_bytes(psk_key);
    auto psk_text = wire::write_text(wire::LoneKey::kPskKey, psk_key);
    auto kept = posix::write_file(in_state(options, "district.psk-key"), psk_text, 0600);
    wipe(psk_text);
    if (!kept) return failed("the psk key cannot be written", kept.error());
    if (auto written = keep_secret(in_state(options, "district.key"), wire::write_text(all->keys)); !written)
        return failed("the keys cannot be written", written.error());
    if (auto shown = show(options, all->keys); !shown)
        return failed("district.pub cannot be written", shown.error());
    auto store = open_store(options.state);
    if (!store) return failed("the database cannot be made", store.error());
    for (const auto& box : all->boxes) {
        auto done = district::register_box(**store, box.keys, box.village, box.psk, psk_key);
        if (done && box.revoked) done = district::revoke_box(**store, box.keys.box);
        if (!done) return failed("a box cannot be registered", done.error());
    }
    wipe(psk_key);
    std::printf("%zu boxes, keyring %u\nfingerprint %s\n", all->boxes.size(), all->keys.shown.keyring.version,
                wire::fingerprint(all->keys.shown).c_str());
    return 0;
}

int publish(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    auto keys = read_keys(options.state);
    if (!keys) return failed("the keys cannot be read", keys.error());
    auto content = posix::read_file(options.file, wire::kMaxBulletinContent);
    if (!content) return failed("the file cannot be read, or is larger than 1 MiB", content.error());
    auto bytes = as_bytes(*content);
    auto version = district::publish(
        **store, *keys, {options.kind, options.box, options.name, Bytes(bytes.begin(), bytes.end())}, now());
    if (!version) return failed("it cannot be published", version.error());
    std::printf("%s %u\n", options.name.c_str(), *version);
    return 0;
}

} // namespace

int run_key_command(const Options& options) {
    switch (options.command) {
    case Command::kInit:
        return init(options);
    case Command::kInvite:
        return invite(options);
    case Command::kEnrol:
        return enrol(options);
    case Command::kRevoke:
        return revoke(options);
    case Command::kRotateKeys:
        return keyring(options, true);
    case Command::kKeyring:
        return keyring(options, false);
    case Command::kRecoveryKey:
        return recovery_key(options);
    case Command::kEscrow:
        return escrow(options);
    case Command::kRestore:
        return restore(options);
    case Command::kPublish:
        return publish(options);
    default:
        return 2;
    }
}

} // namespace kentongan::district_app
