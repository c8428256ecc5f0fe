#include "adapters/usb/folder.hpp"

#include "wire/stick.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace kentongan::usb {
namespace {

tl::unexpected<Error> errno_error(const char* where) {
    switch (errno) {
    case ENOENT:
        return fail(ErrorCode::kNotFound, where, errno);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return fail(ErrorCode::kNoSpace, where, errno);
    case EROFS:
    case EACCES:
    case EPERM:
    case ELOOP:
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
        return fail(ErrorCode::kDenied, where, errno);
    default:
        return fail(ErrorCode::kUnavailable, where, errno);
    }
}

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int fd() const { return fd_; }
    // Some file systems tell of a failed write only here.
    Status close() { return ::close(std::exchange(fd_, -1)) == 0 ? Status() : errno_error("usb.close"); }

  private:
    int fd_;
};

} // namespace

Result<std::unique_ptr<MountedFolder>> MountedFolder::open(const std::string& mount, IfMissing missing) {
    File root(::open(mount.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.fd() < 0) return errno_error("usb.mount");
    if (missing == IfMissing::kMake) {
        if (::mkdirat(root.fd(), wire::kStickFolder, 0755) == 0) {
            if (::fsync(root.fd()) != 0) return errno_error("usb.sync");
        } else if (errno != EEXIST) {
            return errno_error("usb.folder");
        }
    }
    int fd = ::openat(root.fd(), wire::kStickFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno_error("usb.folder");
    return std::unique_ptr<MountedFolder>(new MountedFolder(fd));
}

MountedFolder::~MountedFolder() {
    ::close(fd_);
}

Result<std::vector<std::string>> MountedFolder::names(std::size_t most) {
    // A descriptor of its own: reading moves the position.
    int copy = ::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto* stream = copy < 0 ? nullptr : ::fdopendir(copy);
    if (stream == nullptr) {
        auto error = errno_error("usb.list");
        if (copy >= 0) ::close(copy);
        return error;
    }
    std::vector<std::string> out;
    Status done;
    for (;;) {
        errno = 0;
        const auto* entry = ::readdir(stream);
        if (entry == nullptr) {
            if (errno != 0) done = errno_error("usb.list");
            break;
        }
        std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (out.size() == most) {
            done = fail(ErrorCode::kNoSpace, "usb.names");
            break;
        }
        out.push_back(std::move(name));
    }
    ::closedir(stream);
    if (!done) return tl::unexpected<Error>(done.error());
    return out;
}

Result<Bytes> MountedFolder::read(const std::string& name, std::size_t max_size) {
    // Without waiting: a pipe with this name must not hold anybody up.
    File file(::openat(fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (file.fd() < 0) return errno_error("usb.open");
    struct stat facts {};
    if (::fstat(file.fd(), &facts) != 0) return errno_error("usb.stat");
    if (!S_ISREG(facts.st_mode)) return fail(ErrorCode::kDenied, "usb.not_a_file");
    if (facts.st_size < 0 || static_cast<std::uint64_t>(facts.st_size) > max_size)
        return fail(ErrorCode::kNoSpace, "usb.size");
    // What is read back is to come from the stick, not from memory; a hint that changes nothing else.
    (void)::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
    Bytes out(static_cast<std::size_t>(facts.st_size));
    std::size_t at = 0;
    while (at < out.size()) {
        auto got = ::read(file.fd(), out.data() + at, out.size() - at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error("usb.read");
        if (got == 0) break;
        at += static_cast<std::size_t>(got);
    }
    out.resize(at);
    return out;
}

Status MountedFolder::write(const std::string& name, BytesView content) {
    TRY(remove(name));
    File file(::openat(fd_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.fd() < 0) return errno_error("usb.create");
    while (!content.empty()) {
        auto put = ::write(file.fd(), content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno_error("usb.write");
        content = content.subspan(static_cast<std::size_t>(put));
    }
    if (::fsync(file.fd()) != 0) return errno_error("usb.sync");
    return file.close();
}

Status MountedFolder::rename(const std::string& from, const std::string& to) {
    if (::renameat(fd_, from.c_str(), fd_, to.c_str()) != 0) return errno_error("usb.rename");
    return {};
}

Status MountedFolder::remove(const std::string& name) {
    if (::unlinkat(fd_, name.c_str(), 0) != 0 && errno != ENOENT) return errno_error("usb.remove");
    return {};
}

Status MountedFolder::sync() {
    if (::fsync(fd_) != 0) return errno_error("usb.sync");
    return {};
}

Result<std::uint64_t> MountedFolder::free_bytes() {
    struct statvfs facts {};
    if (::fstatvfs(fd_, &facts) != 0) return errno_error("usb.facts");
    return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

} // namespace kentongan::usb
