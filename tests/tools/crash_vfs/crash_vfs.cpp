#include "tools/crash_vfs/crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

namespace kentongan::test {
namespace {

using Content = std::vector<std::uint8_t>;

// A change of a file that no sync has made safe yet.
struct Change {
    bool truncate = false;
    std::size_t at = 0; ///< Offset, or the size to truncate to.
    Content bytes;
};

struct FileData {
    Content safe;
    Content seen;
    std::vector<Change> pending;
    std::vector<std::unique_ptr<Content>> shared; ///< The WAL index: memory, gone with the power.
};

using FileRef = std::shared_ptr<FileData>;

void write_into(Content& content, const Change& change) {
    if (change.truncate) {
        content.resize(change.at);
        return;
    }
    if (content.size() < change.at + change.bytes.size()) content.resize(change.at + change.bytes.size());
    std::copy(change.bytes.begin(), change.bytes.end(), content.begin() + static_cast<long>(change.at));
}

} // namespace

struct CrashDisk::State {
    std::string name;
    sqlite3_vfs vfs{};
    WalName wal_name = WalName::kSyncedBySqlite;
    std::mt19937_64 random;
    std::map<std::string, FileRef> names;      ///< As programs see them.
    std::map<std::string, FileRef> safe_names; ///< As of the last sync of the folder.
    std::uint64_t done = 0;
    std::uint64_t cut_at = 0;
    bool cut = false;

    // Counts one change; false when it is the one during which, or after which, the power is gone.
    bool change() {
        if (cut) return false;
        ++done;
        if (cut_at != 0 && done >= cut_at) cut = true;
        return !cut;
    }

    void sync_folder() { safe_names = names; }

    // What of an unsynced change the platter has.
    void survive(Content& content, const Change& change) {
        switch (random() % 8) {
        case 0:
        case 1:
        case 2:
            return; // lost
        case 3:     // torn: a beginning of it
            if (!change.truncate && !change.bytes.empty()) {
                Change part = change;
                part.bytes.resize(random() % change.bytes.size());
                write_into(content, part);
            }
            return;
        case 4: // garbled: the sector was being written
            if (!change.truncate && !change.bytes.empty()) {
                Change part = change;
                auto from = random() % part.bytes.size();
                auto length = std::min<std::size_t>(part.bytes.size() - from, 1 + random() % 512);
                for (std::size_t i = 0; i < length; ++i)
                    part.bytes[from + i] = static_cast<std::uint8_t>(random());
                write_into(content, part);
            }
            return;
        default:
            write_into(content, change);
        }
    }
};

namespace {

struct File {
    sqlite3_file base;
    CrashDisk::State* disk;
    FileData* data;
    FileRef* keep;   ///< Keeps an unlinked file alive while it is open.
    bool sync_names; ///< A new journal or WAL: its first sync makes its name safe.
};

File* file_of(sqlite3_file* file) {
    return reinterpret_cast<File*>(file);
}

int file_close(sqlite3_file* raw) {
    delete file_of(raw)->keep;
    return SQLITE_OK;
}

int file_read(sqlite3_file* raw, void* into, int count, sqlite3_int64 at) {
    auto* file = file_of(raw);
    if (file->disk->cut) return SQLITE_IOERR_READ;
    const auto& seen = file->data->seen;
    auto offset = static_cast<std::size_t>(at);
    auto wanted = static_cast<std::size_t>(count);
    auto there = offset >= seen.size() ? 0 : std::min(wanted, seen.size() - offset);
    if (there > 0) std::memcpy(into, seen.data() + offset, there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(into) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

int change_file(File* file, Change change, int failure) {
    if (file->disk->cut) return failure;
    bool powered = file->disk->change();
    write_into(file->data->seen, change);
    file->data->pending.push_back(std::move(change));
    return powered ? SQLITE_OK : failure;
}

int file_write(sqlite3_file* raw, const void* from, int count, sqlite3_int64 at) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    return change_file(file_of(raw), {false, static_cast<std::size_t>(at), Content(bytes, bytes + count)},
                       SQLITE_IOERR_WRITE);
}

int file_truncate(sqlite3_file* raw, sqlite3_int64 size) {
    return change_file(file_of(raw), {true, static_cast<std::size_t>(size), {}}, SQLITE_IOERR_TRUNCATE);
}

int file_sync(sqlite3_file* raw, int) {
    auto* file = file_of(raw);
    // A cut during the sync: nothing of it may be relied upon.
    if (!file->disk->change()) return SQLITE_IOERR_FSYNC;
    file->data->safe = file->data->seen;
    file->data->pending.clear();
    if (file->sync_names) {
        if (!file->disk->change()) return SQLITE_IOERR_DIR_FSYNC;
        file->disk->sync_folder();
        file->sync_names = false;
    }
    return SQLITE_OK;
}

int file_size(sqlite3_file* raw, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(file_of(raw)->data->seen.size());
    return file_of(raw)->disk->cut ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

int file_lock(sqlite3_file*, int) {
    return SQLITE_OK;
}
int file_reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
}
int file_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int file_sector(sqlite3_file*) {
    return 4096;
}
int file_facts(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int shared_map(sqlite3_file* raw, int region, int size, int extend, void volatile** out) {
    auto& shared = file_of(raw)->data->shared;
    auto index = static_cast<std::size_t>(region);
    if (shared.size() <= index && extend == 0) {
        *out = nullptr;
        return SQLITE_OK;
    }
    while (shared.size() <= index)
        shared.push_back(std::make_unique<Content>(static_cast<std::size_t>(size)));
    *out = shared[index]->data();
    return SQLITE_OK;
}
int shared_lock(sqlite3_file*, int, int, int) {
    return SQLITE_OK;
}
void shared_barrier(sqlite3_file*) {}
int shared_unmap(sqlite3_file* raw, int remove) {
    if (remove != 0) file_of(raw)->data->shared.clear();
    return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    2,           file_close,     file_read,     file_write,   file_truncate, file_sync,  file_size,
    file_lock,   file_lock,      file_reserved, file_control, file_sector,   file_facts, shared_map,
    shared_lock, shared_barrier, shared_unmap,  nullptr,      nullptr};

CrashDisk::State* disk_of(sqlite3_vfs* vfs) {
    return static_cast<CrashDisk::State*>(vfs->pAppData);
}

int disk_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* raw, int flags, int* out_flags) {
    auto* disk = disk_of(vfs);
    auto* file = file_of(raw);
    std::memset(file, 0, sizeof *file);
    if (disk->cut) return SQLITE_CANTOPEN;
    // A temporary file without a name lives in memory alone.
    std::string name = path == nullptr ? "" : path;
    FileRef ref;
    auto found = disk->names.find(name);
    if (!name.empty() && found != disk->names.end()) {
        ref = found->second;
    } else {
        if ((flags & SQLITE_OPEN_CREATE) == 0 && !name.empty()) return SQLITE_CANTOPEN;
        ref = std::make_shared<FileData>();
        if (!name.empty()) {
            bool powered = disk->change();
            disk->names[name] = ref;
            if (!powered) return SQLITE_CANTOPEN;
            file->sync_names = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0 ||
                               ((flags & SQLITE_OPEN_WAL) != 0 && disk->wal_name == WalName::kSyncedBySqlite);
        }
    }
    file->base.pMethods = &kMethods;
    file->disk = disk;
    file->data = ref.get();
    file->keep = new FileRef(ref);
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

int disk_delete(sqlite3_vfs* vfs, const char* path, int sync) {
    auto* disk = disk_of(vfs);
    if (disk->cut) return SQLITE_IOERR_DELETE;
    if (!disk->names.contains(path)) return SQLITE_IOERR_DELETE_NOENT;
    bool powered = disk->change();
    disk->names.erase(path);
    if (!powered) return SQLITE_IOERR_DELETE;
    if (sync == 0) return SQLITE_OK;
    if (!disk->change()) return SQLITE_IOERR_DIR_FSYNC;
    disk->sync_folder();
    return SQLITE_OK;
}

int disk_access(sqlite3_vfs* vfs, const char* path, int, int* out) {
    auto found = disk_of(vfs)->names.find(path);
    *out = found != disk_of(vfs)->names.end() && !found->second->seen.empty() ? 1 : 0;
    return disk_of(vfs)->cut ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

int disk_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
}

int disk_random(sqlite3_vfs* vfs, int count, char* out) {
    for (int i = 0; i < count; ++i) out[i] = static_cast<char>(disk_of(vfs)->random());
    return count;
}

int disk_sleep(sqlite3_vfs*, int micros) {
    return micros;
}

int disk_time(sqlite3_vfs*, double* out) {
    *out = 2461000.5;
    return SQLITE_OK;
}

int disk_last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

} // namespace

CrashDisk::CrashDisk(std::uint64_t seed, WalName wal_name) : state_(std::make_unique<State>()) {
    static int instances = 0;
    state_->name = "crash-" + std::to_string(++instances);
    state_->wal_name = wal_name;
    state_->random.seed(seed);
    auto& vfs = state_->vfs;
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(File);
    vfs.mxPathname = 512;
    vfs.zName = state_->name.c_str();
    vfs.pAppData = state_.get();
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_delete;
    vfs.xAccess = disk_access;
    vfs.xFullPathname = disk_full_path;
    vfs.xRandomness = disk_random;
    vfs.xSleep = disk_sleep;
    vfs.xCurrentTime = disk_time;
    vfs.xGetLastError = disk_last_error;
    sqlite3_vfs_register(&vfs, 0);
}

CrashDisk::~CrashDisk() {
    sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& CrashDisk::vfs_name() const {
    return state_->name;
}

void CrashDisk::erase() {
    state_->names.clear();
    state_->safe_names.clear();
}

void CrashDisk::cut_after(std::uint64_t operations) {
    state_->done = 0;
    state_->cut_at = operations;
    state_->cut = false;
}

bool CrashDisk::is_cut() const {
    return state_->cut;
}
std::uint64_t CrashDisk::operations() const {
    return state_->done;
}
bool CrashDisk::sync_folder() {
    if (!state_->change()) return false;
    state_->sync_folder();
    return true;
}

void CrashDisk::restore() {
    auto& disk = *state_;
    // Names since the last sync of the folder: each creation and each unlink may have happened or not.
    std::map<std::string, FileRef> survived;
    for (const auto& [name, file] : disk.safe_names) {
        auto now = disk.names.find(name);
        bool unlinked = now == disk.names.end() || now->second != file;
        if (!unlinked || disk.random() % 2 == 0) survived[name] = file;
    }
    for (const auto& [name, file] : disk.names) {
        auto before = disk.safe_names.find(name);
        bool created = before == disk.safe_names.end() || before->second != file;
        if (created && disk.random() % 2 == 0) survived[name] = file;
    }
    for (auto& [name, file] : survived) {
        for (const auto& change : file->pending) disk.survive(file->safe, change);
        file->seen = file->safe;
        file->pending.clear();
        file->shared.clear();
    }
    disk.names = disk.safe_names = std::move(survived);
    disk.cut = false;
    disk.cut_at = 0;
}

} // namespace kentongan::test
