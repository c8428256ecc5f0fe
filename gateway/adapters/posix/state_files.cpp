#include "adapters/posix/state_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace kentongan::posix {
namespace {

tl::unexpected<Error> errno_error(const char* where) {
    switch (errno) {
    case ENOENT:
        return fail(ErrorCode::kNotFound, where, errno);
    case EEXIST:
        return fail(ErrorCode::kConflict, where, errno);
    case ENOSPC:
    case EDQUOT:
        return fail(ErrorCode::kNoSpace, where, errno);
    default:
        return fail(ErrorCode::kUnavailable, where, errno);
    }
}

class File {
  public:
    File(const char* path, int flags, unsigned mode = 0) : fd_(::open(path, flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

Status sync_folder_of(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path().string();
    File handle(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (handle.fd() < 0 || ::fsync(handle.fd()) != 0) return errno_error("file.folder");
    return {};
}

Status write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno_error("file.write");
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0) return errno_error("file.sync");
    return {};
}

} // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_size) {
    File file(path.c_str(), O_RDONLY);
    if (file.fd() < 0) return errno_error("file.open");
    std::string out;
    char buffer[8192];
    for (;;) {
        auto got = ::read(file.fd(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error("file.read");
        if (got == 0) return out;
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > max_size) return fail(ErrorCode::kNoSpace, "file.size");
    }
}

Status write_file(const std::string& path, std::string_view content, unsigned mode) {
    auto fresh = path + ".new";
    {
        File file(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC, mode);
        if (file.fd() < 0) return errno_error("file.open");
        if (::fchmod(file.fd(), mode) != 0) return errno_error("file.mode");
        TRY(write_all(file.fd(), content));
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return errno_error("file.rename");
    return sync_folder_of(path);
}

Status create_file(const std::string& path, std::string_view content, unsigned mode) {
    {
        File file(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, mode);
        if (file.fd() < 0) return errno_error("file.create");
        TRY(write_all(file.fd(), content));
    }
    return sync_folder_of(path);
}

Status make_private_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return fail(ErrorCode::kUnavailable, "folder.make", error.value());
    if (::chmod(path.c_str(), 0700) != 0) return errno_error("folder.mode");
    return {};
}

Result<int> disk_used_percent(const std::string& path) {
    struct statvfs facts {};
    if (::statvfs(path.c_str(), &facts) != 0) return errno_error("disk.facts");
    if (facts.f_blocks == 0) return 0;
    return static_cast<int>(100 - facts.f_bavail * 100 / facts.f_blocks);
}

} // namespace kentongan::posix
