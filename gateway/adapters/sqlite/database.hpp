// SQLite opened so that COMMIT means durable (docs/adr/0008-durable-sqlite.md).
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace kentongan::sqlite {

struct OpenOptions {
    /// Name of a registered VFS; empty: the system's. The crash VFS of the tests comes in here.
    std::string vfs;
    /// Only the control run of the power-loss test sets this to false: NORMAL instead of FULL.
    bool durable = true;
    /// Makes the names in the folder of a path durable; empty: the system's way. The crash VFS brings its
    /// own.
    std::function<Status(const std::string& path)> sync_folder;
};

/// One prepared statement. Parameters and columns count from 1 and 0, as in SQLite.
class Statement {
  public:
    Statement(Statement&&) noexcept = default;
    Statement& operator=(Statement&&) noexcept = default;

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, BytesView blob);
    Statement& bind_null(int index);
    /// True: a row is there. False: done. Errors: kNoSpace - disk full; kConflict - a constraint;
    /// kCorrupt; kUnavailable - I/O error. `native` is SQLite's extended code.
    Result<bool> step();
    /// For statements without rows.
    Status run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bind_error_ = 0;
};

/// One connection, one thread at a time.
class Database {
  public:
    /// Opens or creates `path`, then brings it to the newest of `migrations` (SQL scripts; the number done is
    /// `user_version`). Order: synchronous, then WAL, then the schema, then fsync of the folder.
    /// Errors: kUnavailable - cannot be opened; kCorrupt; kNoSpace; kUnsupported - made by a newer program.
    static Result<Database> open(const std::string& path, std::span<const char* const> migrations,
                                 const OpenOptions& options = {});
    Database(Database&&) noexcept = default;
    Database& operator=(Database&&) noexcept = default;

    /// Errors: kInternal - the SQL is wrong (a defect).
    Result<Statement> prepare(std::string_view sql);
    Status execute(const char* sql);
    Status begin();
    /// After success the transaction survives a power cut. On failure it is rolled back.
    Status commit();
    void rollback();
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] std::int64_t changes() const;
    /// Reads every page and index. Errors: kCorrupt.
    Status verify();

  private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    explicit Database(sqlite3* database) : database_(database) {}
    std::unique_ptr<sqlite3, Close> database_;
};

} // namespace kentongan::sqlite
