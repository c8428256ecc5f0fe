#include "adapters/sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace kentongan::sqlite {
namespace {

tl::unexpected<Error> error_of(int code, const char* where) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return fail(ErrorCode::kNoSpace, where, code);
    case SQLITE_CONSTRAINT:
        return fail(ErrorCode::kConflict, where, code);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail(ErrorCode::kCorrupt, where, code);
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return fail(ErrorCode::kInternal, where, code);
    default:
        return fail(ErrorCode::kUnavailable, where, code);
    }
}

// The folder must be durable as well, or a power cut may lose the names of files whose content is safe.
Status sync_folder(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path();
    int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail(ErrorCode::kUnavailable, "sqlite.folder", errno);
    int failed = ::fsync(fd);
    int cause = errno;
    ::close(fd);
    if (failed != 0) return fail(ErrorCode::kUnavailable, "sqlite.folder", cause);
    return {};
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
    bind_error_ |= sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    // A null pointer would bind NULL instead of the empty text.
    const char* data = text.data() == nullptr ? "" : text.data();
    bind_error_ |=
        sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(int index, BytesView blob) {
    const void* data = blob.data() == nullptr ? static_cast<const void*>("") : blob.data();
    bind_error_ |= sqlite3_bind_blob64(statement_.get(), index, data, blob.size(), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind_null(int index) {
    bind_error_ |= sqlite3_bind_null(statement_.get(), index);
    return *this;
}

Result<bool> Statement::step() {
    if (bind_error_ != 0) return error_of(bind_error_, "sqlite.bind");
    int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = error_of(sqlite3_extended_errcode(sqlite3_db_handle(statement_.get())), "sqlite.step");
    sqlite3_reset(statement_.get());
    return error;
}

Status Statement::run() {
    TRY(step());
    reset();
    return {};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    bind_error_ = 0;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? std::string() : std::string(data, size);
}

Bytes Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? Bytes() : Bytes(data, data + size);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<Database> Database::open(const std::string& path, std::span<const char* const> migrations,
                                const OpenOptions& options) {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &raw,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_EXRESCODE,
                               options.vfs.empty() ? nullptr : options.vfs.c_str());
    Database database(raw);
    if (code != SQLITE_OK) return error_of(code, "sqlite.open");
    sqlite3_busy_timeout(raw, 5000);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);

    // Order matters. Becoming a WAL database unlinks a rollback journal; unless EXTRA is already in force
    // that unlink is not synced, and after a power cut SQLite would roll the new database back to empty.
    TRY(database.execute(options.durable ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=NORMAL"));
    TRY(database.execute("PRAGMA journal_mode=WAL"));
    TRY(database.execute("PRAGMA foreign_keys=ON"));
    // Deleted rows are overwritten: a stolen card shows no ghosts of them in free pages.
    TRY(database.execute("PRAGMA secure_delete=ON"));
    TRY(database.execute("PRAGMA temp_store=MEMORY"));

    std::int64_t version = 0;
    {
        auto statement = TRY(database.prepare("PRAGMA user_version"));
        TRY(statement.step());
        version = statement.integer(0);
    }
    auto newest = static_cast<std::int64_t>(migrations.size());
    if (version > newest) return fail(ErrorCode::kUnsupported, "sqlite.version", version);
    for (; version < newest; ++version) {
        TRY(database.begin());
        TRY(database.execute(migrations[static_cast<std::size_t>(version)]));
        TRY(database.execute(("PRAGMA user_version=" + std::to_string(version + 1)).c_str()));
        TRY(database.commit());
    }
    TRY(options.sync_folder ? options.sync_folder(path) : sync_folder(path));
    return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return error_of(code, "sqlite.prepare");
    return Statement(statement);
}

Status Database::execute(const char* sql) {
    int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(code, "sqlite.execute");
    return {};
}

Status Database::begin() {
    return execute("BEGIN IMMEDIATE");
}

Status Database::commit() {
    auto done = execute("COMMIT");
    if (!done) rollback();
    return done;
}

void Database::rollback() {
    // Where SQLite has already rolled back by itself there is nothing to do.
    if (!in_transaction()) return;
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(database_.get()) == 0;
}

Status Database::verify() {
    auto statement = TRY(prepare("PRAGMA quick_check(1)"));
    if (TRY(statement.step()) && statement.text(0) == "ok") return {};
    return fail(ErrorCode::kCorrupt, "sqlite.verify");
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(database_.get());
}

} // namespace kentongan::sqlite
