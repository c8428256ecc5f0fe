#include "apps/district/commands.hpp"

#include "adapters/posix/state_files.hpp"
#include "apps/district/ground.hpp"
#include "district/accounts.hpp"
#include "district/boxes.hpp"
#include "district/intake.hpp"
#include "wire/password.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <iostream>

namespace kentongan::district_app {
namespace {

constexpr std::size_t kMaxKeyFile = 4096;

std::string key_file(const std::string& state) {
    return state + "/district.key";
}

const char* name_of_reason(district::QuarantineReason reason) {
    switch (reason) {
    case district::QuarantineReason::kRevokedBox:
        return "revoked-box";
    case district::QuarantineReason::kForeignBox:
        return "foreign-box";
    case district::QuarantineReason::kSignature:
        return "signature";
    case district::QuarantineReason::kDoesNotOpen:
        return "does-not-open";
    case district::QuarantineReason::kNotUnderstood:
        return "not-understood";
    case district::QuarantineReason::kNotAnEnvelope:
        return "not-an-envelope";
    case district::QuarantineReason::kOtherContent:
        return "other-content";
    }
    return "unknown";
}

int init(const Options& options) {
    if (auto made = posix::make_private_folder(options.state); !made)
        return failed("the state folder cannot be made", made.error());
    auto keys = wire::make_district_keys();
    auto secret = wire::write_text(keys);
    auto created = posix::create_file(key_file(options.state), secret, 0600);
    wipe(secret);
    if (!created)
        return failed(created.error().code == ErrorCode::kConflict
                          ? "this folder has keys already; they are never overwritten"
                          : "the keys cannot be written",
                      created.error());
    auto shown = options.state + "/district.pub";
    if (auto written = posix::write_file(shown, wire::write_text(keys.shown), 0644); !written)
        return failed("district.pub cannot be written", written.error());
    if (auto store = open_store(options.state); !store)
        return failed("the database cannot be made", store.error());
    std::printf("%s\n", shown.c_str());
    return 0;
}

int register_box(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    auto text = posix::read_file(options.box_file, kMaxKeyFile);
    if (!text) return failed("the box's public file cannot be read", text.error());
    auto keys = wire::read_box_public(*text);
    if (!keys) return failed("this is not a box's public file", keys.error());
    if (auto done = district::register_box(**store, *keys, options.village); !done)
        return failed(
            done.error().code == ErrorCode::kConflict
                ? "this number or key is registered already: a box registered twice, or a copied box"
                : "the box cannot be registered",
            done.error());
    std::printf("box %u registered\n", keys->box.value);
    return 0;
}

int assign(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    if (auto done = district::assign_village(**store, options.box, options.village); !done)
        return failed("the village cannot be assigned", done.error());
    std::printf("box %u assigned\n", options.box.value);
    return 0;
}

int revoke(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    if (auto done = district::revoke_box(**store, options.box); !done)
        return failed("the box cannot be revoked", done.error());
    std::printf("box %u revoked\n", options.box.value);
    return 0;
}

int add_officer(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    std::string password;
    std::getline(std::cin, password);
    if (password.ends_with('\r')) password.pop_back();
    auto done = district::add_officer(**store, options.name, options.role, password);
    wipe(password);
    if (!done) {
        const auto& error = done.error();
        if (error.code == ErrorCode::kConflict) return failed("there is an officer with this name", error);
        if (std::string_view(error.where) == "accounts.password")
            return failed("the password must have at least 10 characters, and at most 256 bytes", error);
        if (std::string_view(error.where) == "accounts.name")
            return failed("the name must have 1 to 64 bytes, without control characters", error);
        return failed("the officer cannot be added", error);
    }
    std::puts("officer added");
    return 0;
}

int quarantine(const Options& options) {
    constexpr std::size_t kAtOnce = 64;
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    for (std::size_t skip = 0;; skip += kAtOnce) {
        auto some = (*store)->quarantined(skip, kAtOnce);
        if (!some) return failed("the quarantine cannot be read", some.error());
        if (some->empty()) return 0;
        for (const auto& one : *some)
            std::printf("%u %s %lld %zu %s\n", one.box.value, name_of_reason(one.reason),
                        static_cast<long long>(to_unix(one.at)), one.envelope.size(),
                        to_hex(one.digest).c_str());
    }
}

int accept(const Options& options) {
    auto setting = read_setting(options);
    if (!setting) return 1;
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    district::Intake intake(**store, *setting);
    auto item = intake.accept(options.digest, std::chrono::floor<seconds>(std::chrono::system_clock::now()));
    if (!item) return failed("it cannot be accepted", item.error());
    std::printf("accepted %s\n", to_hex(item->value).c_str());
    return 0;
}

} // namespace

Result<std::unique_ptr<sqlite::SqliteDistrictStore>> open_store(const std::string& state) {
    struct stat found {};
    if (::stat(key_file(state).c_str(), &found) != 0) return fail(ErrorCode::kNotFound, "state.keys");
    auto path = state + "/district.db";
    auto store = sqlite::SqliteDistrictStore::open(path);
    return store;
}

Result<wire::DistrictSecret> read_keys(const std::string& state) {
    auto path = key_file(state);
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return fail(ErrorCode::kNotFound, "state.keys");
    if ((found.st_mode & 077) != 0) return fail(ErrorCode::kDenied, "state.key_mode", found.st_mode & 0777);
    auto text = TRY(posix::read_file(path, kMaxKeyFile));
    auto keys = wire::read_district_secret(text);
    wipe(text);
    return keys;
}

int run_command(const Options& options) {
    switch (options.command) {
    case Command::kInit:
        return init(options);
    case Command::kRegister:
        return register_box(options);
    case Command::kAssign:
        return assign(options);
    case Command::kQuarantine:
        return quarantine(options);
    case Command::kAccept:
        return accept(options);
    case Command::kRevoke:
        return revoke(options);
    case Command::kAddOfficer:
        return add_officer(options);
    default:
        return 2;
    }
}

} // namespace kentongan::district_app
