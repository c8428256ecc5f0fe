#include "apps/district/commands.hpp"

#include "adapters/posix/state_files.hpp"
#include "apps/district/box_list_command.hpp"
#include "apps/district/ground.hpp"
#include "apps/district/key_commands.hpp"
#include "apps/district/stick_command.hpp"
#include "district/accounts.hpp"
#include "district/boxes.hpp"
#include "district/intake.hpp"
#include "wire/password.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <iostream>

namespace kentongan::district_app {
namespace {

constexpr std::size_t kMaxKeyFile = 64 * 1024;

std::string key_file(const std::string& state) {
    return state + "/district.key";
}

// The whole of a secret's file.
Result<std::string> read_private(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return fail(ErrorCode::kNotFound, "state.keys");
    if ((found.st_mode & 077) != 0) return fail(ErrorCode::kDenied, "state.key_mode", found.st_mode & 0777);
    return posix::read_file(path, kMaxKeyFile);
}

const char* name_of_reason(district::QuarantineReason reason) {
    switch (reason) {
    case district::QuarantineReason::kRevokedBox:
        return "revoked-box";
    case district::QuarantineReason::kNotUnderstood:
        return "not-understood";
    case district::QuarantineReason::kCopiedBox:
        return "copied-box";
    }
    return "unknown";
}

int assign(const Options& options) {
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    if (auto done = district::assign_village(**store, options.box, options.village); !done)
        return failed("the village cannot be assigned", done.error());
    std::printf("box %u assigned\n", options.box.value);
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
                        static_cast<long long>(to_unix(one.at)), one.record.size(),
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
    auto text = TRY(read_private(key_file(state)));
    auto keys = wire::read_district_secret(text);
    wipe(text);
    return keys;
}

Result<wire::Key32> read_psk_key(const std::string& state) {
    auto text = TRY(read_private(state + "/district.psk-key"));
    auto key = wire::read_lone_key(wire::LoneKey::kPskKey, text);
    wipe(text);
    return key;
}

Result<wire::RootSecret> read_root(const Options& options) {
    auto text = TRY(read_private(options.root.empty() ? options.state + "/district.root" : options.root));
    auto root = wire::read_root(text);
    wipe(text);
    return root;
}

int run_command(const Options& options) {
    switch (options.command) {
    case Command::kAssign:
        return assign(options);
    case Command::kQuarantine:
        return quarantine(options);
    case Command::kAccept:
        return accept(options);
    case Command::kBoxes:
        return list_boxes(options);
    case Command::kUsbImport:
        return import_stick(options);
    case Command::kAddOfficer:
        return add_officer(options);
    default:
        return run_key_command(options);
    }
}

} // namespace kentongan::district_app
