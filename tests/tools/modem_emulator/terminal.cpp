#include "terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace kentongan::emulator {

Terminal::~Terminal() {
    unplug();
}

Status Terminal::plug_in() {
    unplug();
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    char name[128] = "";
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0 ||
        ::ptsname_r(master_, name, sizeof name) != 0)
        return fail(ErrorCode::kUnavailable, "terminal.open", errno);
    path_ = name;
    // Held open, so that the line survives a program that closes it and opens it again.
    slave_ = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave_ < 0) return fail(ErrorCode::kUnavailable, "terminal.slave", errno);
    termios line{};
    ::tcgetattr(slave_, &line);
    ::cfmakeraw(&line);
    ::cfsetspeed(&line, B115200);
    ::tcsetattr(slave_, TCSANOW, &line);
    if (!link_.empty()) {
        auto fresh = link_ + ".new";
        ::unlink(fresh.c_str());
        if (::symlink(name, fresh.c_str()) != 0 || ::rename(fresh.c_str(), link_.c_str()) != 0)
            return fail(ErrorCode::kUnavailable, "terminal.link", errno);
    }
    return {};
}

void Terminal::unplug() {
    if (slave_ >= 0) ::close(slave_);
    if (master_ >= 0) ::close(master_);
    slave_ = master_ = -1;
    if (!link_.empty()) ::unlink(link_.c_str());
}

std::string Terminal::read() {
    std::string out;
    char chunk[4096];
    while (out.size() < 65536) {
        auto got = ::read(master_, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        out.append(chunk, static_cast<std::size_t>(got));
    }
    // libGammu takes the line for itself (TIOCEXCL); as this end keeps it open, that would outlive the
    // program.
    if (!out.empty()) ::ioctl(slave_, TIOCNXCL);
    return out;
}

std::size_t Terminal::write(std::string_view bytes) {
    auto put = ::write(master_, bytes.data(), bytes.size());
    return put > 0 ? static_cast<std::size_t>(put) : 0;
}

} // namespace kentongan::emulator
