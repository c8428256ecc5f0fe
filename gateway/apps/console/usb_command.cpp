#include "adapters/usb/stick.hpp"
#include "apps/console/box_talk.hpp"
#include "apps/console/commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kentongan::console {
namespace {

namespace local = wire::local;

Exit complain_of_stick(std::FILE* err, const Error& error) {
    switch (error.code) {
    case ErrorCode::kNoSpace:
        return complain(err, "the stick is full", error);
    case ErrorCode::kDenied:
        return complain(err, "the stick is read-only, or holds something else where our files belong", error);
    case ErrorCode::kCorrupt:
        return complain(err, "the stick does not give back what was written: use another one", error);
    case ErrorCode::kNotFound:
        return complain(err, "there is no such folder, or the stick was pulled out", error);
    default:
        return complain(err, "the stick was pulled out or is broken", error);
    }
}

Result<Bytes> fetch(unix_socket::Caller& box, std::size_t index, std::size_t size) {
    Bytes out;
    while (out.size() < size) {
        auto part =
            TRY(ask<local::StickBytes>(box, local::StickRead{0, static_cast<std::uint8_t>(index),
                                                             static_cast<std::uint32_t>(out.size())}));
        if (part.bytes.empty() || part.bytes.size() > size - out.size())
            return fail(ErrorCode::kCorrupt, "box.part");
        out.insert(out.end(), part.bytes.begin(), part.bytes.end());
    }
    return out;
}

Exit export_to(unix_socket::Caller& box, const std::string& mount, std::FILE* out, std::FILE* err) {
    auto stick = usb::MountedFolder::open(mount, usb::MountedFolder::IfMissing::kMake);
    if (!stick) return complain_of_stick(err, stick.error());
    auto known = ask<local::BoxIs>(box, local::AskBox{});
    if (!known) return complain(err, "the box does not answer", known.error());
    auto slot = usb::free_slot(**stick, wire::StickWay::kUp, BoxId{known->box});
    if (!slot) return complain_of_stick(err, slot.error());
    auto made = ask<local::StickExported>(box, local::StickExport{0, *slot});
    auto words = made ? wire::read_manifest(made->manifest) : tl::unexpected<Error>(made.error());
    if (!words) return complain(err, "the box makes no export", words.error());
    std::vector<Bytes> files;
    for (std::size_t i = 0; i < words->files.size(); ++i) {
        auto file = fetch(box, i, words->files[i].size);
        if (!file) return complain(err, "the box ended in the middle of the export", file.error());
        files.push_back(std::move(*file));
    }
    if (auto done = usb::put_export(**stick, made->manifest, files); !done)
        return complain_of_stick(err, done.error());
    std::fprintf(out, "box %u, export %u: %u requests in %zu files; %u left for the next\n", words->box.value,
                 words->sequence, made->items, files.size(), made->left);
    return Exit::kOk;
}

// One file of the answer, in parts.
Result<local::StickTaken> give(unix_socket::Caller& box, std::size_t index, BytesView file) {
    local::StickTaken last;
    for (std::size_t at = 0; at < file.size(); at += local::kMaxStickChunk) {
        auto part = file.subspan(at, std::min(local::kMaxStickChunk, file.size() - at));
        last = TRY(ask<local::StickTaken>(box, local::StickWrite{0, static_cast<std::uint8_t>(index),
                                                                 static_cast<std::uint32_t>(at),
                                                                 Bytes(part.begin(), part.end())}));
    }
    return last;
}

Exit import_from(unix_socket::Caller& box, const std::string& mount, std::FILE* out, std::FILE* err) {
    auto known = ask<local::BoxIs>(box, local::AskBox{});
    if (!known) return complain(err, "the box does not answer", known.error());
    auto stick = usb::MountedFolder::open(mount, usb::MountedFolder::IfMissing::kFail);
    auto manifest = stick ? usb::get_manifest(**stick, wire::StickWay::kDown, BoxId{known->box})
                          : tl::unexpected<Error>(stick.error());
    if (!manifest) {
        if (manifest.error().code != ErrorCode::kNotFound || ::access(mount.c_str(), F_OK) != 0)
            return complain_of_stick(err, manifest.error());
        std::fprintf(out, "nothing on this stick for box %u\n", known->box);
        return Exit::kOk;
    }
    auto words = wire::read_manifest(*manifest);
    if (!words) return complain(err, "the answer on this stick is damaged", words.error());
    auto begun = ask<local::StickTaken>(box, local::StickAnswer{0, *manifest});
    if (!begun) return complain(err, "the box does not believe the answer on this stick", begun.error());

    std::uint32_t retired = 0;
    std::uint32_t updates = 0;
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < words->files.size(); ++i) {
        auto file = usb::get_file(**stick, *words, i);
        if (!file && file.error().code == ErrorCode::kUnavailable)
            return complain_of_stick(err, file.error());
        if (!file) {
            ++damaged;
            continue;
        }
        auto taken = give(box, i, *file);
        if (!taken) return complain(err, "the box could not take it; import again", taken.error());
        retired += taken->retired;
        updates += taken->updates;
    }
    std::fprintf(out, "box %u, answer to export %u: %u requests are at the district, %u statuses\n",
                 known->box, begun->answers, retired, updates);
    if (begun->answers < known->exports)
        std::fprintf(out, "the newest export was %u: its answer has not come yet\n", known->exports);
    if (damaged == 0) return Exit::kOk;
    std::fprintf(err,
                 "kentongan: %zu of %zu files are damaged or missing; export and bring the stick again\n",
                 damaged, words->files.size());
    return Exit::kFaults;
}

} // namespace

Exit usb_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err) {
    if (arguments.size() != 4 || arguments[1] != "--socket") return Exit::kUsage;
    bool out_of_box = arguments[0] == "export";
    if (!out_of_box && arguments[0] != "import") return Exit::kUsage;
    unix_socket::Caller box{std::string(arguments[2])};
    std::string mount(arguments[3]);
    return out_of_box ? export_to(box, mount, out, err) : import_from(box, mount, out, err);
}

} // namespace kentongan::console
