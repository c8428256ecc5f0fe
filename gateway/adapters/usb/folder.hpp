// The folder of a stick: the few things that are done to it. A port, so that tests can pull the stick out at
// any byte.
#pragma once

#include "base/bytes.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kentongan::usb {

/// Names are those of wire/stick.hpp; nothing that a stick says becomes a path.
///
/// Errors of every call: kNotFound; kNoSpace - the stick is full, or what is read is larger than allowed;
/// kDenied - read-only, or not a plain file (a link, a folder, a device); kUnavailable - pulled out or
/// broken. `native` is errno.
class Folder {
  public:
    virtual ~Folder() = default;

    /// Names in it. More than `most`: kNoSpace.
    virtual Result<std::vector<std::string>> names(std::size_t most) = 0;
    /// The whole file, from the medium where that can be had.
    virtual Result<Bytes> read(const std::string& name, std::size_t max_size) = 0;
    /// A new file in the place of any with this name; on the medium when this returns, its name perhaps not.
    virtual Status write(const std::string& name, BytesView content) = 0;
    /// Replaces `to`.
    virtual Status rename(const std::string& from, const std::string& to) = 0;
    /// Not an error: it is not there.
    virtual Status remove(const std::string& name) = 0;
    /// Names are on the medium when this returns.
    virtual Status sync() = 0;
    virtual Result<std::uint64_t> free_bytes() = 0;
};

/// wire::kStickFolder of a stick that is mounted at a path. Follows no link below that path.
class MountedFolder : public Folder {
  public:
    enum class IfMissing { kFail, kMake };
    /// Errors: kNotFound - no such path, or, with kFail, no such folder in it.
    static Result<std::unique_ptr<MountedFolder>> open(const std::string& mount, IfMissing missing);
    ~MountedFolder() override;
    MountedFolder(const MountedFolder&) = delete;
    MountedFolder& operator=(const MountedFolder&) = delete;

    Result<std::vector<std::string>> names(std::size_t most) override;
    Result<Bytes> read(const std::string& name, std::size_t max_size) override;
    Status write(const std::string& name, BytesView content) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status remove(const std::string& name) override;
    Status sync() override;
    Result<std::uint64_t> free_bytes() override;

  private:
    explicit MountedFolder(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace kentongan::usb
